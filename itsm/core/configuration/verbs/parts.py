"""Roles and groups as parts of a desk's configuration: what they are called and may, not who is in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from itsm.core.access.models import Role
from itsm.core.access.verbs import save_role
from itsm.core.configuration.schemas import RoleEntry, TeamEntry
from itsm.core.errors import Invalid, Refusal
from itsm.core.hookspecs.declarations import ConfigurationPart
from itsm.core.people.models import Team
from itsm.core.people.verbs import add_team, change_team
from itsm.core.refusals import load_list, refuse_circles
from itsm.core.work.uow import UnitOfWork


def core_parts() -> Sequence[ConfigurationPart]:
    """The parts of the core itself."""
    return (
        ConfigurationPart("core.roles", {"en": "Roles", "ru": "Роли"}, 10, export_roles, apply_roles),
        ConfigurationPart("core.teams", {"en": "Groups", "ru": "Группы"}, 20, export_teams, apply_teams),
    )


def export_roles(uow: UnitOfWork) -> Sequence[Mapping[str, Any]]:
    """All roles by key; permissions of plugins that are off stay behind, for no other desk would know them."""
    known = {"*", *uow.registry.permissions}
    return [
        {"key": r.key, "label": r.label, "permissions": sorted(known.intersection(r.permissions))}
        for r in uow.session.scalars(select(Role).order_by(Role.key))
    ]


def apply_roles(uow: UnitOfWork, value: Any) -> int:
    """Let these roles have exactly these permissions; those of plugins that are off here are kept."""
    known, changed = {"*", *uow.registry.permissions}, 0
    refusals: list[Refusal] = []
    for place, entry in enumerate(load_list(RoleEntry, value)):
        row = uow.session.get(Role, entry["key"])
        kept = set(row.permissions) - known if row else set()
        wanted = sorted(kept | set(entry["permissions"]))
        if row is not None and (row.label, sorted(row.permissions)) == (entry["label"], wanted):
            continue
        try:
            save_role(uow, key=entry["key"], label=entry["label"], permissions=wanted)
        except Invalid as error:
            refusals += [Refusal(f"{place}.{r.field}", r.message) for r in error.refusals]
        changed += 1
    if refusals:
        raise Invalid(refusals=refusals)
    return changed


def export_teams(uow: UnitOfWork) -> Sequence[Mapping[str, Any]]:
    """All groups by key, each with its parent's key; heads and members are people and stay behind."""
    rows = {row.id: row for row in uow.session.scalars(select(Team))}
    return [
        {
            "key": row.key,
            "label": row.label,
            "parent": rows[row.parent_id].key if row.parent_id else None,
            "level": row.level,
            "line": row.line,
            "active": row.active,
        }
        for row in sorted(rows.values(), key=lambda row: row.key)
    ]


def apply_teams(uow: UnitOfWork, value: Any) -> int:
    """Make and change groups until all of these are so; how many were. Others, and who is in them, stay."""
    entries = load_list(TeamEntry, value)
    rows = {row.key: row for row in uow.session.scalars(select(Team))}
    keys = {row.id: row.key for row in rows.values()}
    above = {row.key: keys.get(row.parent_id or 0) for row in rows.values()}
    refuse_circles(entries, above | {entry["key"]: entry["parent"] for entry in entries})
    touched = set()
    for place, entry in enumerate(entries):
        if entry["key"] not in rows:
            own = {name: entry[name] for name in ("key", "label", "level", "line")}
            rows[entry["key"]] = _placed(place, add_team, uow, own)
            touched.add(entry["key"])
    for place, entry in enumerate(entries):
        row = rows[entry["key"]]
        parent = rows[entry["parent"]].id if entry["parent"] else None
        wanted = {name: entry[name] for name in ("label", "level", "line", "active")} | {"parent_id": parent}
        changes = {name: new for name, new in wanted.items() if getattr(row, name) != new}
        if changes:
            _placed(place, change_team, uow, {"team_id": row.id, "changes": changes})
            touched.add(entry["key"])
    return len(touched)


def _placed(place: int, verb: Callable[..., Team], uow: UnitOfWork, given: Mapping[str, Any]) -> Team:
    """What the verb returns; its refusals name the entry."""
    try:
        return verb(uow, **given)
    except Invalid as error:
        raise Invalid(refusals=[Refusal(f"{place}.{r.field}", r.message) for r in error.refusals]) from error
