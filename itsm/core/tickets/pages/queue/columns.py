"""The columns of the queue: what a person chose, or the address says, and what a row shows there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from operator import attrgetter
from typing import Any, NamedTuple

from babel.dates import get_month_names
from flask import current_app
from flask_babel import get_locale, get_timezone
from markupsafe import Markup
from sqlalchemy import Row

from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.verbs import preference
from itsm.core.texts import say
from itsm.core.tickets.pages.export import COLUMNS, FOR_STAFF, columns_offered
from itsm.core.tickets.pages.labels import CATEGORIES, NOTHING, Labels
from itsm.core.tickets.pages.queue.asked import Asked
from itsm.core.tickets.rules import UNFINISHED
from itsm.core.tickets.seen import is_staff, seen
from itsm.core.tickets.verbs.lists.order import SORTS
from itsm.core.web.edge import actor, translated
from itsm.core.web.words import exact_time, left
from itsm.core.work.uow import UnitOfWork

PREFERENCE = "tickets.queue"
ALWAYS = ("number", "title")
USUAL, FOR_REQUESTERS = ("state", "priority", "team", "assignee", "updated_at"), ("state", "assignee", "updated_at")
MOMENTS = ("opened_at", "updated_at")
MOST = 15
Looks = Mapping[str, Any]


class Column(NamedTuple):
    """One column: its name, its title, and where its title leads to sort by it; `sorted` is "", up or down."""

    name: str
    title: str
    url: str
    sorted: str


def looks_of(uow: UnitOfWork) -> Looks:
    """What this person wants the queue to look like."""
    return preference(uow, PREFERENCE)


def is_compact(looks: Looks) -> bool:
    """Whether the rows stand close together."""
    return looks.get("density") == "compact"


def names_shown(uow: UnitOfWork, asked: Asked, staff: bool, looks: Looks) -> tuple[str, ...]:
    """The columns beside number and subject; raises `Invalid` for one in the address that is not offered."""
    wanted = asked.shown or asked.columns
    offered = {name for name, _ in columns_offered(uow)} - set(ALWAYS)
    if wanted:
        if unknown := sorted(set(wanted) - offered - set(ALWAYS)):
            names = ", ".join(unknown)[:200]
            raise Invalid.field("columns", say("There is no column {names}.", names=names))
        return tuple(name for name in wanted if name in offered)[:MOST]
    chosen = looks.get("columns") if staff else None
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


class Line(NamedTuple):
    """One row: what stands small under its subject, and its further cells as they stand in the page."""

    row: Row[Any]
    under: str
    cells: Markup


def lines_of(labels: Labels, rows: Sequence[Row[Any]], names: Sequence[str]) -> list[Line]:
    """The rows of the table. A list has hundreds of cells and few different values: each column is read in one way,
    and a cell is made once for each value."""
    readers = [_reader(labels, name) for name in names]
    under = _under(labels, names)
    return [Line(row, under(row), Markup("".join(read(row) for read in readers))) for row in rows]  # noqa: S704  (of macros)


def _reader(labels: Labels, name: str) -> Callable[[Row[Any]], Markup]:
    """What makes the cells of one column, by the macros of `core/queue_cells.html`."""
    macros: Any = current_app.jinja_env.get_template("core/queue_cells.html").module
    plain = cache(partial(macros.plain, labels.name(name)))
    if name not in COLUMNS:
        field = labels.uow.registry.fields_of("ticket")[name]
        return lambda row: plain(_field(labels, field, row))
    if name in FOR_STAFF:
        return lambda row: plain(labels.shown(name, getattr(row, name)) if is_staff(actor(), row) else NOTHING)
    value = attrgetter(COLUMNS[name])
    if name in MOMENTS:
        day_and_time, title = _moments(), labels.name(name)
        return lambda row: macros.moment(title, day_and_time(value(row)))
    if name == "state":
        state = cache(lambda kind, key, category: macros.state(labels.state(kind, key), category))
        return lambda row: state(row.kind, row.state, row.category)
    if name == "priority":
        priority = cache(lambda rank: macros.priority(labels.shown(name, rank), rank))
        return lambda row: priority(row.priority)
    if name == "assignee":
        nobody = macros.nobody(labels.name(name))
        return lambda row: plain(labels.person(row.assignee_id)) if row.assignee_id else nobody
    word = cache(partial(_word, labels, name))
    return lambda row: plain(word(value(row)))


def _field(labels: Labels, field: Field, row: Row[Any]) -> str:
    """A value of a field, if the reader may see it; of one that is due, while the ticket is open, the time left."""
    held = {field.name: row.fields.get(field.name)}
    value = seen(is_staff(actor(), row), held, {field.name: field}).get(field.name)
    return left(value) if field.due and value and row.category in UNFINISHED else labels.shown(field.name, value)


def _word(labels: Labels, name: str, value: Any) -> str:
    if name == "kind":
        return labels.kind(value)
    if name == "state_category":
        return translated(CATEGORIES[value]) if value in CATEGORIES else str(value)
    return labels.shown(name, value)


def _under(labels: Labels, names: Sequence[str]) -> Callable[[Row[Any]], str]:
    """What tells rows apart and has no column of its own."""
    kind = cache(labels.kind)

    def under(row: Row[Any]) -> str:
        who = row.requested_for_id or row.contact_id
        parts = (
            kind(row.kind) if "kind" not in names else "",
            labels.person(who) if who and "requested_for" not in names else "",
            labels.shown("organisation", row.organisation_id)
            if row.organisation_id and "organisation" not in names
            else "",
            labels.service(row.service_id) if "service" not in names else "",
        )
        return " · ".join(part for part in parts if part)

    return under


def _moments() -> Callable[[datetime], Markup]:
    """Like the filter `moment`, for hundreds of cells: a pattern of Babel costs as much as the rest of the row."""
    zone, months = get_timezone(), get_month_names("abbreviated", locale=get_locale())

    def day_and_time(value: datetime) -> Markup:
        local = value.astimezone(zone)
        return exact_time(local, f"{local.day} {months[local.month]}, {local:%H:%M}")

    return day_and_time
