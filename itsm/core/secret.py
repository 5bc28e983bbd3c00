"""Whether a secret key is one: what everybody could guess is refused in production."""

import math
import secrets
from collections import Counter

SHORTEST = 32
LEAST_BITS = 100
# Words that stand in the examples of this world, and so in the desks of those who copied them.
TELLING = ("secret", "changeme", "change-me", "change_me", "insecure", "password", "development", "example", "default",
           "test-key", "testing", "please")  # fmt: skip
MAKE_ONE = 'Make one with `python3 -c "import secrets; print(secrets.token_urlsafe(48))"`.'


def new_secret() -> str:
    """384 random bits."""
    return secrets.token_urlsafe(48)


def secret_fault(secret: str) -> str:
    """What is wrong with a secret key; '' if nothing is. The key itself is never told."""
    if not secret:
        return "there is none"
    if len(secret) < SHORTEST:
        return f"it has {len(secret)} characters; {SHORTEST} are the least"
    if word := next((word for word in TELLING if word in secret.casefold()), ""):
        return f"it has the word {word!r} in it, as examples have"
    if _bits(secret) < LEAST_BITS or secret in f"{secret}{secret}"[1:-1]:
        return "it repeats itself, so that it can be guessed"
    return ""


def _bits(text: str) -> float:
    """How much there would be to guess if only the frequencies of its characters were known."""
    counts = Counter(text).values()
    return -sum(n * math.log2(n / len(text)) for n in counts)
