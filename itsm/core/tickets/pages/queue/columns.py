"""The columns of the queue: what a person chose, or the address says, and what a row shows there."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from babel.dates import get_month_names
from flask_babel import get_locale, get_timezone
from markupsafe import Markup
from sqlalchemy import Row

from itsm.core.errors import Invalid
from itsm.core.people.verbs import preference
from itsm.core.texts import say
from itsm.core.tickets.pages.export import COLUMNS, FOR_STAFF, columns_offered
from itsm.core.tickets.pages.labels import CATEGORIES, NOTHING, Labels
from itsm.core.tickets.pages.queue.asked import Asked
from itsm.core.tickets.seen import is_staff, seen
from itsm.core.tickets.verbs.lists.order import SORTS
from itsm.core.web.edge import actor, translated
from itsm.core.work.uow import UnitOfWork

PREFERENCE = "tickets.queue"
ALWAYS = ("number", "title")
USUAL, FOR_REQUESTERS = ("state", "priority", "team", "assignee", "updated_at"), ("state", "assignee", "updated_at")
MOMENTS = ("opened_at", "updated_at")
MOST = 15


class Column(NamedTuple):
    """One column: its name, its title, and where its title leads to sort by it; `sorted` is "", up or down."""

    name: str
    title: str
    url: str
    sorted: str


def names_shown(uow: UnitOfWork, asked: Asked, staff: bool) -> tuple[str, ...]:
    """The columns beside number and subject; raises `Invalid` for one in the address that is not offered."""
    wanted = asked.shown or asked.columns
    offered = {name for name, _ in columns_offered(uow)} - set(ALWAYS)
    if wanted:
        if unknown := sorted(set(wanted) - offered - set(ALWAYS)):
            names = ", ".join(unknown)[:200]
            raise Invalid.field("columns", say("There is no column {names}.", names=names))
        return tuple(name for name in wanted if name in offered)[:MOST]
    chosen = preference(uow, PREFERENCE).get("columns") if staff else None
    usual = USUAL if staff else FOR_REQUESTERS
    return tuple(name for name in chosen or usual if name in offered)[:MOST]


def columns_of(labels: Labels, asked: Asked, names: Iterable[str]) -> list[Column]:
    """The heads of the table; a second press turns the order round."""
    return [_column(labels, asked, name) for name in (*ALWAYS, *names)]


def _column(labels: Labels, asked: Asked, name: str) -> Column:
    if name not in SORTS:
        return Column(name, labels.name(name), "", "")
    now = asked.sort or "-number"
    first = name if name == "priority" else f"-{name}"
    turned = name if first.startswith("-") else f"-{name}"
    state = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    return Column(name, labels.name(name), asked.sorted(turned if now == first else first).url(), state)


def cells_of(labels: Labels, row: Row[Any], names: Sequence[str]) -> Mapping[str, Any]:
    """What stands in a row's columns of no special looks, by name."""
    staff = is_staff(actor(), row)
    fields = seen(staff, row.fields, labels.uow.registry.fields_of("ticket"))
    return {name: _cell(labels, row, name, fields, staff) for name in names}


def _cell(labels: Labels, row: Row[Any], name: str, fields: Mapping[str, Any], staff: bool) -> Any:
    if name not in COLUMNS:
        return labels.shown(name, fields.get(name))
    if name in FOR_STAFF and not staff:
        return NOTHING
    value = getattr(row, COLUMNS[name])
    if name in MOMENTS:
        return _day_and_time(value)
    if name == "kind":
        return labels.kind(value)
    if name == "state_category":
        return translated(CATEGORIES[value]) if value in CATEGORIES else value
    return labels.shown(name, value, row.kind)


def _day_and_time(value: datetime) -> Markup:
    """Like the filter `moment`, for hundreds of cells: a pattern of Babel costs as much as the rest of the row."""
    local = value.astimezone(get_timezone())
    months = get_month_names("abbreviated", locale=get_locale())
    return Markup('<time datetime="{}" title="{}">{} {}, {}</time>').format(
        value.isoformat(), f"{local:%Y-%m-%d %H:%M:%S %Z}", local.day, months[local.month], f"{local:%H:%M}"
    )
