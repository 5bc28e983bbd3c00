"""One cell, or several joined, → one value."""

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from itsm.core.errors import Refusal
from itsm.core.schemas import CONTROL
from itsm.core.texts import Message, say

REFERRED = {
    "contact": "person", "requested_for": "person", "assignee": "person", "registered_by": "person",
    "organisation": "organisation", "team": "team", "service": "service",
}  # fmt: skip
KEPT = frozenset({"state", "title", "priority"})
UNSAID = object()
Cells = Sequence[str | datetime]


class Unreadable(ValueError):
    """A cell that the mapping cannot make a value of."""

    def __init__(self, place: str, message: Message) -> None:
        self.place, self.message = place, message
        super().__init__(f"{place}: {message}")


class Named(NamedTuple):
    """A person, team, organisation or service as the file names it; `by` says what kind of name it is."""

    kind: str
    by: str
    name: str


@dataclass(slots=True)
class Times:
    """Read moments in the formats and the zone of a mapping."""

    formats: Sequence[str]
    zone: ZoneInfo
    seen: dict[Any, datetime] = field(default_factory=dict)

    def read(self, cell: str | datetime, place: str) -> datetime:
        """The moment in UTC; one that has no zone of its own is in the mapping's. Twice on the clock: the earlier."""
        found = self.seen.get(cell)
        if found is None:
            found = self._read(cell)
            if found is None or not 1900 < found.year < 9000:
                listed = ", ".join(self.formats)
                told = say("{value} is no date in: {formats}.", value=str(cell)[:60], formats=listed)
                raise Unreadable(place, told)
            self.seen[cell] = found
        return found

    def _read(self, cell: str | datetime) -> datetime | None:
        for format in self.formats if isinstance(cell, str) else ("",):
            try:
                moment = self._parsed(cell, format)
                return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        return None

    @staticmethod
    def _parsed(cell: str | datetime, format: str) -> datetime:
        if isinstance(cell, datetime):
            return cell
        return datetime.fromisoformat(cell.strip()) if format == "iso" else datetime.strptime(cell.strip(), format)


@dataclass(frozen=True, slots=True)
class Heading:
    """The file's columns and the tokens that mean "nothing"."""

    columns: Sequence[str]
    missing: Collection[str]

    def place(self, column: str) -> int:
        """Where a column stands; -1 for one that the file lacks."""
        return self.columns.index(column) if column in self.columns else -1

    def lacks(self, wanted: Mapping[str, str]) -> Iterator[Refusal]:
        """Refusals for columns (place in the mapping → name) that are not there, or there twice."""
        for place, column in wanted.items():
            if column not in self.columns:
                near = difflib.get_close_matches(column, self.columns, 1)
                hint = f" ({near[0]}?)" if near else ""
                yield Refusal(place, say("The file has no column {column}{hint}.", column=column, hint=hint))
            elif list(self.columns).count(column) > 1:
                yield Refusal(place, say("The file has the column {column} twice.", column=column))

    def text(self, cells: Cells, place: int) -> str | datetime:
        """The cell, '' for a missing one."""
        if place < 0:
            return ""
        cell = cells[place]
        if isinstance(cell, str):
            cell = cell.strip()
            return "" if cell in self.missing else cell
        return cell


class Column:
    """Reads one value of the mapping: joins, looks up, converts; each distinct cell once."""

    def __init__(self, name: str, how: Mapping[str, Any], heading: Heading, convert: Callable[[Any, str], Any]) -> None:
        self.name, self.heading, self.convert = name, heading, convert
        self.places = [heading.place(column) for column in how["from"]]
        self.join, self.table, self.default = how["join"], how.get("values"), how["default"]
        self.ignore, self.step = frozenset(how["ignore"]), how["step"]
        self.seen: dict[Any, Any] = {}

    def read(self, cells: Cells) -> Any:
        """The value; None for "nothing", UNSAID where this row says nothing of it. Raises `Unreadable`."""
        raw = cells[self.places[0]] if len(self.places) == 1 and self.places[0] >= 0 else self._joined(cells)
        try:
            return self.seen[raw]
        except KeyError:
            value = self.seen[raw] = self._value(raw)
            return value

    def _joined(self, cells: Cells) -> str:
        parts = [self.heading.text(cells, place) for place in self.places]
        joined: str = self.join.join(_as_text(part) for part in parts if part != "")
        return joined

    def _value(self, raw: str | datetime) -> Any:
        if isinstance(raw, str):
            raw = raw.strip()
            if raw in self.ignore:
                return UNSAID
            if raw in self.heading.missing or raw == "":
                return self._nothing()
            if CONTROL.search(raw):
                raise Unreadable(f"values.{self.name}", say("Control characters are not allowed here."))
        if self.table is not None:
            return self._looked_up(self.table, _as_text(raw))
        return self.convert(raw, f"values.{self.name}")

    def _nothing(self) -> Any:
        if self.default is None:
            return UNSAID if self.name in KEPT else None
        return self.convert(self.default, f"values.{self.name}.default") if self.default else None

    def _looked_up(self, table: Mapping[str, str], raw: str) -> Any:
        if raw in table:
            target = table[raw]
            return self.convert(target, f"values.{self.name}.values") if target else None
        if self.default is not None:
            return self._nothing()
        told = say("{value} does not stand in the table; add it, or put it under `ignore`.", value=raw[:60])
        raise Unreadable(f"values.{self.name}", told)


def converter(name: str, how: Mapping[str, Any], type: str, times: Times) -> Callable[[Any, str], Any]:
    """What makes a value of this name from a text (or from a date of a spreadsheet)."""
    if name in REFERRED:
        kind, by = REFERRED[name], how["by"]
        return lambda raw, place: Named(kind, by, _as_text(raw))
    if name == "priority" or type in ("whole", "duration", "reference"):
        return lambda raw, place: int(raw) if isinstance(raw, str) and _is_whole(raw) else _as_text(raw)
    if type == "moment":
        return lambda raw, place: times.read(raw, place)
    if type == "date":
        return lambda raw, place: times.read(raw, place).astimezone(times.zone).date().isoformat()
    return lambda raw, place: _as_text(raw)


def _is_whole(raw: str) -> bool:
    digits = raw.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < 16


def _as_text(raw: Any) -> str:
    return str(raw)  # a date of a spreadsheet becomes 2026-12-31 10:00:00
