"""Groups: the list, one with its members and history, its form."""

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid
from itsm.core.fields.shown import fields_shown
from itsm.core.people.models import Team
from itsm.core.people.names import list_all_teams, members_of, names_of, typed_person
from itsm.core.people.pages import edit
from itsm.core.people.pages.blueprint import pages, place_of
from itsm.core.people.pages.timeline import timeline
from itsm.core.people.pages.words import LEVEL_NAMES, LINE_NAMES
from itsm.core.people.pages.work import pile
from itsm.core.people.seen import is_staff_of
from itsm.core.people.verbs import find_one, set_member, whole_history_of
from itsm.core.texts import say
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, number_in


@pages.get("/teams")
@needs("people.read")
def teams() -> Response:
    """All groups, those that are no longer used at the end."""
    with reading() as uow:
        found = list_all_teams(uow)
        names = names_of(uow, people=[t.head_id for t in found], teams=[t.parent_id for t in found])
        return render(uow, "core/teams.html", teams=found, names=names, lines=LINE_NAMES, levels=LEVEL_NAMES)


@pages.get("/teams/<int:team_id>")
@needs("people.read")
def team(team_id: int) -> Response:
    """One group."""
    return _team(team_id)


def _team(team_id: int, *, status: int = 200, errors: object = ()) -> Response:
    with reading() as uow:
        found = find_one(uow, Team, team_id)
        return render(
            uow,
            "core/team.html",
            status=status,
            errors=errors,
            team=found,
            members=members_of(uow, found.id),
            piles=[pile(uow, say("Unfinished tickets of this group"), team=found.id)],
            names=names_of(uow, people=[found.head_id], teams=[found.parent_id]),
            lines=LINE_NAMES,
            levels=LEVEL_NAMES,
            fields=fields_shown(uow, "team", found, staff=is_staff_of(actor(), None)),
            entries=timeline(uow, "team", whole_history_of(uow, kind="team", id_=found.id)),
        )


@pages.post("/teams/<int:team_id>/members")
@needs("people.teams")
def put_member(team_id: int) -> Response:
    """Put somebody into a group, or with `remove` take them out."""
    try:
        with writing() as uow:
            chosen = request.form.get("remove", "")
            typed = request.form.get("person", "")[:300]
            person = number_in(chosen) if chosen else typed_person(uow, typed)
            set_member(uow, team_id=team_id, person_id=person or 0, member=not chosen)
    except Invalid as error:
        return _team(team_id, status=422, errors=[s for found in by_field(error).values() for s in found])
    flash(translated(say("Saved.")))
    return redirect(place_of("team", team_id))


@pages.get("/teams/new")
@needs("people.teams")
def new_team() -> Response:
    """The empty form."""
    return edit.empty_form("team")


@pages.post("/teams/new")
@needs("people.teams")
def add_team() -> Response:
    """Make a group."""
    return edit.make("team")


@pages.get("/teams/<int:team_id>/edit")
@needs("people.teams")
def edit_team(team_id: int) -> Response:
    """The form of a group."""
    return edit.filled_form("team", team_id)


@pages.post("/teams/<int:team_id>/edit")
@needs("people.teams")
def save_team(team_id: int) -> Response:
    """Save it."""
    return edit.change("team", team_id)
