"""API tokens: made, listed, revoked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import NamedTuple

from sqlalchemy import or_, select

from itsm.core.access.models import Account, Token
from itsm.core.access.powers import is_own_or_kept, own_or_over
from itsm.core.access.rules import TOKEN_PREFIX, new_secret
from itsm.core.access.verbs.policy import sign_in_rules
from itsm.core.errors import Invalid, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

MOST_LISTED = 500


class HeldToken(NamedTuple):
    """A token in a list of everybody's."""

    token: Token
    name: str
    login: str


def add_token(
    uow: UnitOfWork,
    *,
    person_id: int,
    name: str,
    scopes: Sequence[str] = ("*",),
    days: int | None = None,
    addresses: Sequence[str] = (),
) -> str:
    """Make an API token and return its secret, which is shown this once.

    days: how long it holds; None: as the desk has it (`core.sign_in`), 0: for ever, where the desk allows that.
    addresses: networks such as 10.0.0.0/8 from which alone it works; none: from everywhere.
    """
    own_or_over(uow, person_id)
    unknown = [s for s in scopes if s != "*" and s not in uow.registry.permissions]
    if unknown:
        raise Invalid.field("scopes", say("Nobody declares: {names}.", names=", ".join(unknown)))
    networks = [_network(text) for text in addresses]
    secret, hashed = new_secret(TOKEN_PREFIX)
    row = Token(
        hash=hashed, person_id=person_id, name=name, scopes=list(scopes), created_at=uow.now,
        expires_at=_end(uow, days), addresses=networks,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    facts = {"token": row.id, "scopes": list(scopes)}
    texts = {"name": name, **({"addresses": networks} if networks else {})}
    append(uow, stream="person", subject_id=person_id, type="token_added", facts=facts, texts=texts)
    return secret


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError:
        told = say("{text} is no address and no network such as 192.0.2.0/24.", text=text[:60])
        raise Invalid.field("addresses", told) from None


def _end(uow: UnitOfWork, days: int | None) -> datetime | None:
    rules = sign_in_rules(uow)
    most = rules.token_days_most
    if days is None:
        days = min(rules.token_days or most, most) if most else rules.token_days
    elif most and not 0 < days <= most:
        raise Invalid.field("days", say("Tokens hold {most} days at most here.", most=most))
    return uow.now + timedelta(days=days) if days else None


def own_tokens(uow: UnitOfWork) -> Sequence[Token]:
    """The actor's tokens that still work, the newest first."""
    return tokens_of(uow, person_id=uow.act.actor.person_id or 0)


def tokens_of(uow: UnitOfWork, *, person_id: int) -> Sequence[Token]:
    """A person's tokens that still work, the newest first."""
    if not is_own_or_kept(uow, person_id):
        uow.require("people.accounts")
    alive = (Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > uow.now))
    return uow.session.scalars(
        select(Token).where(Token.person_id == person_id, *alive).order_by(Token.id.desc())
    ).all()


def list_tokens(uow: UnitOfWork, *, login: str = "") -> Sequence[HeldToken]:
    """Everybody's tokens that still work, or those of one login, the longest unused first."""
    uow.require("people.accounts")
    alive = (Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > uow.now))
    found = (
        select(Token, Person.name, Account.login)
        .join(Person, Person.id == Token.person_id)
        .join(Account, Account.person_id == Token.person_id)
        .where(*alive, *((Account.login == login,) if login else ()))
        .order_by(Token.last_used_at.is_not(None), Token.last_used_at, Token.id)
    )
    return [HeldToken(*row) for row in uow.session.execute(found.limit(MOST_LISTED))]


def revoke_token(uow: UnitOfWork, *, token_id: int) -> None:
    """End a token at once. Whoever keeps accounts may end anybody's: that takes no power but a program's."""
    token = uow.session.get(Token, token_id)
    if token is None or not is_own_or_kept(uow, token.person_id):
        raise Unknown(say("There is no such token."))
    if token.revoked_at is None:
        token.revoked_at = uow.now
        append(uow, stream="person", subject_id=token.person_id, type="token_revoked", facts={"token": token_id})
