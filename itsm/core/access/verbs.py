"""Sign in and out, tokens, accounts and roles; and who is asking."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from itsm.core.access.models import Account, LoginSession, Role, RoleGrant, SignInFailure, Token
from itsm.core.access.rules import TOKEN_PREFIX, hash_secret, narrowed, new_secret
from itsm.core.act import NOBODY, Actor
from itsm.core.errors import Conflict, Invalid, NotSignedIn, TooMany, Unknown
from itsm.core.hookspecs.declarations import Permission
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person, TeamMember
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

SESSION_FOR = timedelta(days=14)
THROTTLE_WINDOW = timedelta(minutes=15)
THROTTLE_AFTER = 10
MIN_PASSWORD = 10
HASHER = PasswordHasher()
# The hash of a random password that nobody knows; made beforehand, for making one costs a tenth of a second.
NO_ONE = "$argon2id$v=19$m=65536,t=3,p=4$ijyPHEZ7g2DbTKvNwXnUyg$H5hUnn0HmNRcQcAT62YzrJqeX/mAbXnqywnYqCz1jYQ"
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


def sign_in(uow: UnitOfWork, *, login: str, password: str, address: str, agent: str = "") -> str | None:
    """Check a password; the new session's secret, or None for a wrong one, which is counted in this transaction.

    Raises `TooMany` after ten failures within fifteen minutes, per account and per address.
    """
    names = [f"account:{fold(login)[:200]}", f"address:{address[:60]}"]
    recent = select(func.count()).where(SignInFailure.who.in_(names), SignInFailure.at > uow.now - THROTTLE_WINDOW)
    if (uow.session.scalar(recent) or 0) >= THROTTLE_AFTER:
        raise TooMany(say("Too many attempts; wait a quarter of an hour."))
    account = uow.session.scalars(select(Account).where(Account.login_fold == fold(login))).first()
    usable = account is not None and not account.disabled and uow.session.get_one(Person, account.person_id).active
    if not _matches(account.password_hash if account else NO_ONE, password) or not usable or account is None:
        uow.session.execute(insert(SignInFailure), [{"who": name, "at": uow.now} for name in names])
        return None
    secret, hashed = new_secret()
    row = LoginSession(
        hash=hashed,
        person_id=account.person_id,
        created_at=uow.now,
        expires_at=uow.now + SESSION_FOR,
        agent=agent[:200],
    )
    uow.session.add(row)
    uow.session.execute(delete(SignInFailure).where(SignInFailure.who == names[0]))
    append(uow, stream="person", subject_id=account.person_id, type="signed_in", facts={})
    return secret


def _matches(hashed: str, password: str) -> bool:
    """Compared for unknown accounts too, so that time does not tell who exists."""
    try:
        return HASHER.verify(hashed, password)
    except VerificationError:
        return False


def sign_out(uow: UnitOfWork, *, secret: str) -> None:
    """End a session; it works at the next request."""
    mine = (LoginSession.hash == hash_secret(secret), LoginSession.revoked_at.is_(None))
    uow.session.execute(update(LoginSession).where(*mine).values(revoked_at=uow.now))


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


def add_account(uow: UnitOfWork, *, person_id: int, login: str, password: str, roles: Sequence[str] = ()) -> Account:
    """Let a person sign in, with these roles."""
    uow.require("people.accounts")
    if len(password) < MIN_PASSWORD:
        raise Invalid.field("password", say("At least {minimum} characters.", minimum=MIN_PASSWORD))
    if uow.session.scalars(select(Account.person_id).where(Account.login_fold == fold(login))).first() is not None:
        raise Conflict(say("The login {login} is taken.", login=login))
    hashed = HASHER.hash(password)
    account = Account(person_id=person_id, login=login.strip(), login_fold=fold(login), password_hash=hashed)
    uow.session.add(account)
    uow.session.flush()
    for role in roles:
        grant_role(uow, person_id=person_id, role=role)
    append(uow, stream="person", subject_id=person_id, type="account_added", facts={}, texts={"login": login})
    return account


def account_of(uow: UnitOfWork, *, login: str) -> Account:
    """The account with this login."""
    uow.require("people.accounts")
    account = uow.session.scalars(select(Account).where(Account.login_fold == fold(login))).first()
    if account is None:
        raise Unknown(say("Nobody has the login {login}.", login=login))
    return account


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


def disable_account(uow: UnitOfWork, *, person_id: int) -> None:
    """Lock a person out at once: sessions and tokens stop with the next request."""
    uow.require("people.accounts")
    uow.session.execute(update(Account).where(Account.person_id == person_id).values(disabled=True))
    append(uow, stream="person", subject_id=person_id, type="account_disabled", facts={})


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


BUNDLED = {
    "requester": {"en": "Requester", "ru": "Заявитель"},
    "agent": {"en": "Agent", "ru": "Специалист"},
    "head": {"en": "Head of a group", "ru": "Руководитель"},
    "administrator": {"en": "Administrator", "ru": "Администратор"},
}


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


def add_token(
    uow: UnitOfWork, *, person_id: int, name: str, scopes: Sequence[str] = ("*",), days: int | None = None
) -> str:
    """Make an API token and return its secret, which is shown this once."""
    if person_id != uow.act.actor.person_id:
        uow.require("people.accounts")
    unknown = [s for s in scopes if s != "*" and s not in uow.registry.permissions]
    if unknown:
        raise Invalid.field("scopes", say("Nobody declares: {names}.", names=", ".join(unknown)))
    secret, hashed = new_secret(TOKEN_PREFIX)
    expires = uow.now + timedelta(days=days) if days else None
    row = Token(
        hash=hashed, person_id=person_id, name=name, scopes=list(scopes), created_at=uow.now, expires_at=expires
    )
    uow.session.add(row)
    uow.session.flush()
    facts = {"token": row.id, "scopes": list(scopes)}
    append(uow, stream="person", subject_id=person_id, type="token_added", facts=facts, texts={"name": name})
    return secret


def own_tokens(uow: UnitOfWork) -> Sequence[Token]:
    """The actor's tokens that still work, the newest first."""
    alive = (Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > uow.now))
    mine = select(Token).where(Token.person_id == uow.act.actor.person_id, *alive)
    return uow.session.scalars(mine.order_by(Token.id.desc())).all()


def own_login(uow: UnitOfWork) -> str:
    """What the actor signs in with."""
    return uow.session.scalar(select(Account.login).where(Account.person_id == uow.act.actor.person_id)) or ""


def revoke_token(uow: UnitOfWork, *, token_id: int) -> None:
    """End a token at once."""
    token = uow.session.get(Token, token_id)
    if token is None or (token.person_id != uow.act.actor.person_id and not uow.act.actor.may("people.accounts")):
        raise Unknown(say("There is no such token."))
    token.revoked_at = uow.now
    append(uow, stream="person", subject_id=token.person_id, type="token_revoked", facts={"token": token_id})
