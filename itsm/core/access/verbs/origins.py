"""Roles that follow another party, such as the groups of a provider: given and taken at every sign-in."""

from collections.abc import Collection

from sqlalchemy import select

from itsm.core.access.models import Role, RoleGrant
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Organisation
from itsm.core.work.uow import UnitOfWork


def settle_roles(uow: UnitOfWork, *, person_id: int, origin: str, wanted: Collection[tuple[str, int | None]]) -> None:
    """Let exactly these roles of a person come from `origin`; what was given by hand, or by another party, stays.

    A role that the desk no longer has is left out. That party decides, so this takes the desk even from the last who
    keeps it: its own administrators keep an account with a password, or the command line.
    """
    uow.require("people.accounts")
    grants = uow.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id))
    held = {(grant.role, grant.organisation_id): grant for grant in grants}
    roles = set(uow.session.scalars(select(Role.key).where(Role.key.in_({role for role, _ in wanted}))))
    places = {organisation for _, organisation in wanted if organisation is not None}
    there = {None, *uow.session.scalars(select(Organisation.id).where(Organisation.id.in_(places)))}
    known = {(role, organisation) for role, organisation in wanted if role in roles and organisation in there}
    for role, organisation in sorted(known - held.keys(), key=str):
        uow.session.add(RoleGrant(person_id=person_id, role=role, organisation_id=organisation, origin=origin))
        _tell(uow, person_id, "role_granted", role, organisation, origin)
    for role, organisation in sorted(held.keys() - known, key=str):
        if held[role, organisation].origin == origin:
            uow.session.delete(held[role, organisation])
            _tell(uow, person_id, "role_revoked", role, organisation, origin)
    uow.session.flush()


def _tell(
    uow: UnitOfWork, person_id: int, type: str, role: str, organisation: int | None, origin: str
) -> None:  # fmt: skip
    place = {"organisation": organisation} if organisation is not None else {}
    append(uow, stream="person", subject_id=person_id, type=type, facts={"role": role, "origin": origin, **place})
