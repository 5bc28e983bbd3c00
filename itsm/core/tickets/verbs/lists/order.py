"""The order of lists: by what they may be sorted and grouped, and the places in them from which one goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_

from itsm.core.errors import Invalid
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.rules import CATEGORIES

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Term:
    """One part of an order: a column without NULLs, the lowest first or (`down`) the highest. parse: reads a cursor."""

    column: Any  # of SQLAlchemy
    parse: Callable[[str], Any]
    down: bool = False

    def turned(self) -> "Term":
        """The same the other way round."""
        return replace(self, down=not self.down)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 17 and int(text) <= MAX_ID):
        raise ValueError(text)
    return int(text)


def _moment(text: str) -> datetime:
    """Aware and within what both databases hold."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _id(column: Any) -> Term:
    return Term(func.coalesce(column, 0), _number)


NUMBER = Term(Ticket.id, _number)
STAGE = case({name: place for place, name in enumerate(CATEGORIES)}, value=Ticket.category, else_=len(CATEGORIES))
# Sorts have an index that serves both ways: what goes up with it ends with the newest first, what goes down the oldest.
SORTS: Mapping[str, tuple[Term, ...]] = {
    "number": (NUMBER,),
    "priority": (Term(Ticket.priority, _number), NUMBER.turned()),
    "opened_at": (Term(Ticket.opened_at, _moment), NUMBER),
    "updated_at": (Term(Ticket.updated_at, _moment), NUMBER),
}
GROUPS: Mapping[str, Term] = {
    "state_category": Term(STAGE, _number),
    "priority": Term(Ticket.priority, _number),
    "team": _id(Ticket.team_id),
    "assignee": _id(Ticket.assignee_id),
    "service": _id(Ticket.service_id),
    "organisation": _id(Ticket.organisation_id),
    "kind": Term(Ticket.kind, str),
    "state": Term(Ticket.state, str),
    "topic": Term(func.coalesce(Ticket.topic, ""), str),
}


@dataclass(frozen=True, slots=True)
class Order:
    """The terms of a list's order, the last of them the number, which no two tickets share."""

    terms: tuple[Term, ...] = (NUMBER.turned(),)

    def turned(self) -> "Order":
        """The list from its end."""
        return Order(tuple(term.turned() for term in self.terms))

    def by(self) -> Sequence[ColumnElement[Any]]:
        """What ORDER BY takes."""
        return [term.column.desc() if term.down else term.column.asc() for term in self.terms]

    def columns(self) -> Sequence[ColumnElement[Any]]:
        """What a row must carry so that a list can go on behind it."""
        return [term.column.label(f"at_{place}") for place, term in enumerate(self.terms[:-1])]

    def place(self, row: Row[Any]) -> str:
        """The place of a row, as the address carries it."""
        values = [getattr(row, f"at_{place}") for place in range(len(self.terms) - 1)]
        return "~".join([*(v.isoformat() if isinstance(v, datetime) else str(v) for v in values), str(row.id)])

    def behind(self, place: str, name: str = "after") -> ColumnElement[bool]:
        """The rows behind a place; raises `Invalid` for what is none of this order."""
        parts = place.split("~")
        try:
            if len(parts) != len(self.terms) or len(place) > LONGEST:
                raise ValueError(place)
            values = [term.parse(part) for term, part in zip(self.terms, parts, strict=True)]
        except (ValueError, OverflowError):
            raise Invalid.field(name, say("This is no cursor; take `next` of an earlier answer.")) from None
        return _behind(self.terms, values)


def _behind(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """Column by column; each bound stands there by itself too, so that the planner meets an index."""
    if not terms:
        return false()
    column, value = terms[0].column, values[0]
    beyond: ColumnElement[bool] = column < value if terms[0].down else column > value
    if len(terms) == 1:
        return beyond
    reached = column <= value if terms[0].down else column >= value
    return and_(reached, or_(beyond, _behind(terms[1:], values[1:])))


def order_of(sort: str = "", group: str = "") -> Order:
    """sort: a name of `SORTS`, with `-` before it the other way round, '' for the newest first. group: of `GROUPS`."""
    name = sort.removeprefix("-")
    if name and name not in SORTS:
        raise Invalid.field("sort", say("Lists can be sorted by: {names}.", names=", ".join(SORTS)))
    if group and group not in GROUPS:
        raise Invalid.field("group", say("Lists can be grouped by: {names}.", names=", ".join(GROUPS)))
    terms = SORTS[name] if name else (NUMBER.turned(),)
    if sort.startswith("-"):
        terms = tuple(term.turned() for term in terms)
    return Order((GROUPS[group], *terms) if group else terms)
