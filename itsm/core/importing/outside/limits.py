"""What no honest table exceeds, and a row as both kinds of files give it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from itsm.core.texts import Message

MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
RATIO_FROM = 16 << 20
MAX_ROWS = 2_000_000
MAX_COLUMNS = 1_000
MAX_CELL = 131_072
MAX_MEMBERS = 5_000

Cell = str | datetime


class Row(NamedTuple):
    """A row with its line number; `fault` says why it cannot be read, and its cells then are what was there."""

    line: int
    cells: Sequence[Cell]
    fault: Message | None = None


def most_unpacked(packed: int) -> int:
    """How many bytes a packed file of this size may hold."""
    return min(MAX_UNPACKED, max(RATIO_FROM, packed * MAX_RATIO))
