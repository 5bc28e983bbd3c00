"""Roles: named sets of permissions that are data, and who holds them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from itsm.core.access.models import Role, RoleGrant
from itsm.core.errors import Invalid, Unknown
from itsm.core.hookspecs.declarations import Permission
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person, TeamMember
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

BUNDLED = {
    "requester": {"en": "Requester", "ru": "Заявитель"},
    "agent": {"en": "Agent", "ru": "Специалист"},
    "head": {"en": "Head of a group", "ru": "Руководитель"},
    "administrator": {"en": "Administrator", "ru": "Администратор"},
}


def save_role(uow: UnitOfWork, *, key: str, label: Mapping[str, str], permissions: Iterable[str]) -> Role:
    """Make or change a role; only declared permissions can be granted, those of a plugin that is off only kept."""
    uow.require("people.accounts")
    granted = sorted(set(permissions))
    role = uow.session.get(Role, key)
    known = {"*", *uow.registry.permissions, *(role.permissions if role else ())}
    unknown = [name for name in granted if name not in known]
    if unknown:
        raise Invalid.field("permissions", say("Nobody declares: {names}.", names=", ".join(unknown)))
    if role is None:
        role = Role(key=key, label=dict(label), permissions=granted)
        uow.session.add(role)
    else:
        role.label, role.permissions = dict(label), granted
    uow.session.flush()
    append(uow, stream="configuration", subject_id=0, type="role_saved", facts={"role": key, "permissions": granted})
    return role


def grant_defaults(uow: UnitOfWork, permissions: Iterable[Permission]) -> None:
    """Give the bundled roles the permissions that are declared for them: at `init`, and when a plugin is enabled.

    What an administrator took away later stays away until then.
    """
    declared = list(permissions)
    for key, label in BUNDLED.items():
        role = uow.session.get(Role, key)
        own = {p.name for p in declared if key in p.roles}
        held = set(role.permissions) if role else set()
        if role is None or not own <= held:
            save_role(uow, key=key, label=role.label if role else label, permissions=held | own)


def grant_role(uow: UnitOfWork, *, person_id: int, role: str) -> None:
    """Give a person a role."""
    uow.require("people.accounts")
    if uow.session.get(Role, role) is None:
        raise Unknown(say("There is no role {role}.", role=role))
    if uow.session.get(RoleGrant, (person_id, role)) is None:
        uow.session.add(RoleGrant(person_id=person_id, role=role))
        uow.session.flush()
        append(uow, stream="person", subject_id=person_id, type="role_granted", facts={"role": role})


def people_who_may(uow: UnitOfWork, *, permission: str, team_id: int | None = None) -> Sequence[Person]:
    """Active people whose roles hold a permission, by name; of one team only when it is given."""
    roles = [role.key for role in uow.session.scalars(select(Role)) if {"*", permission} & set(role.permissions)]
    granted = select(RoleGrant.person_id).where(RoleGrant.role.in_(roles))
    statement = select(Person).where(Person.id.in_(granted), Person.active)
    if team_id is not None:
        statement = statement.where(Person.id.in_(select(TeamMember.person_id).where(TeamMember.team_id == team_id)))
    return uow.session.scalars(statement.order_by(Person.name_fold, Person.id)).all()
