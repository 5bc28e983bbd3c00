"""PostgreSQL's text format of COPY, read without PostgreSQL: one line a row, tabs between values, `\\N` for null."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

ESCAPED = re.compile(r"\\(.)")
MEANING = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
Value = str | int | bytes | None
Reader = Callable[[str], Value]


def lines_of(chunks: Iterable[bytes]) -> Iterator[str]:
    """Whole lines, without their ends, from chunks cut anywhere; what follows the last line's end is no line."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode()
    if rest:
        raise ValueError("the last line has no end")


def row_of(line: str, readers: Sequence[Reader]) -> list[Value]:
    """The values of one line."""
    parts = line.split("\t")
    if len(parts) != len(readers):
        raise ValueError(f"a row of {len(parts)} values where {len(readers)} columns are")
    return [None if part == "\\N" else read(part) for part, read in zip(parts, readers, strict=True)]


def as_text(part: str) -> str:
    """A text."""
    return ESCAPED.sub(lambda found: MEANING.get(found[1], found[1]), part) if "\\" in part else part


def as_bytes(part: str) -> bytes:
    """Bytes, written as `\\\\x` and hexadecimal digits."""
    text = as_text(part)
    if not text.startswith("\\x"):
        raise ValueError(f"{part[:20]!r} are no bytes")
    return bytes.fromhex(text[2:])


def as_yes_no(part: str) -> int:
    """Yes or no, which SQLite keeps as 1 and 0."""
    return {"t": 1, "f": 0}[part]
