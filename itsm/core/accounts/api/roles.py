"""`/api/v1/roles`."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from itsm.core.access import verbs
from itsm.core.access.models import Role
from itsm.core.accounts.api.blueprint import api
from itsm.core.accounts.schemas import RoleIn, RoleOut, RolePatch, RolesOut
from itsm.core.people.api.blueprint import MATCH
from itsm.core.web import desk, needs, reading, writing
from itsm.core.web.answers import answer_once, matched, tagged
from itsm.core.work.uow import UnitOfWork


def role_out(uow: UnitOfWork, role: Role) -> dict[str, Any]:
    """A role with the number of those who hold it."""
    held = {standing.role.key: standing.holders for standing in verbs.list_roles(uow)}
    return {
        "key": role.key, "name": role.label, "permissions": role.permissions, "holders": held[role.key],
        "version": role.version,
    }  # fmt: skip


@api.route("/roles", methods=["GET"])
@needs("people.accounts")
@api.response(200, RolesOut)
def list_roles() -> Any:
    """All roles; and all permissions that a role may hold here, with their names and the plugin that brings each."""
    registry = desk().registry
    permissions = [
        {"name": p.name, "label": p.label, "plugin": registry.owners.get(f"permissions:{p.name}", "")}
        for p in sorted(registry.permissions.values(), key=lambda p: p.name)
    ]
    with reading() as uow:
        roles = [role_out(uow, standing.role) for standing in verbs.list_roles(uow)]
    return jsonify(items=roles, permissions=permissions)


@api.route("/roles", methods=["POST"])
@needs("people.accounts")
@api.arguments(RoleIn())
@api.response(201, RoleOut)
def add_role(data: dict[str, Any]) -> Any:
    """Make a role; it can hold no permission that its maker does not hold."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        named = {"label": data["name"], "permissions": data["permissions"]}
        return role_out(uow, verbs.save_role(uow, key=data["key"], match=0, **named)), None

    return answer_once(act, 201, reason=data["reason"])


@api.route("/roles/<key>", methods=["GET"])
@needs("people.accounts")
@api.response(200, RoleOut)
def read_role(key: str) -> Any:
    """One role."""
    with reading() as uow:
        return tagged(role_out(uow, verbs.find_role(uow, key=key)))


@api.route("/roles/<key>", methods=["PATCH"])
@needs("people.accounts")
@api.doc(parameters=[MATCH])
@api.arguments(RolePatch())
@api.response(200, RoleOut)
def change_role(data: dict[str, Any], key: str) -> Any:
    """Change a role; needs `If-Match`. Nobody puts in or takes out what they do not hold themselves."""
    match = matched(required=True)
    with writing(data["reason"]) as uow:
        held = verbs.find_role(uow, key=key)
        label, permissions = data.get("name", held.label), data.get("permissions", held.permissions)
        role = verbs.save_role(uow, key=key, label=label, permissions=permissions, match=match)
        body = role_out(uow, role)
    return tagged(body)


@api.route("/roles/<key>", methods=["DELETE"])
@needs("people.accounts")
@api.response(204)
def remove_role(key: str) -> Any:
    """Remove a role that nobody holds."""
    with writing() as uow:
        verbs.remove_role(uow, key=key)
    return Response(status=204)
