"""Roles: named sets of permissions that are data, and who holds them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from itsm.core.access.models import Role, RoleGrant
from itsm.core.access.powers import require_over, someone_keeps_the_desk
from itsm.core.errors import Conflict, Invalid, Stale, Unknown
from itsm.core.hookspecs.declarations import Permission
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import append, history
from itsm.core.people.models import Organisation, Person, TeamMember
from itsm.core.texts import Message, say
from itsm.core.work.uow import UnitOfWork

BUNDLED = {
    "requester": {"en": "Requester", "ru": "Заявитель"},
    "agent": {"en": "Agent", "ru": "Специалист"},
    "head": {"en": "Head of a group", "ru": "Руководитель"},
    "administrator": {"en": "Administrator", "ru": "Администратор"},
}
# Roles have keys and no numbers: what is told of them stands in the one stream of the desk's configuration as a whole.
STREAM = ("configuration", 0)


class Standing(NamedTuple):
    """A role, and how many people hold it."""

    role: Role
    holders: int


def list_roles(uow: UnitOfWork) -> Sequence[Standing]:
    """All roles, the bundled ones first."""
    uow.require("people.accounts")
    held = select(RoleGrant.role, func.count(RoleGrant.person_id.distinct())).group_by(RoleGrant.role)
    numbers = {key: number for key, number in uow.session.execute(held)}
    return [Standing(role, numbers.get(role.key, 0)) for role in _in_order(uow)]


def role_labels(uow: UnitOfWork) -> Mapping[str, Mapping[str, str]]:
    """Key → name of all roles, the bundled ones first, for those who configure what roles may."""
    uow.require("core.configure")
    return {role.key: role.label for role in _in_order(uow)}


def _in_order(uow: UnitOfWork) -> list[Role]:
    place = {key: number for number, key in enumerate(BUNDLED)}
    return sorted(uow.session.scalars(select(Role)), key=lambda role: (place.get(role.key, 99), role.key))


def find_role(uow: UnitOfWork, *, key: str) -> Role:
    """One role; raises `Unknown`."""
    uow.require("people.accounts")
    role = uow.session.get(Role, key)
    if role is None:
        raise Unknown(_no_role(key))
    return role


def holders_of(uow: UnitOfWork, *, key: str, limit: int = 200) -> Sequence[Person]:
    """Who holds a role, by name."""
    uow.require("people.accounts")
    holding = select(RoleGrant.person_id).where(RoleGrant.role == key)
    people = uow.query(Person).where(Person.id.in_(holding)).order_by(Person.name_fold, Person.id)
    return uow.session.scalars(people.limit(limit)).all()


def history_of_role(uow: UnitOfWork, *, key: str) -> list[tuple[Event, Mapping[str, Any]]]:
    """What was done with a role, each event with its texts, the oldest first."""
    uow.require("people.accounts")
    return [told for told in history(uow.session, *STREAM) if told[0].facts.get("role") == key]


def save_role(
    uow: UnitOfWork, *, key: str, label: Mapping[str, str], permissions: Iterable[str], match: int | None = None
) -> Role:
    """Make or change a role; only declared permissions can be granted, those of a plugin that is off only kept.

    Nobody puts in or takes out what they do not hold themselves. match: the version that the actor saw, 0 for a role
    that is new; raises `Stale`, or `Conflict` for a key that is taken.
    """
    uow.require("people.accounts")
    with someone_keeps_the_desk(uow):
        role = uow.session.get(Role, key, populate_existing=True)
        _check_match(key, role, match)
        wanted, held = set(permissions), set(role.permissions) if role else set()
        unknown = sorted(wanted - held - {"*", *uow.registry.permissions})
        if unknown:
            raise Invalid.field("permissions", say("Nobody declares: {names}.", names=", ".join(unknown)))
        require_over(uow, wanted ^ held)
        return _put(uow, key, label, wanted)


def _check_match(key: str, role: Role | None, match: int | None) -> None:
    if match == 0 and role is not None:
        raise Conflict(say("There is a role {role} already.", role=key))
    if match and (role is None or role.version != match):
        raise Stale(say("This was changed meanwhile."))


def _put(uow: UnitOfWork, key: str, label: Mapping[str, str], wanted: Collection[str]) -> Role:
    """Write a role that was checked."""
    role = uow.session.get(Role, key)
    held = set(role.permissions) if role else set()
    facts = {"role": key, "permissions": sorted(wanted)}
    facts |= {"added": sorted(set(wanted) - held), "removed": sorted(held - set(wanted))}
    texts: dict[str, Any] = {}
    if role is None:
        role = Role(key=key, label=dict(label), permissions=sorted(wanted), version=1)
        uow.session.add(role)
    else:
        if role.label != dict(label):
            texts["name"] = [dict(role.label), dict(label)]
        role.label, role.permissions, role.version = dict(label), sorted(wanted), role.version + 1
    uow.session.flush()
    append(uow, stream=STREAM[0], subject_id=STREAM[1], type="role_saved", facts=facts, texts=texts)
    return role


def remove_role(uow: UnitOfWork, *, key: str) -> None:
    """Remove a role that nobody holds; the bundled ones stay, for plugins give their permissions to them."""
    role = find_role(uow, key=key)
    if key in BUNDLED:
        raise Conflict(say("The role {role} is bundled and stays; take its permissions away instead.", role=key))
    held = select(func.count(RoleGrant.person_id.distinct())).where(RoleGrant.role == key)
    if number := uow.session.scalar(held):
        raise Conflict(
            say("The role {role} is held by {number} people; take it from them first.", role=key, number=number)
        )
    require_over(uow, role.permissions)
    facts = {"role": key, "permissions": list(role.permissions)}
    uow.session.delete(role)
    uow.session.flush()
    append(
        uow, stream=STREAM[0], subject_id=STREAM[1], type="role_removed", facts=facts, texts={"name": dict(role.label)}
    )


def grant_defaults(uow: UnitOfWork, permissions: Iterable[Permission]) -> None:
    """Give the bundled roles the permissions that are declared for them: at `init`, and when a plugin is enabled.

    What an administrator took away later stays away until then. It is the plugin that gives them, so whoever enables
    it need not hold them yet.
    """
    uow.require("people.accounts")
    declared = list(permissions)
    for key, label in BUNDLED.items():
        role = uow.session.get(Role, key)
        own = {p.name for p in declared if key in p.roles}
        held = set(role.permissions) if role else set()
        if role is None or not own <= held:
            _put(uow, key, role.label if role else label, held | own)


def grant_role(uow: UnitOfWork, *, person_id: int, role: str, organisation_id: int | None = None) -> None:
    """Give a person a role that allows nothing which the actor may not do: for the whole desk, or within one
    organisation, where its scoped permissions count. It no longer follows another party."""
    require_over(uow, find_role(uow, key=role).permissions)
    if uow.session.get(Person, person_id) is None:
        raise Unknown(say("There is no person with the number {id} here.", id=person_id))
    if organisation_id is not None and uow.session.get(Organisation, organisation_id) is None:
        raise Unknown(say("There is no organisation with the number {id} here.", id=organisation_id))
    held = _grant(uow, person_id, role, organisation_id)
    if held is None or held.origin:
        held = held or RoleGrant(person_id=person_id, role=role, organisation_id=organisation_id)
        held.origin = ""
        uow.session.add(held)
        uow.session.flush()
        append(uow, stream="person", subject_id=person_id, type="role_granted", facts=_told(role, organisation_id))


def revoke_role(uow: UnitOfWork, *, person_id: int, role: str, organisation_id: int | None = None) -> None:
    """Take a role from a person, of an organisation only that grant; it works at their next request."""
    require_over(uow, find_role(uow, key=role).permissions)
    with someone_keeps_the_desk(uow):
        grant = _grant(uow, person_id, role, organisation_id)
        if grant is None:
            raise Unknown(say("This person does not hold the role {role}.", role=role))
        uow.session.delete(grant)
        append(uow, stream="person", subject_id=person_id, type="role_revoked", facts=_told(role, organisation_id))


def grants_of(uow: UnitOfWork, *, person_id: int) -> Sequence[RoleGrant]:
    """The roles of a person, those of the whole desk first."""
    uow.require("people.accounts")
    mine = select(RoleGrant).where(RoleGrant.person_id == person_id)
    return uow.session.scalars(
        mine.order_by(RoleGrant.organisation_id.is_not(None), RoleGrant.role, RoleGrant.id)
    ).all()


def _grant(uow: UnitOfWork, person_id: int, role: str, organisation_id: int | None) -> RoleGrant | None:
    same = RoleGrant.organisation_id.is_not_distinct_from(organisation_id)
    mine = select(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.role == role, same)
    return uow.session.scalars(mine).first()


def _told(role: str, organisation_id: int | None) -> dict[str, Any]:
    return {"role": role} | ({"organisation": organisation_id} if organisation_id is not None else {})


def _no_role(key: str) -> Message:
    return say("There is no role {role}.", role=key)


def people_who_may(
    uow: UnitOfWork, *, permission: str, team_id: int | None = None, organisation_id: int | None = None
) -> Sequence[Person]:
    """Active people whose roles hold a permission for the whole desk, by name; of one team only when it is given.

    organisation_id: those too who hold it within this organisation.
    """
    roles = [role.key for role in uow.session.scalars(select(Role)) if {"*", permission} & set(role.permissions)]
    where: ColumnElement[bool] = RoleGrant.organisation_id.is_(None)
    if organisation_id is not None and uow.registry.permissions[permission].scoped:
        where = or_(where, RoleGrant.organisation_id == organisation_id)
    granted = select(RoleGrant.person_id).where(RoleGrant.role.in_(roles), where)
    statement = select(Person).where(Person.id.in_(granted), Person.active)
    if team_id is not None:
        statement = statement.where(Person.id.in_(select(TeamMember.person_id).where(TeamMember.team_id == team_id)))
    return uow.session.scalars(statement.order_by(Person.name_fold, Person.id)).all()
