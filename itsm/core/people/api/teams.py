"""`/api/v1/teams`."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify

from itsm.core.people import schemas, verbs
from itsm.core.people.api.blueprint import MATCH, answered, api, renamed, team_out, told
from itsm.core.people.models import Team
from itsm.core.people.names import list_teams, members_of
from itsm.core.web import needs, reading, writing
from itsm.core.web.answers import answer_once, matched
from itsm.core.work.uow import UnitOfWork

NAMES = {"name": "label", "parent": "parent_id", "head": "head_id"}


@api.route("/teams", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.TeamsOut)
def list_all_teams() -> Any:
    """All groups in use."""
    with reading() as uow:
        return jsonify(items=[team_out(uow, team) for team in list_teams(uow)])


@api.route("/teams", methods=["POST"])
@needs("people.teams")
@api.arguments(schemas.TeamIn())
@api.response(201, schemas.TeamOut)
def add_team(data: dict[str, Any]) -> Any:
    """Make a group with its head and members."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        row = verbs.add_team(uow, **{NAMES.get(name, name): value for name, value in data.items()})
        return _whole(uow, row.id), None

    return answer_once(act, 201)


@api.route("/teams/<int:team_id>", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.TeamOut)
def read_team(team_id: int) -> Any:
    """One group with the ids of its members."""
    with reading() as uow:
        return answered(_whole(uow, team_id), team_id)


@api.route("/teams/<int:team_id>", methods=["PATCH"])
@needs("people.teams")
@api.doc(parameters=[MATCH])
@api.arguments(schemas.TeamPatch())
@api.response(200, schemas.TeamOut)
def change_team(data: dict[str, Any], team_id: int) -> Any:
    """Change a group; needs `If-Match`. Members are given whole."""
    match = matched(required=True)
    with writing() as uow:
        verbs.change_team(uow, team_id=team_id, changes=renamed(data, NAMES), match=match)
        uow.flush()
        body = _whole(uow, team_id)
    return answered(body, team_id)


@api.route("/teams/<int:team_id>/history", methods=["GET"])
@needs("people.read")
@api.response(200, schemas.HistoryOut)
def history_team(team_id: int) -> Any:
    """What happened to a group, the oldest first."""
    with reading() as uow:
        return jsonify(items=told(uow, "team", team_id))


def _whole(uow: UnitOfWork, team_id: int) -> dict[str, Any]:
    row = verbs.find_one(uow, Team, team_id)
    return team_out(uow, row) | {"members": [person.id for person in members_of(uow, team_id)]}
