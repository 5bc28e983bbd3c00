"""Who is asking: the actor behind a session or a token, in one indexed query."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from itsm.core.access.models import Account, LoginSession, Role, RoleGrant, Token
from itsm.core.access.rules import hash_secret, narrowed
from itsm.core.act import NOBODY, Actor
from itsm.core.errors import NotSignedIn
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

# A usable account with the permissions of each of its roles: one indexed query tells who is asking.
PEOPLE = (
    select(
        Person.id, Person.name, Person.organisation_id, Person.locale, Person.timezone, RoleGrant.role, Role.permissions
    )
    .join(Account, Account.person_id == Person.id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .outerjoin(Role, Role.key == RoleGrant.role)
    .where(Person.active, ~Account.disabled)
)
BY_TOKEN = (
    PEOPLE.add_columns(Token.scopes)
    .join(Token, Token.person_id == Person.id)
    .where(Token.hash == bindparam("hashed"), Token.revoked_at.is_(None))
    .where(or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")))
)
BY_SESSION = (
    PEOPLE.join(LoginSession, LoginSession.person_id == Person.id)
    .where(LoginSession.hash == bindparam("hashed"), LoginSession.revoked_at.is_(None))
    .where(LoginSession.expires_at > bindparam("now"))
)


def actor_of_session(uow: UnitOfWork, secret: str) -> Actor:
    """Who is signed in with this secret; nobody when it ended."""
    rows = uow.session.execute(BY_SESSION, {"hashed": hash_secret(secret), "now": uow.now}).all()
    return _actor(rows, None) if rows else NOBODY


def actor_of_token(uow: UnitOfWork, secret: str) -> Actor:
    """Who holds this API token, with its scopes; raises `NotSignedIn` for one that is wrong, old or revoked."""
    rows = uow.session.execute(BY_TOKEN, {"hashed": hash_secret(secret), "now": uow.now}).all()
    if not rows:
        raise NotSignedIn(say("This token is unknown, expired or revoked, or its account is disabled."))
    return _actor(rows, rows[0].scopes)


def _actor(rows: Sequence[Row[Any]], scopes: Iterable[str] | None) -> Actor:
    """One person from one row per role."""
    permissions = frozenset(name for row in rows for name in row.permissions or ())
    first = rows[0]
    return Actor(
        kind="person",
        person_id=first.id,
        name=first.name,
        permissions=permissions if scopes is None else narrowed(permissions, scopes),
        organisation_id=first.organisation_id,
        locale=first.locale,
        timezone=first.timezone or "UTC",
        roles=frozenset(row.role for row in rows if row.role is not None),
    )
