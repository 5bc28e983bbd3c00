"""The first page after signing in: home for staff, their tickets for those who ask; or a view that somebody chose."""

from typing import NamedTuple

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.people.verbs import preference, set_preference
from itsm.core.texts import label_text, say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.queue.asked import address
from itsm.core.tickets.pages.queue.live import is_staff_here
from itsm.core.views.verbs import own_views, read_query, shared_views
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import SIGNED_IN, locale, translated
from itsm.core.work.uow import UnitOfWork

PREFERENCE = "desk.start"
HOME = "home"


class Start(NamedTuple):
    """A page on which somebody may begin; `value` is how the choice is kept."""

    value: str
    title: str
    url: str


@pages.get("/start")
@needs(SIGNED_IN)
def start() -> Response:
    """Lead to where this person begins."""
    if not actor().holds("tickets.read"):
        return redirect(url_for("access.account"))
    if not is_staff_here():
        return redirect(url_for("tickets.queue"))
    with reading() as uow:
        chosen = chosen_start(uow)
        if chosen == HOME:
            return redirect(url_for("tickets.home"))
        known = {one.value: one.url for one in starts(uow)}
    return redirect(known.get(chosen, url_for("tickets.home")))


@pages.post("/start")
@needs(SIGNED_IN)
def choose_start() -> Response:
    """Begin there from now on; what is none of the choices is home."""
    chosen = request.form.get("start", "")
    with writing() as uow:
        known = {one.value for one in starts(uow)} - {HOME}
        set_preference(uow, PREFERENCE, {"at": chosen} if chosen in known else {})
    flash(translated(say("Saved.")))
    return redirect(url_for("access.account"))


def chosen_start(uow: UnitOfWork) -> str:
    """What the actor chose."""
    return str(preference(uow, PREFERENCE).get("at", HOME))


def starts(uow: UnitOfWork) -> list[Start]:
    """The pages of which the actor may choose one; none for those who only ask."""
    if not is_staff_here():
        return []
    ready = [
        Start(HOME, translated(say("Home")), url_for("tickets.home")),
        Start("queue", translated(say("Tickets")), url_for("tickets.queue")),
    ]
    shared = [
        Start(f"desk-{view['key']}", label_text(view["label"], locale()), address(read_query(view["query"])))
        for view in shared_views(uow)
    ]
    own = [Start(f"own-{view.id}", view.name, address(read_query(view.query))) for view in own_views(uow)]
    return [*ready, *shared, *own]
