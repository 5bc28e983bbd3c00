"""Roles that follow another party, such as the groups of a provider: given and taken at every sign-in."""

from collections.abc import Collection

from sqlalchemy import select

from itsm.core.access.models import Role, RoleGrant
from itsm.core.ledger.verbs import append
from itsm.core.work.uow import UnitOfWork


def settle_roles(uow: UnitOfWork, *, person_id: int, origin: str, wanted: Collection[tuple[str, int | None]]) -> None:
    """Let exactly these roles of a person come from `origin`; what was given by hand, or by another party, stays.

    A role that the desk no longer has is left out. That party decides, so this takes the desk even from the last who
    keeps it: its own administrators keep an account with a password, or the command line.
    """
    uow.require("people.accounts")
    held = {
        grant.role: grant for grant in uow.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person_id))
    }
    named = {role for role, organisation in wanted if organisation is None}
    known = set(uow.session.scalars(select(Role.key).where(Role.key.in_(named))))
    for role in sorted(known - held.keys()):
        uow.session.add(RoleGrant(person_id=person_id, role=role, origin=origin))
        append(uow, stream="person", subject_id=person_id, type="role_granted", facts={"role": role, "origin": origin})
    for role in sorted(held.keys() - known):
        if held[role].origin == origin:
            uow.session.delete(held[role])
            append(
                uow, stream="person", subject_id=person_id, type="role_revoked", facts={"role": role, "origin": origin}
            )
    uow.session.flush()
