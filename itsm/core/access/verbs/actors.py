"""Who is asking: the actor behind a session or a token, in one indexed query."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, or_, select, update

from itsm.core.access.models import Account, LoginSession, Role, RoleGrant, Token
from itsm.core.access.rules import hash_secret, is_strong, is_within, narrowed
from itsm.core.access.verbs.policy import IN_FORCE, rules_of
from itsm.core.act import NOBODY, Actor
from itsm.core.errors import NotSignedIn
from itsm.core.people.models import Person, Team, TeamMember
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

READ_ALL, READ_TEAM = "tickets.read_all", "tickets.read_team"
# A usable account with the permissions of each of its roles: one indexed query tells who is asking.
PEOPLE = (
    select(
        Person.id,
        Person.name,
        Person.organisation_id,
        Person.locale,
        Person.timezone,
        RoleGrant.role,
        RoleGrant.organisation_id.label("within"),
        Role.permissions,
    )
    .join(Account, Account.person_id == Person.id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .outerjoin(Role, Role.key == RoleGrant.role)
    .where(Person.active, ~Account.disabled)
)
BY_TOKEN = (
    PEOPLE.add_columns(Token.scopes, Token.addresses, Token.id.label("key"), Token.last_used_at.label("seen_at"))
    .join(Token, Token.person_id == Person.id)
    .where(Token.hash == bindparam("hashed"), Token.revoked_at.is_(None))
    .where(or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")))
)
BY_SESSION = (
    PEOPLE.add_columns(
        LoginSession.id.label("key"), LoginSession.seen_at, LoginSession.method, LoginSession.factor,
        IN_FORCE.label("rules"),
    )
    .join(LoginSession, LoginSession.person_id == Person.id)
    .where(LoginSession.hash == bindparam("hashed"), LoginSession.revoked_at.is_(None), LoginSession.whole)
    .where(LoginSession.expires_at > bindparam("now"))
)  # fmt: skip
BY_ID = PEOPLE.where(Person.id == bindparam("person"))
# How old the note of the last use may be: reading pages must not become writing rows.
SESSION_NOTED, TOKEN_NOTED = timedelta(minutes=5), timedelta(hours=1)


class Found(NamedTuple):
    """Who asks; `unnoted` is the session or token whose last use should be written down: (which, id)."""

    actor: Actor
    unnoted: tuple[str, int] | None = None


def find_by_session(uow: UnitOfWork, secret: str) -> Found:
    """Who is signed in with this secret; nobody when it ended, or lacks a second factor that a role demands."""
    rows = uow.session.execute(BY_SESSION, {"hashed": hash_secret(secret), "now": uow.now}).all()
    if not rows:
        return Found(NOBODY)
    first, rules = rows[0], rules_of(uow, rows[0].rules)
    rest = timedelta(minutes=rules.idle_minutes)
    if first.seen_at <= uow.now - rest:
        return Found(NOBODY)
    actor = _actor(uow, rows)
    roles = actor.roles | {role for role, _ in actor.roles_within}
    if roles & set(rules.second_factor_roles) and not is_strong(first.method, first.factor, rules.methods_enough):
        return Found(NOBODY)
    return Found(actor, _unnoted("session", first, uow.now - min(SESSION_NOTED, rest / 5)))


def find_by_token(uow: UnitOfWork, secret: str, address: str = "") -> Found:
    """Who holds this API token, with its scopes; raises `NotSignedIn` for one that is wrong, old, revoked, or used
    from elsewhere than it may be."""
    rows = uow.session.execute(BY_TOKEN, {"hashed": hash_secret(secret), "now": uow.now}).all()
    if not rows:
        raise NotSignedIn(say("This token is unknown, expired or revoked, or its account is disabled."))
    if rows[0].addresses and not is_within(address, rows[0].addresses):
        raise NotSignedIn(say("This token does not work from the address {address}.", address=address))
    return Found(_actor(uow, rows, rows[0].scopes), _unnoted("token", rows[0], uow.now - TOKEN_NOTED))


def _unnoted(which: str, row: Row[Any], since: datetime) -> tuple[str, int] | None:
    return (which, row.key) if row.seen_at is None or row.seen_at < since else None


def note_use(uow: UnitOfWork, unnoted: tuple[str, int]) -> None:
    """Write down that a session or a token is used now."""
    which, id_ = unnoted
    if which == "session":
        uow.session.execute(update(LoginSession).where(LoginSession.id == id_).values(seen_at=uow.now))
    else:
        uow.session.execute(update(Token).where(Token.id == id_).values(last_used_at=uow.now))


def actor_of_session(uow: UnitOfWork, secret: str) -> Actor:
    """Who is signed in with this secret; nobody when it ended."""
    return find_by_session(uow, secret).actor


def actor_of_token(uow: UnitOfWork, secret: str, address: str = "") -> Actor:
    """Who holds this API token, with its scopes; raises `NotSignedIn` for one that is wrong, old or revoked."""
    return find_by_token(uow, secret, address).actor


def actor_of_person(uow: UnitOfWork, person_id: int) -> Actor:
    """Who somebody is now, with what they may now; nobody when they cannot sign in any more.

    For background work on behalf of a person: what was taken away since it was owed is taken away.
    """
    rows = uow.session.execute(BY_ID, {"person": person_id}).all()
    return _actor(uow, rows) if rows else NOBODY


def _actor(uow: UnitOfWork, rows: Sequence[Row[Any]], scopes: Iterable[str] = ("*",)) -> Actor:
    """One person from one row per grant; `scopes` narrow what they may."""
    first = rows[0]
    everywhere = frozenset(name for row in rows if row.within is None for name in row.permissions or ())
    permissions = narrowed(everywhere, scopes)
    within = {(name, row.within) for row in rows if row.within is not None for name in _scoped(uow, row, scopes)}
    held = permissions | {name for name, _ in within}
    return Actor(
        kind="person",
        person_id=first.id,
        name=first.name,
        permissions=permissions,
        organisation_id=first.organisation_id,
        locale=first.locale,
        timezone=first.timezone or "UTC",
        roles=frozenset(row.role for row in rows if row.role is not None and row.within is None),
        within=frozenset(within),
        teams=_teams(uow, first.id) if READ_TEAM in held and not {"*", READ_ALL} & permissions else frozenset(),
        roles_within=frozenset((row.role, row.within) for row in rows if row.within is not None),
    )


def _scoped(uow: UnitOfWork, row: Row[Any], scopes: Iterable[str]) -> frozenset[str]:
    """What a role gives within an organisation: of its permissions those that can be limited so."""
    declared = uow.registry.permissions
    held = narrowed(row.permissions or (), scopes)
    return frozenset(name for name, one in declared.items() if one.scoped and ("*" in held or name in held))


def _teams(uow: UnitOfWork, person_id: int) -> frozenset[int]:
    """The groups that somebody is in or heads, and all below them."""
    member = select(TeamMember.team_id).where(TeamMember.person_id == person_id)
    own = select(Team.id).where(or_(Team.head_id == person_id, Team.id.in_(member))).cte(recursive=True)
    below = own.union(select(Team.id).where(Team.parent_id == own.c.id))
    return frozenset(uow.session.scalars(select(below.c.id)))
