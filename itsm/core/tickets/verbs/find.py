"""Find tickets: one by number, lists by filters in an order, page by page both ways, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm.attributes import set_committed_value

from itsm.core.errors import Unknown
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.rules import enter
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.tickets.verbs.lists.filters import filtered
from itsm.core.tickets.verbs.lists.order import Order, order_of
from itsm.core.work.uow import UnitOfWork

LISTED = (
    Ticket.id, Ticket.kind, Ticket.state, Ticket.category, Ticket.outcome, Ticket.title, Ticket.priority,
    Ticket.team_id, Ticket.assignee_id, Ticket.requested_for_id, Ticket.contact_id, Ticket.organisation_id,
    Ticket.service_id, Ticket.premium, Ticket.source, Ticket.topic, Ticket.opened_at, Ticket.updated_at, Ticket.fields,
    Ticket.version, Ticket.parent_id, Ticket.incomplete,
)  # fmt: skip
MOST = 200


@dataclass(frozen=True, slots=True)
class Page:
    """One page of tickets as rows of columns; `next` continues it and `previous` goes back, '' at the ends."""

    rows: Sequence[Row[Any]]
    next: str
    previous: str = ""


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
    uow: UnitOfWork,
    *,
    filters: Mapping[str, str] | None = None,
    after: str = "",
    limit: int = 50,
    before: str = "",
    sort: str = "",
    group: str = "",
) -> Page:
    """Tickets that the actor may see, the newest first or as `sort` and `group` say (see `order_of`). One query.

    filters: name → value; several values are separated by commas, `none` asks for "not set", `me` for the actor;
    `<name>.from` and `<name>.to` bound dates and numbers. after, before: `next` or `previous` of another page.
    """
    order = order_of(sort, group)
    limit = max(1, min(limit, MOST))
    if before and not after:
        return _page_before(uow, order, filters or {}, before, limit)
    rows = _rows(uow, order, filters or {}, [order.behind(after)] if after else [], limit + 1)
    following = order.place(rows[limit - 1]) if len(rows) > limit else ""
    return Page(rows[:limit], following, order.place(rows[0]) if after and rows else "")


def _page_before(uow: UnitOfWork, order: Order, filters: Mapping[str, str], before: str, limit: int) -> Page:
    """The page that ends where another one begins: read backwards, shown forwards."""
    back = order.turned()
    rows = _rows(uow, back, filters, [back.behind(before, "before")], limit + 1)
    page = rows[:limit][::-1]
    return Page(page, order.place(page[-1]) if page else "", order.place(page[0]) if len(rows) > limit else "")


def _rows(
    uow: UnitOfWork, order: Order, filters: Mapping[str, str], more: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Row[Any]]:
    """What is sorted without an index is sorted as numbers alone, and only then read: rows are wide."""
    narrow = filtered(uow, uow.query(Ticket, Ticket.id, *order.columns()), filters).where(*more)
    narrow = narrow.order_by(*order.by()).limit(limit)
    if len(order.terms) == 1:
        return uow.session.execute(narrow.with_only_columns(*LISTED)).all()
    few = narrow.subquery()
    wide = select(*LISTED, *(few.c[f"at_{place}"] for place in range(len(order.terms) - 1)))
    return uow.session.execute(wide.join(few, few.c.id == Ticket.id).order_by(*order.by())).all()


def count_tickets(uow: UnitOfWork, *, filters: Mapping[str, str] | None = None, most: int | None = None) -> int:
    """How many tickets match; with `most` it stops counting there."""
    statement = filtered(uow, uow.query(Ticket, Ticket.id), filters or {})
    if most is not None:
        statement = statement.limit(most)
    return uow.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
