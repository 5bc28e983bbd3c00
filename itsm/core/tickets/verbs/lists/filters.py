"""What lists of tickets are filtered by: from names and values of an address to conditions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, func, literal_column, not_, or_, select

from itsm.core.db import is_postgresql
from itsm.core.db.types import utc_text
from itsm.core.errors import Invalid
from itsm.core.fields.rules import NUMERIC, Wrong, clean
from itsm.core.fields.verbs import expression
from itsm.core.hookspecs.declarations import Field
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import fold, say
from itsm.core.tickets.models import Tag, Ticket
from itsm.core.tickets.rules import CATEGORIES
from itsm.core.tickets.seen import inner_tickets
from itsm.core.tickets.values import COLUMNS
from itsm.core.work.uow import UnitOfWork

NUMBERS = frozenset({
    "priority", "registered_by", "contact", "requested_for", "organisation", "service", "team", "assignee", "parent",
})  # fmt: skip
CODES = frozenset({"state", "outcome", "source", "topic", "closing_topic"})
MOMENTS = {"opened_at": Ticket.opened_at, "updated_at": Ticket.updated_at}
RANGED = (*NUMERIC, "date", "moment")


def filtered(uow: UnitOfWork, statement: Select[Any], filters: Mapping[str, str]) -> Select[Any]:
    """The statement with one condition for each filter; raises `Invalid` naming the filter that is wrong."""
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
    bounded, _, side = name.rpartition(".")
    if side in ("from", "to") and name not in uow.registry.fields_of("ticket"):
        return _bound(uow, bounded, side, value.strip(), name)
    if name in OWN:
        return OWN[name](uow, name, values)
    if name in NUMBERS or name in CODES:
        return _column(uow, name, values)
    return _field(uow, name, values)


def _kind(_: UnitOfWork, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    return (Ticket.kind if name == "kind" else Ticket.external_id).in_(values)


def _tag(uow: UnitOfWork, _: str, values: Sequence[str]) -> ColumnElement[bool]:
    tagged = select(Tag.ticket_id).where(Tag.fold.in_([fold(v) for v in values]))
    return and_(inner_tickets(uow.act.actor), Ticket.id.in_(tagged))


def _categories(_: UnitOfWork, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    """`unfinished` is spelled as the partial indexes are, so that the planner meets them."""
    wanted = ["new", "open", "waiting"] if values == ["unfinished"] else list(values)
    wrong = [v for v in wanted if v not in CATEGORIES]
    if wrong:
        raise Invalid.field(name, say("Must be one of: {allowed}.", allowed=", ".join((*CATEGORIES, "unfinished"))))
    return in_stages(sorted(wanted, key=CATEGORIES.index))


def in_stages(values: Sequence[str]) -> ColumnElement[bool]:
    """Whether a ticket is in one of these; spelled as the partial indexes are, so that the planner meets them."""
    return Ticket.category.in_([literal_column(f"'{v}'") for v in values])


def _column(uow: UnitOfWork, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    """`none` asks for what is not set, `me` for the actor; both may stand beside others."""
    column = getattr(Ticket, COLUMNS[name])
    chosen: list[Any] = [v for v in values if v not in ("none", "me")]
    if name in NUMBERS:
        if not all(v.isascii() and v.isdigit() and len(v) < 16 for v in chosen):
            raise Invalid.field(name, say("Give numbers, `none` or `me`."))
        chosen = [int(v) for v in chosen]
        if "me" in values:
            chosen.append(uow.act.actor.person_id)
    found = [column == chosen[0] if len(chosen) == 1 else column.in_(chosen)] if chosen else []
    if "none" in values:
        found.append(column.is_(None))
    return or_(false(), *found)


def _mark(uow: UnitOfWork, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    """What is missing is staff's to know: where the actor is none, the ticket counts as one that lacks nothing."""
    wanted = _truth(name, values)
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
    column, field = expression(uow, "ticket", name, "ticket.fields")
    return _seen_by(uow, field, name, _field_values(uow, name, field, column, values))


def _seen_by(uow: UnitOfWork, field: Field, name: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A field that is not public is looked at only in tickets whose internal side the actor may see."""
    if field.public:
        return condition
    if not uow.act.actor.holds("tickets.internal"):
        raise Invalid.field(name, say("Unknown filter."))
    return and_(inner_tickets(uow.act.actor), condition)


def _field_values(
    uow: UnitOfWork, name: str, field: Field, column: ColumnElement[Any], values: Sequence[str]
) -> ColumnElement[bool]:
    if values == ["none"]:
        return column.is_(None)
    choices = values if field.type in ("choice", "choices") else ()
    wanted = [_cleaned(field, name, v, choices) for v in values]
    if field.type == "yes_no" and is_postgresql(uow.session):
        wanted = ["true" if v else "false" for v in wanted]
    if field.type in (*NUMERIC, "yes_no"):
        return column.in_(wanted)
    return column == wanted[0] if len(wanted) == 1 else column.in_(wanted)


def _bound(uow: UnitOfWork, name: str, side: str, value: str, whole: str) -> ColumnElement[bool]:
    """`<name>.from` and `<name>.to`, both included; of a day its beginning and its end, in the zone of who asks."""
    if name in MOMENTS:
        return _between(MOMENTS[name], side, _instant(uow, whole, side, value))
    declared = uow.registry.fields_of("ticket").get(name)
    if declared is None or declared.type not in RANGED:
        raise Invalid.field(whole, say("Unknown filter."))
    if declared.type == "moment":
        limit: Any = utc_text(_instant(uow, whole, side, value))
    else:
        limit = _cleaned(declared, whole, value)
    condition = _between(expression(uow, "ticket", name, "ticket.fields")[0], side, limit)
    return _seen_by(uow, declared, whole, condition)


def _between(column: Any, side: str, limit: Any) -> ColumnElement[bool]:
    return cast(ColumnElement[bool], column >= limit if side == "from" else column <= limit)


def _instant(uow: UnitOfWork, name: str, side: str, value: str) -> datetime:
    """A day or a moment as an instant; without a zone it is meant in that of the actor, else the desk's."""
    own = uow.act.actor.timezone
    zone = ZoneInfo(own if own != "UTC" else uow.registry.timezone)
    try:
        if len(value) == 10:
            day = date.fromisoformat(value) + timedelta(days=side == "to")
            moment = datetime.combine(day, time(), zone) - timedelta(microseconds=side == "to")
        else:
            moment = datetime.fromisoformat(value)
        if not 1900 < moment.year < 9000:
            raise ValueError(value)
    except (ValueError, OverflowError):
        raise Invalid.field(name, say("Not a valid date; write 2026-12-31.")) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _cleaned(field: Field, name: str, value: str, choices: Sequence[str] = ()) -> Any:
    try:
        return clean(field, value, choices)
    except Wrong as wrong:
        raise Invalid.field(name, wrong.message) from wrong


OWN: Mapping[str, Callable[[UnitOfWork, str, Sequence[str]], ColumnElement[bool]]] = {
    "kind": _kind, "external_id": _kind, "state_category": _categories, "category": _categories, "tag": _tag,
    "premium": _mark, "incomplete": _mark,
}  # fmt: skip
