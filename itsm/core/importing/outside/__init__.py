"""Read other people's tables, CSV (plain or gzip) and XLSX, within limits, each row with its line number."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from itsm.core.errors import Invalid, TooLarge
from itsm.core.importing.outside.books import xlsx_rows
from itsm.core.importing.outside.limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Cell, Row
from itsm.core.importing.outside.texts import csv_rows
from itsm.core.texts import say

BAD_BYTES = re.compile("[\ud800-\udfff]")

__all__ = ["Cell", "Row", "Table", "read_table"]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns' names, and the rows under them."""

    columns: Sequence[str]
    rows: Iterator[Row]


def read_table(stack: ExitStack, path: Path, how: Mapping[str, str]) -> Table:
    """Open a table; it is closed with `stack`. how: the mapping's `file`. Raises `Invalid` for what is no such file."""
    if not path.exists():
        raise Invalid.field("file", say("There is no file {path}.", path=path))
    if not path.is_file():
        raise Invalid.field("file", say("{path} is no file.", path=path))
    kind = how["kind"] or ("xlsx" if path.suffix.lower() in (".xlsx", ".xlsm") else "csv")
    try:
        rows = xlsx_rows(stack, path, how["sheet"]) if kind == "xlsx" else csv_rows(stack, path, how)
        first = next(rows, None)
    except OSError as error:
        raise Invalid.field(
            "file", say("{path} cannot be read: {why}.", path=path, why=error.strerror or error)
        ) from error
    if first is None:
        raise Invalid.field("file", say("The file is empty."))
    if first.fault is not None:
        raise Invalid.field(f"line {first.line}", first.fault)
    columns = [str(cell).strip() for cell in first.cells]
    if len(columns) > MAX_COLUMNS:
        raise TooLarge(say("More than {maximum} columns.", maximum=MAX_COLUMNS))
    return Table(columns, _checked(rows, len(columns)))


def _checked(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Rows of the right width without bytes of another encoding; blank lines are left out."""
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise TooLarge(say("More than {maximum} rows; split the file.", maximum=MAX_ROWS))
        if row.fault is None:
            if not any(row.cells):
                continue
            row = _faulty(row, width)
        yield row


def _faulty(row: Row, width: int) -> Row:
    if len(row.cells) != width:
        told = say("The row has {there} cells, the heading {wanted}.", there=len(row.cells), wanted=width)
        return row._replace(fault=told)
    for cell in row.cells:
        if isinstance(cell, str):
            if len(cell) > MAX_CELL:
                return row._replace(fault=say("A cell has more than {maximum} characters.", maximum=MAX_CELL))
            if not cell.isascii() and BAD_BYTES.search(cell):
                told = say("Bytes that are not of the encoding in `file.encoding`; another one, such as cp1251?")
                return row._replace(fault=told)
    return row
