"""Power over others: nobody gives, takes or borrows what they do not hold, and somebody always keeps the desk."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, exists, select

from itsm.core.access.models import Account, Role, RoleGrant
from itsm.core.errors import Conflict, Forbidden
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

# Whoever can sign in and holds both can mend everything else on the pages.
KEEPING = ("people.accounts", "core.configure")


def require_over(uow: UnitOfWork, permissions: Iterable[str]) -> None:
    """Refuse the act unless the actor holds all of these, in the whole desk, and by a token that is not narrower."""
    lacking = sorted(name for name in set(permissions) if not uow.act.actor.may(name))
    if lacking:
        told = say("You may not give or take what you do not hold yourself: {permissions}.", permissions=_few(lacking))
        raise Forbidden(told)


def require_over_person(uow: UnitOfWork, person_id: int) -> None:
    """Refuse to touch the account of somebody who may do more than the actor; one's own is one's own."""
    if person_id == uow.act.actor.person_id:
        return
    lacking = sorted(name for name in permissions_of(uow, person_id) if not uow.act.actor.may(name))
    if lacking:
        told = say(
            "This person may do what you may not: {permissions}. Ask somebody who may.", permissions=_few(lacking)
        )
        raise Forbidden(told)


def is_own_or_kept(uow: UnitOfWork, person_id: int) -> bool:
    """Whether the actor may know of a person's means to sign in: their own, or everybody's who keeps accounts."""
    return person_id == uow.act.actor.person_id or uow.act.actor.may("people.accounts")


def own_or_over(uow: UnitOfWork, person_id: int) -> None:
    """Refuse to touch means to sign in but one's own, or, keeping accounts, those of who may no more than oneself."""
    if person_id != uow.act.actor.person_id:
        uow.require("people.accounts")
        require_over_person(uow, person_id)


def permissions_of(uow: UnitOfWork, person_id: int) -> frozenset[str]:
    """What the roles of a person allow anywhere, whether or not the account is in use."""
    granted = select(Role.permissions).join(RoleGrant, RoleGrant.role == Role.key)
    rows = uow.session.scalars(granted.where(RoleGrant.person_id == person_id))
    return frozenset(name for permissions in rows for name in permissions)


@contextmanager
def someone_keeps_the_desk(uow: UnitOfWork) -> Iterator[None]:
    """Refuse what is done in this block when it takes the desk from the last one who can keep it.

    The roles are locked first: of two administrators who take each other's role at one moment, the second one sees
    what the first has done.
    """
    uow.session.execute(select(Role.key).order_by(Role.key).with_for_update(key_share=True))
    before = _kept(uow)
    yield
    uow.session.flush()
    if before and not _kept(uow):
        told = say(
            "Then nobody could keep this desk: first give somebody who can sign in the role of an administrator."
        )
        raise Conflict(told)


def _kept(uow: UnitOfWork) -> bool:
    """Whether somebody can sign in who holds all of `KEEPING` in the whole desk."""
    roles = uow.session.execute(select(Role.key, Role.permissions)).all()
    held = [[role.key for role in roles if {"*", name} & set(role.permissions)] for name in KEEPING]
    keepers = select(Account.person_id).join(Person, Person.id == Account.person_id)
    keepers = keepers.where(Person.active, ~Account.disabled, *(_holds(keys) for keys in held))
    return uow.session.scalars(keepers.limit(1)).first() is not None


def _holds(roles: Iterable[str]) -> ColumnElement[bool]:
    whole = (RoleGrant.person_id == Account.person_id, RoleGrant.organisation_id.is_(None))
    return exists().where(*whole, RoleGrant.role.in_(list(roles)))


def _few(names: list[str]) -> str:
    """Enough of them to understand."""
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
