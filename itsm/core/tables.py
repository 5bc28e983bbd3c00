"""CSV that spreadsheets open and nothing runs: no cell is a formula, whichever separator the reader assumes."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | None
BOM = "\ufeff"
CHUNK = 32_768
# Spreadsheets in Russian expect semicolons, for the comma is their decimal point.
SEPARATORS = {"ru": ";", "en": ","}
# What calculates stands at the beginning of a cell, or where a reader of the other separator sees one begin; spaces,
# quotes and what nobody sees may stand before it. The full-width twins calculate too.
FORMULA = re.compile(r"(^|[,;\t\r\n|])([\s\"'\u00a0\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
NUMBER = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,15})?\Z")


def inert(text: str) -> str:
    """A text that stays a text: an apostrophe goes before what would calculate. Plain numbers stay as they are."""
    if NUMBER.match(text):
        return text
    plain = UNPRINTABLE.sub(" ", text.replace("\t", " ").replace("\r\n", "\n"))
    return FORMULA.sub(r"\1'\2", plain)


def csv_lines(rows: Iterable[Sequence[Cell]], separator: str = ",") -> Iterator[str]:
    """The lines of a CSV file with the mark of UTF-8, every text between quotes; some of them in memory at a time."""
    lines = io.StringIO(newline="")
    lines.write(BOM)
    writer = csv.writer(lines, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in rows:
        writer.writerow([inert(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
        if lines.tell() > CHUNK:
            yield lines.getvalue()
            lines.seek(0)
            lines.truncate()
    yield lines.getvalue()
