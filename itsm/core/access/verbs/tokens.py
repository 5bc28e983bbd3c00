"""API tokens: made, listed, revoked."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select

from itsm.core.access.models import Token
from itsm.core.access.rules import TOKEN_PREFIX, new_secret
from itsm.core.errors import Invalid, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


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


def revoke_token(uow: UnitOfWork, *, token_id: int) -> None:
    """End a token at once."""
    token = uow.session.get(Token, token_id)
    if token is None or (token.person_id != uow.act.actor.person_id and not uow.act.actor.may("people.accounts")):
        raise Unknown(say("There is no such token."))
    token.revoked_at = uow.now
    append(uow, stream="person", subject_id=token.person_id, type="token_revoked", facts={"token": token_id})
