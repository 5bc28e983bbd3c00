"""The first page of staff: what is theirs, what nobody has taken, what changed while they were away."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import redirect, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from itsm.core.people.names import own_teams
from itsm.core.people.verbs import preference, set_preference
from itsm.core.texts import Message, say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.queue.live import is_staff_here
from itsm.core.tickets.verbs import count_tickets, list_tickets
from itsm.core.tickets.verbs.mine import Changed, Load, changed_since, load_of_own_teams
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork

SHOWN, MOST = 10, 1_000
LONGEST_AWAY = timedelta(days=14)
LAST_LOOK = "home.looked"
DID = {
    "ticket_opened": say("registered the ticket"),
    "ticket_moved": say("changed the status"),
    "ticket_taken": say("took it into work"),
    "file_attached": say("attached a file"),
}


class Pile(NamedTuple):
    """Some tickets under a heading, with their whole number and the view that shows them all."""

    key: str
    title: Message
    empty: Message
    rows: Sequence[Row[Any]]
    total: int
    filters: dict[str, str]


@pages.get("/my")
@needs("tickets.read")
def home() -> Response:
    """Work of one's own and of one's groups. Requesters see their tickets, which is all there is for them."""
    if not is_staff_here():
        return redirect(url_for("tickets.queue"))
    with reading() as uow:
        since = _since(uow)
        piles, changed, loads = _piles(uow), changed_since(uow, since=since), load_of_own_teams(uow)
        return render(
            uow,
            "core/home.html",
            piles=piles,
            changed=changed,
            did=_did,
            since=since,
            loads=loads,
            most=MOST,
            labels=_labels(uow, piles, changed, loads),
        )


@pages.post("/my/seen")
@needs("tickets.read")
def seen_all() -> Response:
    """What changed until now has been seen."""
    with writing() as uow:
        set_preference(uow, LAST_LOOK, {"at": uow.now.isoformat()})
    return redirect(url_for("tickets.home"))


def _since(uow: UnitOfWork) -> datetime:
    """Since when changes are news: since one said so, at most two weeks."""
    told = preference(uow, LAST_LOOK).get("at")
    earliest = uow.now - LONGEST_AWAY
    return max(datetime.fromisoformat(told), earliest) if told else earliest


def _piles(uow: UnitOfWork) -> Sequence[Pile]:
    unfinished = {"state_category": "unfinished"}
    mine = {**unfinished, "assignee": "me"}
    piles = [_pile(uow, "mine", say("My work"), say("You have no open tickets."), mine)]
    if teams := own_teams(uow):
        free = {**unfinished, "team": ",".join(map(str, teams)), "assignee": "none"}
        piles.append(_pile(uow, "free", say("Unclaimed in my groups"), say("Everything has its assignee."), free))
    return piles


def _pile(uow: UnitOfWork, key: str, title: Message, empty: Message, filters: dict[str, str]) -> Pile:
    rows = list_tickets(uow, filters=filters, limit=SHOWN).rows
    total = len(rows) if len(rows) < SHOWN else count_tickets(uow, filters=filters, most=MOST + 1)
    return Pile(key, title, empty, rows, total, filters)


def _did(changed: Changed) -> str:
    """What was done, in words that name nothing else."""
    event = changed.event
    if event.type == "comment_added":
        return translated(say("wrote") if event.facts.get("public", True) else say("noted"))
    return translated(DID.get(event.type, say("changed")))


def _labels(uow: UnitOfWork, piles: Sequence[Pile], changed: Sequence[Changed], loads: Sequence[Load]) -> Labels:
    rows = [*(row for pile in piles for row in pile.rows), *(one.ticket for one in changed)]
    people = {id_ for row in rows for id_ in (row.assignee_id, row.requested_for_id, row.contact_id)}
    people |= {one.event.actor_id for one in changed} | {load.assignee_id for load in loads}
    teams = {row.team_id for row in rows} | {load.team_id for load in loads}
    return Labels(uow, people=people, organisations={row.organisation_id for row in rows}, teams=teams)
