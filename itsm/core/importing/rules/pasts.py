"""From rows to pasts: which row is an event, which date is a step, which comment is a new one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from itsm.core.importing.rules.cells import UNSAID, Cells, Column, Heading, Times, Unreadable
from itsm.core.schemas import CONTROL
from itsm.core.texts import say
from itsm.core.tickets.past import History, Step, chained_digests

WATCHED = ("state", "team", "assignee", "priority")


class Remark(NamedTuple):
    """A comment, or the paths of files, with the column it stands in."""

    column: int
    at: datetime | None
    by: str
    public: bool
    body: str = ""
    paths: tuple[str, ...] = ()


class Said(NamedTuple):
    """What one row says. values: in the order of the mapping's columns."""

    line: int
    at: datetime
    by: str
    values: Sequence[Any]
    remarks: Sequence[Remark] = ()
    moments: Sequence[tuple[datetime, str, str]] = ()


class Told(NamedTuple):
    """A step with the line that tells it and the paths of the files that come with it."""

    step: Step
    line: int
    paths: tuple[str, ...] = ()

    def said(self) -> Sequence[Any]:
        """What identifies it."""
        return [*self.step.said(), list(self.paths)] if self.paths else self.step.said()


class Past(NamedTuple):
    """The history of one ticket as its rows tell it; `told` are its steps with their places in the file."""

    history: History
    told: Sequence[Told]


class Plan:
    """A mapping put onto the columns of one file: reads rows, and tells pasts from them."""

    def __init__(
        self, mapping: Mapping[str, Any], heading: Heading, columns: Mapping[str, Column], times: Times
    ) -> None:
        self.mapping, self.heading, self.columns, self.times = mapping, heading, columns, times
        self.names, self.readers = list(columns), list(columns.values())
        self.log = mapping["mode"] == "event_log"
        chosen = mapping["watch"] or [name for name in WATCHED if name in columns]
        self.watched = [self.names.index(name) for name in chosen]
        place = heading.place
        self.id, self.at, self.by = place(mapping["id"]), place(mapping["at"] or ""), place(mapping["by"] or "")
        self.opened = place(mapping["opened"] or "")
        self.steps = [(s["state"], s["at"], place(s["at"]), place(s["by"] or "")) for s in mapping["steps"]]
        self.talk = [
            (c, place(c["from"][0]), place(c.get("at") or ""), place(c.get("by") or ""))
            for c in [*mapping["comments"], *mapping["files"]]
        ]

    def external_id(self, cells: Cells) -> str:
        """The ticket that a row belongs to; '' when the row does not say."""
        return str(self.heading.text(cells, self.id)) if self.id < len(cells) else ""

    def read(self, line: int, cells: Cells) -> Said:
        """One row. Raises `Unreadable` for the first cell that cannot be read."""
        values = [column.read(cells) for column in self.readers]
        by = str(self.heading.text(cells, self.by))
        remarks = [r for r in map(lambda t: self._remark(cells, *t), self.talk) if r is not None]
        if self.log:
            return Said(line, self._moment(cells, self.at, "at"), by, values, remarks)
        moments = [
            (self._moment(cells, place, name), state, str(self.heading.text(cells, who)) or by)
            for state, name, place, who in self.steps
            if self.heading.text(cells, place) != ""
        ]
        if not moments:
            raise Unreadable("steps", say("None of the date columns is filled."))
        if any(later[0] < earlier[0] for earlier, later in pairwise(moments)):
            order = ", ".join(f"{state} {at:%Y-%m-%d %H:%M}" for at, state, _ in moments)
            raise Unreadable("steps", say("The dates are not in the order of the steps: {order} (UTC).", order=order))
        return Said(line, moments[0][0], by, values, remarks, moments)

    def opened_at(self, cells: Cells) -> datetime | None:
        """When the row says that the ticket was opened."""
        if self.opened < 0 or self.heading.text(cells, self.opened) == "":
            return None
        return self._moment(cells, self.opened, "opened")

    def _moment(self, cells: Cells, place: int, name: str) -> datetime:
        return self.times.read(self.heading.text(cells, place), name)

    def _remark(self, cells: Cells, how: Mapping[str, Any], place: int, at: int, by: int) -> Remark | None:
        cell = self.heading.text(cells, place)
        if cell == "":
            return None
        body = str(cell).replace("\r\n", "\n").replace("\r", "\n")
        if CONTROL.search(body):
            raise Unreadable(how["from"][0], say("Control characters are not allowed here."))
        when = self._moment(cells, at, how["at"]) if at >= 0 and self.heading.text(cells, at) != "" else None
        who = str(self.heading.text(cells, by))
        if "separator" not in how:
            return Remark(place, when, who, how["public"], body)
        paths = tuple(part.strip() for part in body.split(how["separator"]) if part.strip())
        return Remark(place, when, who, how["public"], paths=paths)

    def past(self, external_id: str, rows: Sequence[Said], opened: datetime | None) -> Past:
        """The past of one ticket from all its rows."""
        told = self._log(rows) if self.log else self._dated(rows[0])
        digests = chained_digests(one.said() for one in told)
        return Past(History(external_id, [one.step for one in told], opened, digests), told)

    def _log(self, rows: Sequence[Said]) -> list[Told]:
        """By time, then as the file has them; a row is an event when a watched value differs from the row before."""
        told: list[Told] = []
        current: list[Any] = [UNSAID] * len(self.names)
        before: Sequence[Any] | None = None
        earlier: dict[int, Remark] = {}
        for row in sorted(rows, key=lambda row: row.at):
            current = [old if new is UNSAID else new for old, new in zip(current, row.values, strict=True)]
            watched = [current[place] for place in self.watched]
            if watched != before:
                told.append(Told(Step(row.at, self._known(row.values), actor=row.by), row.line))
            before = watched
            fresh = [r for r in row.remarks if _differs(r, earlier.get(r.column))]
            earlier |= {r.column: r for r in fresh}
            told += [_spoken(r, row) for r in fresh]
        return told

    def _dated(self, row: Said) -> list[Told]:
        """Each filled date column is a step; values come with the first one, or with the state that they name."""
        told: list[Told] = []
        for number, (at, state, by) in enumerate(row.moments):
            mine = [
                value if column.step == state or (column.step is None and number == 0) else UNSAID
                for column, value in zip(self.readers, row.values, strict=True)
            ]
            told.append(Told(Step(at, self._known(mine) | {"state": state}, actor=by), row.line))
        told += [_spoken(r, row) for r in row.remarks]
        return sorted(told, key=lambda one: one.step.at)

    def _known(self, values: Sequence[Any]) -> dict[str, Any]:
        return {name: value for name, value in zip(self.names, values, strict=True) if value is not UNSAID}


def _differs(remark: Remark, earlier: Remark | None) -> bool:
    return earlier is None or (remark.body, remark.paths) != (earlier.body, earlier.paths)


def _spoken(remark: Remark, row: Said) -> Told:
    step = Step(remark.at or row.at, comment=remark.body, public=remark.public, actor=remark.by or row.by)
    return Told(step, row.line, remark.paths)
