"""Find tickets: one by number, lists by filters with keyset paging, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, literal_column, not_, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from itsm.core.db import is_postgresql
from itsm.core.errors import Invalid, Unknown
from itsm.core.fields.rules import NUMERIC, Wrong, clean
from itsm.core.fields.verbs import expression
from itsm.core.hookspecs.declarations import Field
from itsm.core.schemas import LINE_CONTROL, MAX_ID
from itsm.core.texts import fold, say
from itsm.core.tickets.models import Tag, Ticket
from itsm.core.tickets.rules import CATEGORIES, enter
from itsm.core.tickets.seen import inner_tickets
from itsm.core.tickets.values import COLUMNS
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.work.uow import UnitOfWork

NUMBERS = frozenset({
    "priority", "registered_by", "contact", "requested_for", "organisation", "service", "team", "assignee", "parent",
})  # fmt: skip
CODES = frozenset({"state", "outcome", "source", "topic", "closing_topic"})
LISTED = (
    Ticket.id, Ticket.kind, Ticket.state, Ticket.category, Ticket.outcome, Ticket.title, Ticket.priority,
    Ticket.team_id, Ticket.assignee_id, Ticket.requested_for_id, Ticket.contact_id, Ticket.organisation_id,
    Ticket.service_id, Ticket.premium, Ticket.source, Ticket.topic, Ticket.opened_at, Ticket.updated_at, Ticket.fields,
    Ticket.version, Ticket.parent_id, Ticket.incomplete,
)  # fmt: skip
MOST = 200


@dataclass(frozen=True, slots=True)
class Page:
    """One page of tickets as rows of columns, newest first; `next` continues it, '' at the end."""

    rows: Sequence[Row[Any]]
    next: str


def find_ticket(uow: UnitOfWork, *, number: int) -> Ticket:
    """One ticket; a foreign one is unknown."""
    ticket: Ticket | None = None
    if 0 < number <= MAX_ID:
        ticket = uow.session.scalars(uow.query(Ticket).where(Ticket.id == number)).first()
    if ticket is None:
        raise Unknown(say("There is no ticket {number}.", number=number))
    if not uow.write:
        _as_it_stands(uow, ticket)
    return ticket


def _as_it_stands(uow: UnitOfWork, ticket: Ticket) -> None:
    """Who reads a ticket before the job that follows a new life cycle has come to it sees it as it stands by that."""
    if ticket.kind not in uow.registry.kinds:
        return
    target = workflow_of(uow, ticket.kind)[1].stand_in(ticket.state, ticket.category)
    if target is not None:
        seen = {"state": ticket.state, "category": ticket.category, "outcome": ticket.outcome}
        enter(seen, target)
        for name, value in seen.items():
            set_committed_value(ticket, name, value)


def list_tickets(
    uow: UnitOfWork, *, filters: Mapping[str, str] | None = None, after: str = "", limit: int = 50
) -> Page:
    """Tickets that the actor may see, newest first. One query, whatever the number of rows.

    filters: name → value; several values are separated by commas, `none` asks for "not set", `me` for the actor.
    """
    statement = _filtered(uow, uow.query(Ticket, *LISTED), filters or {})
    if after:
        statement = statement.where(Ticket.id < _cursor(after))
    limit = max(1, min(limit, MOST))
    rows = uow.session.execute(statement.order_by(Ticket.id.desc()).limit(limit + 1)).all()
    more = len(rows) > limit
    return Page(rows[:limit], str(rows[limit - 1].id) if more else "")


def count_tickets(uow: UnitOfWork, *, filters: Mapping[str, str] | None = None, most: int | None = None) -> int:
    """How many tickets match; with `most` it stops counting there."""
    statement = _filtered(uow, uow.query(Ticket, Ticket.id), filters or {})
    if most is not None:
        statement = statement.limit(most)
    return uow.session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def _cursor(after: str) -> int:
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        raise Invalid.field("after", say("This is no cursor; take `next` of an earlier answer."))
    return int(after)


def _filtered(uow: UnitOfWork, statement: Select[Any], filters: Mapping[str, str]) -> Select[Any]:
    for name, value in filters.items():
        statement = statement.where(_condition(uow, name, value))
    return statement


def _condition(uow: UnitOfWork, name: str, value: str) -> ColumnElement[bool]:
    values = [part.strip() for part in value.split(",") if part.strip()]
    if len(value) > 500 or len(values) > 50 or not values:
        raise Invalid.field(name, say("Give one to fifty values, separated by commas."))
    if LINE_CONTROL.search(value):
        raise Invalid.field(name, say("Control characters and line breaks are not allowed here."))
    if name == "q":
        found: ColumnElement[bool] | None = uow.hook.call("ticket_matches", uow=uow, words=value)
        return found if found is not None else _words(value)
    if name == "kind":
        return Ticket.kind.in_(values)
    if name in ("state_category", "category"):
        return _categories(name, values)
    if name == "tag":
        tagged = select(Tag.ticket_id).where(Tag.fold.in_([fold(v) for v in values]))
        return and_(inner_tickets(uow.act.actor), Ticket.id.in_(tagged))
    if name == "external_id":
        return Ticket.external_id.in_(values)
    if name in ("premium", "incomplete"):
        return _mark(uow, name, _truth(name, values))
    if name in NUMBERS or name in CODES:
        return _column(uow, name, values)
    return _field(uow, name, values)


def _categories(name: str, values: Sequence[str]) -> ColumnElement[bool]:
    """`unfinished` is spelled as the partial indexes are, so that the planner meets them."""
    wanted = ["new", "open", "waiting"] if values == ["unfinished"] else list(values)
    wrong = [v for v in wanted if v not in CATEGORIES]
    if wrong:
        raise Invalid.field(name, say("Must be one of: {allowed}.", allowed=", ".join((*CATEGORIES, "unfinished"))))
    return _literal_in(sorted(wanted, key=CATEGORIES.index))


def _literal_in(values: Sequence[str]) -> ColumnElement[bool]:
    return Ticket.category.in_([literal_column(f"'{v}'") for v in values])


def _column(uow: UnitOfWork, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    column = getattr(Ticket, COLUMNS[name])
    if values == ["none"]:
        return column.is_(None)  # type: ignore[no-any-return]
    if values == ["me"]:
        return cast(ColumnElement[bool], column == uow.act.actor.person_id)
    if name in CODES:
        return column.in_(values)  # type: ignore[no-any-return]
    if not all(v.isascii() and v.isdigit() and len(v) < 16 for v in values):
        raise Invalid.field(name, say("Give numbers, `none` or `me`."))
    numbers = [int(v) for v in values]
    return cast(ColumnElement[bool], column == numbers[0] if len(numbers) == 1 else column.in_(numbers))


def _mark(uow: UnitOfWork, name: str, wanted: bool) -> ColumnElement[bool]:
    """What is missing is staff's to know: where the actor is none, the ticket counts as one that lacks nothing."""
    if name == "premium":
        return Ticket.premium.is_(wanted)
    lacking = and_(inner_tickets(uow.act.actor), Ticket.incomplete.is_not(None))
    return lacking if wanted else not_(func.coalesce(lacking, false()))


