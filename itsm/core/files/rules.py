"""What a file may be called, and which kinds of files a desk takes."""

import re
from collections.abc import Collection

from itsm.core.schemas import LINE_CONTROL

LONGEST = 255
LONGEST_ENDING = 20
# Signs that nobody sees and that turn the order of the others around: `invoice\u202efdp.exe` reads like a PDF.
UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def shown_name(name: str) -> str:
    """The last part of the name that a file came with, as it reads, cut before its ending; '' where nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = UNSEEN.sub("", LINE_CONTROL.sub("", last)).strip()
    if plain in (".", ".."):
        return ""
    ending = ending_of(plain)
    if len(plain) <= LONGEST or len(ending) > LONGEST_ENDING:
        return plain[:LONGEST]
    return plain[: LONGEST - len(ending) - 1].rstrip() + "." + ending


def ending_of(name: str) -> str:
    """`exe` of `Invoice.pdf.EXE. `, for some systems drop what follows; '' for none."""
    return name.rstrip(". ").rpartition(".")[2].casefold() if "." in name.rstrip(". ") else ""


def is_taken(name: str, refused: Collection[str], allowed: Collection[str]) -> bool:
    """Whether a desk takes a file of this name."""
    ending = ending_of(name)
    return ending not in refused and (not allowed or ending in allowed)
