"""The open tickets of a person, an organisation or a group, on its page."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from itsm.core.texts import Message
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.queue.asked import UNFINISHED, URGENT_FIRST
from itsm.core.tickets.verbs import count_tickets, list_tickets
from itsm.core.web import actor
from itsm.core.work.uow import UnitOfWork

SHOWN, MOST = 8, 1_000


class Pile(NamedTuple):
    """The first of them, the most urgent ones; all of them are in the queue under `filters`."""

    title: Message
    rows: Sequence[Row[Any]]
    total: int
    filters: Mapping[str, str]
    labels: Labels


def pile(uow: UnitOfWork, title: Message, **about: int) -> Pile | None:
    """Those that the actor sees; None for who reads no tickets at all. about: one filter, such as `team=3`."""
    if not actor().holds("tickets.read"):
        return None
    filters = {**UNFINISHED, **{name: str(value) for name, value in about.items()}}
    rows = list_tickets(uow, filters=filters, limit=SHOWN, **URGENT_FIRST).rows
    total = len(rows) if len(rows) < SHOWN else count_tickets(uow, filters=filters, most=MOST + 1)
    people = {id_ for row in rows for id_ in (row.assignee_id, row.requested_for_id)}
    labels = Labels(uow, people=people, teams={row.team_id for row in rows})
    return Pile(title, rows, total, filters, labels)
