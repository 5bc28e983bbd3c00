"""Which passwords are refused: what everybody guesses first, and what is known of the person."""

import re
import secrets
from collections.abc import Iterable, Sequence

from itsm.core.texts import Message, fold, say

# What is left of them once digits and signs are taken off the ends; those shorter than eight characters cannot be
# chosen anyway.
COMMON_WORDS = """
password passw0rd p@ssword p@ssw0rd parol parolparol qwerty qwertyuiop qwertyqwerty asdfghjkl zxcvbnm qazwsxedc
qweasdzxc iloveyou welcome letmein administrator admin superman batman football baseball basketball princess
sunshine dragon monkey master trustno computer internet changeme changemenow secret topsecret starwars pokemon
whatever michael jennifer jordan liverpool chelsea arsenal samsung google facebook corvette mercedes ferrari
servicedesk helpdesk summer winter spring autumn january february march april october november december
пароль парольпароль йцукен йцукенгшщзх фывапролдж ячсмитьбю привет приветик любовь солнышко зайчик наташа
максим спартак зенит россия москва администратор админ секрет лето зима весна осень январь февраль
"""
COMMON = frozenset(COMMON_WORDS.split())
ROWS = (
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "abcdefghijklmnopqrstuvwxyz",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
)
EDGES = re.compile(r"^[\d\W_]+|[\d\W_]+$")
FEWEST = 5
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def weakness(password: str, *, minimum: int, about: Iterable[str], words: Sequence[str]) -> Message | None:
    """Why a password is refused; None for a good one. about: login and name of its owner."""
    if len(password) < minimum:
        return say("At least {minimum} characters.", minimum=minimum)
    folded = fold(password)
    bare = EDGES.sub("", folded)
    if len(set(folded)) < FEWEST or bare in COMMON or any(folded in row or folded in row[::-1] for row in ROWS):
        return say(
            "This is one of the passwords that are guessed first. Take several words that do not belong together."
        )
    if bare in _known(about):
        return say("This is your own name or login. Take several words that do not belong together.")
    held = next((word for word in words if fold(word) in folded), None)
    return say("Passwords with “{word}” are not taken here.", word=held) if held else None


def _known(about: Iterable[str]) -> set[str]:
    """Login, the part before its @, the name and each of its words."""
    folded = [fold(text) for text in about]
    parts = {part for text in folded for part in (text, text.partition("@")[0], text.replace(" ", ""), *text.split())}
    return {EDGES.sub("", part) for part in parts if part}


def one_time_password() -> str:
    """Four groups that can be read out: 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
