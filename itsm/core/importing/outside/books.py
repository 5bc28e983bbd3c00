"""XLSX files."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from itsm.core.errors import Invalid, TooLarge
from itsm.core.importing.outside.limits import MAX_MEMBERS, MAX_ROWS, Cell, Row, most_unpacked
from itsm.core.texts import say

# A declaration stands before the first element. What hides behind more than this, expat's own limit ends.
PROLOGUE = 65_536
ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)")


def xlsx_rows(stack: ExitStack, path: Path, sheet: str) -> Iterator[Row]:
    """The rows of a sheet, by default the first one."""
    _refuse_bombs(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl meets broken files with whatever its parsers raise
        raise _broken(error) from error
    stack.callback(book.close)
    names = [s.title for s in book.worksheets]
    if not names or (sheet and sheet not in names):
        raise Invalid.field(
            "file.sheet", say("There is no sheet {name}; there are: {names}.", name=sheet, names=", ".join(names))
        )
    return _rows(book[sheet] if sheet else book.worksheets[0])


def _refuse_bombs(path: Path) -> None:
    """Sizes as the archive declares them; its reader hands out no byte more."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(ENTITIES.search(_beginning(archive, member)) for member in members):
                raise Invalid.field("file", say("The file declares entities of its own, which no spreadsheet needs."))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError) as error:
        raise _broken(error) from error
    unpacked = sum(member.file_size for member in members)
    most = most_unpacked(path.stat().st_size)
    if unpacked > most or len(members) > MAX_MEMBERS:
        raise TooLarge(say("Unpacked, the file is larger than {maximum} bytes.", maximum=most))


def _beginning(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """What stands before the first element of an XML part, whatever its encoding."""
    if not member.filename.lower().endswith((".xml", ".rels", ".vml")):
        return b""
    with archive.open(member) as part:
        return part.read(PROLOGUE).replace(b"\0", b"")


def _broken(error: Exception) -> Invalid:
    return Invalid.field(
        "file", say("This is no XLSX file that can be read: {why}.", why=str(error)[:200] or type(error).__name__)
    )


def _rows(sheet: Any) -> Iterator[Row]:
    width = 0
    rows = sheet.iter_rows()
    for line in range(1, MAX_ROWS + 3):
        try:
            cells = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _broken(error) from error
        width = width or _width(cells)
        yield _row(line, cells, width)


def _width(cells: Sequence[Any]) -> int:
    return max((number for number, cell in enumerate(cells, 1) if cell.value is not None), default=0)


def _row(line: int, cells: Sequence[Any], width: int) -> Row:
    """Empty cells behind the heading's last one are no cells; a formula is no value."""
    there = max(width, _width(cells))
    values: list[Cell] = []
    fault = None
    for cell in cells[:there]:
        if cell.data_type == "f":
            fault = say("Cell {cell} holds a formula; save the sheet with values.", cell=cell.coordinate)
        elif cell.data_type == "e":
            fault = say("Cell {cell} holds the error {value}.", cell=cell.coordinate, value=cell.value)
        values.append(_plain(cell.value))
    values += [""] * (there - len(values))
    return Row(line, values, fault)


def _plain(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # naive: the mapping names the zone
    return str(value)
