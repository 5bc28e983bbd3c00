"""The queue as a CSV file: the same filters and the same visibility, streamed page by page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, request, stream_with_context
from sqlalchemy import Row

from itsm.core.errors import Invalid
from itsm.core.tables import SEPARATORS, Cell, csv_lines
from itsm.core.texts import say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.labels import CATEGORIES, Labels
from itsm.core.tickets.seen import is_staff, seen
from itsm.core.tickets.verbs import list_tickets
from itsm.core.tickets.verbs.find import MOST, Page
from itsm.core.web import actor, needs, reading
from itsm.core.web.edge import locale, translated
from itsm.core.web.words import local_text
from itsm.core.work.uow import UnitOfWork

COLUMNS = {
    "number": "id", "kind": "kind", "title": "title", "state": "state", "state_category": "category",
    "outcome": "outcome", "priority": "priority", "team": "team_id", "assignee": "assignee_id",
    "requested_for": "requested_for_id", "contact": "contact_id", "organisation": "organisation_id",
    "service": "service_id", "topic": "topic", "source": "source", "premium": "premium", "parent": "parent_id",
    "incomplete": "incomplete", "opened_at": "opened_at", "updated_at": "updated_at",
}  # fmt: skip
USUAL = (
    "number", "kind", "title", "state", "priority", "team", "assignee", "requested_for", "organisation", "service",
    "opened_at", "updated_at",
)  # fmt: skip
FOR_STAFF = frozenset({"incomplete"})
END = Page((), "")
MOMENTS = {"opened_at": "moment", "updated_at": "moment"}
NUMERIC = ("whole", "decimal")


@pages.get("/tickets.csv")
@needs("tickets.read")
def export() -> Response:
    """All tickets that match, as a file; `columns` chooses what of them."""
    not_filters = ("columns", "after")
    filters = {name: value for name, value in request.args.items() if value.strip() and name not in not_filters}
    filters = {name: value for name, value in filters.items() if (name, value) != ("state_category", "all")}
    with reading() as uow:
        columns = _chosen(uow, request.args.getlist("columns"))
        first = list_tickets(uow, filters=filters, limit=MOST)  # what is wrong with the filters is told before the file
        header = [title for name, title in columns_offered(uow) if name in columns]
    rows = _rows(filters, columns, header, first)
    answer = Response(
        stream_with_context(csv_lines(rows, SEPARATORS[locale()])), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="tickets.csv"'
    return answer


def columns_offered(uow: UnitOfWork) -> list[tuple[str, str]]:
    """(name, title) of what this actor may have in the file, in its order: of some ticket at least."""
    staff = actor().holds("tickets.internal")
    labels = Labels(uow)
    own = [name for name in COLUMNS if staff or name not in FOR_STAFF]
    brought = [name for name, field in uow.registry.fields_of("ticket").items() if staff or field.public]
    return [(name, labels.name(name)) for name in (*own, *brought)]


def _chosen(uow: UnitOfWork, given: Sequence[str]) -> list[str]:
    """In the order in which they are offered."""
    wanted = {part.strip() for text in given for part in text.split(",") if part.strip()} or set(USUAL)
    offered = [name for name, _ in columns_offered(uow)]
    unknown = sorted(wanted - set(offered))
    if unknown:
        raise Invalid.field("columns", say("There is no column {names}.", names=", ".join(unknown)[:200]))
    return [name for name in offered if name in wanted]


def _rows(
    filters: Mapping[str, str], columns: Sequence[str], header: Sequence[str], page: Page
) -> Iterator[Sequence[Cell]]:
    """Each page is read by itself, so that a slow reader holds no transaction."""
    yield header
    while True:
        with reading() as uow:
            labels = _labels(uow, page.rows)
            lines = [[_cell(labels, row, name) for name in columns] for row in page.rows]
            page = list_tickets(uow, filters=filters, after=page.next, limit=MOST) if page.next else END
        yield from lines
        if not page.rows:
            return


def _labels(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> Labels:
    people = {id_ for row in rows for id_ in (row.assignee_id, row.requested_for_id, row.contact_id)}
    organisations = {row.organisation_id for row in rows}
    return Labels(uow, people=people, organisations=organisations, teams={row.team_id for row in rows})


def _cell(labels: Labels, row: Row[Any], name: str) -> Cell:
    """A number where it is one, a moment as spreadsheets read it, and the words of the page for all else."""
    declared, staff = labels.uow.registry.fields_of("ticket"), is_staff(actor(), row)
    if name in FOR_STAFF and not staff:
        return ""
    value = getattr(row, COLUMNS[name]) if name in COLUMNS else seen(staff, row.fields, declared).get(name)
    type = declared[name].type if name in declared else MOMENTS.get(name, "")
    if value in (None, "", []):
        return ""
    if name == "number" or type in NUMERIC:
        return value  # type: ignore[no-any-return]
    if type == "moment":
        return local_text(value).replace("T", " ")
    if name == "state_category":
        return translated(CATEGORIES[value])
    return labels.kind(value) if name == "kind" else labels.shown(name, value, row.kind)
