"""The first page of staff: what is theirs, what nobody has taken, what changed while they were away."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import redirect, render_template, url_for
from markupsafe import Markup
from sqlalchemy import Row
from werkzeug.wrappers import Response

from itsm.core.ledger.verbs import newest
from itsm.core.people.names import teams_of_concern
from itsm.core.people.verbs import preference, set_preference
from itsm.core.texts import Message, say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.panels import home_panels
from itsm.core.tickets.pages.queue.asked import UNFINISHED, URGENT_FIRST
from itsm.core.tickets.pages.queue.live import is_staff_here
from itsm.core.tickets.verbs import list_tickets
from itsm.core.tickets.verbs.mine import Changed, Load, changed_since, load_of
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.in_place import refreshed, standing, tag_of
from itsm.core.work.uow import UnitOfWork

SHOWN = 10
ASKED_AGAIN = timedelta(minutes=5)
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
        html = _html(uow)
        return render(uow, "core/home.html", live=_live(html, tag_of(_standing(uow), html)))


@pages.get("/my/live")
@needs("tickets.read")
def home_live() -> Response:
    """The same anew, or 304: while nothing happens on the desk for three small queries."""
    if not is_staff_here():
        return redirect(url_for("tickets.queue"))
    with reading() as uow:
        return refreshed(_standing(uow), lambda: _html(uow), _live)


def _standing(uow: UnitOfWork) -> str:
    """Every few minutes panels are asked again though nothing happened: what they show may depend on the time."""
    return standing(newest(uow.session), "home", uow.now.timestamp() // ASKED_AGAIN.total_seconds())


def _live(html: Markup, tag: str) -> Markup:
    return Markup(render_template("core/home_live.html", html=html, tag=tag))  # noqa: S704  (a template's own)


def _html(uow: UnitOfWork) -> Markup:
    since, teams = _since(uow), teams_of_concern(uow)
    loads, changed = load_of(uow, teams=teams), changed_since(uow, since=since)
    piles = _piles(uow, teams, loads)
    html = render_template(
        "core/home_parts.html", piles=piles, changed=changed, did=_did, since=since, panels=home_panels(uow),
        loads=[(key, label, [load for load in loads if load.team_id == key]) for key, label in teams.items()],
        labels=_labels(uow, piles, changed, loads),
    )  # fmt: skip
    return Markup(html)  # noqa: S704  (a template's own)


@pages.post("/my/seen")
@needs("tickets.read")
def seen_all() -> Response:
    """What changed until now has been seen."""
    with writing() as uow:
        set_preference(uow, LAST_LOOK, {"at": uow.now.isoformat()})
    return redirect(url_for("tickets.home"))


def _since(uow: UnitOfWork) -> datetime:
    """Since when changes are news: since one said so, at most two weeks; then by days, so that it stays the same."""
    told = preference(uow, LAST_LOOK).get("at")
    earliest = (uow.now - LONGEST_AWAY).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(datetime.fromisoformat(told), earliest) if told else earliest


def _piles(uow: UnitOfWork, teams: Collection[int], loads: Sequence[Load]) -> Sequence[Pile]:
    mine = {**UNFINISHED, "assignee": "me"}
    own = [load for load in loads if load.assignee_id == actor().person_id]
    piles = [_pile(uow, "mine", say("My work"), say("You have no open tickets."), mine, own)]
    if teams:
        free = {**UNFINISHED, "team": ",".join(map(str, teams)), "assignee": "none"}
        nobodys = [load for load in loads if load.assignee_id is None]
        empty = say("Everything has its assignee.")
        piles.append(_pile(uow, "free", say("Unclaimed in my groups"), empty, free, nobodys))
    return piles


def _pile(
    uow: UnitOfWork, key: str, title: Message, empty: Message, filters: dict[str, str], loads: Sequence[Load]
) -> Pile:
    rows = list_tickets(uow, filters=filters, limit=SHOWN, **URGENT_FIRST).rows
    return Pile(key, title, empty, rows, sum(load.tickets for load in loads), {**filters, **URGENT_FIRST})


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
    return Labels(uow, people=people, organisations={row.organisation_id for row in rows})