def _truth(name: str, values: Sequence[str]) -> bool:
    if values not in (["true"], ["false"]):
        raise Invalid.field(name, say("Give true or false."))
    return values == ["true"]


def _words(value: str) -> ColumnElement[bool]:
    """Where nobody searches better: the number, or every word somewhere in the title."""
    words = fold(value).split()
    patterns = [Ticket.title_fold.contains(word, autoescape=True) for word in words[:8]]
    digits = value.strip().lstrip("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 16:
        return or_(Ticket.id == int(digits), and_(*patterns))
    return and_(*patterns)


def _field(uow: UnitOfWork, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    """A field that is not public is looked at only in tickets whose internal side the actor may see."""
    column, field = expression(uow, "ticket", name, "ticket.fields")
    if field.public:
        return _field_values(uow, name, field, column, values)
    if not uow.act.actor.holds("tickets.internal"):
        raise Invalid.field(name, say("Unknown filter."))
    return and_(inner_tickets(uow.act.actor), _field_values(uow, name, field, column, values))


def _field_values(
    uow: UnitOfWork, name: str, field: Field, column: ColumnElement[Any], values: Sequence[str]
) -> ColumnElement[bool]:
    if values == ["none"]:
        return column.is_(None)
    try:
        choices = values if field.type in ("choice", "choices") else ()
        wanted = [clean(field, v, choices) for v in values]
    except Wrong as wrong:
        raise Invalid.field(name, wrong.message) from wrong
    if field.type == "yes_no" and is_postgresql(uow.session):
        wanted = ["true" if v else "false" for v in wanted]
    if field.type in (*NUMERIC, "yes_no"):
        return column.in_(wanted)
    return column == wanted[0] if len(wanted) == 1 else column.in_(wanted)
