"""Sessions: opened step by step, renewed at each step, ended at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, select, update

from itsm.core.access.models import Account, LoginSession
from itsm.core.access.powers import own_or_over
from itsm.core.access.rules import Stage, hash_secret, is_strong, new_secret, next_stage
from itsm.core.access.verbs.policy import has_factor, is_obliged, sign_in_rules
from itsm.core.errors import Forbidden, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Entry:
    """A session, whose it is, and what it still lacks. confirmed_at: when they last proved who they are."""

    session_id: int
    person_id: int
    name: str
    login: str
    stage: Stage
    confirmed_at: datetime
    has_password: bool


def open_session(
    uow: UnitOfWork, *, person_id: int, method: str, address: str, agent: str = "", factor: str | None = None
) -> str:
    """A session for whom the first step has proved; its secret. It opens nothing while it lacks a further step."""
    account = uow.session.get(Account, person_id)
    if account is None or account.disabled or not uow.session.get_one(Person, person_id).active:
        raise Forbidden(say("This account cannot sign in; ask an administrator."))
    secret, hashed = new_secret()
    session = LoginSession(
        hash=hashed, person_id=person_id, method=method, factor=factor, whole=False, address=address[:60],
        agent=agent[:200], created_at=uow.now, seen_at=uow.now, confirmed_at=uow.now,
        expires_at=uow.now + timedelta(days=sign_in_rules(uow).session_days),
    )  # fmt: skip
    uow.session.add(session)
    uow.session.flush()
    _settle(uow, session, account)
    if not session.whole:
        facts = {"session": session.id, "method": method}
        told = {"address": session.address, "device": session.agent}
        append(uow, stream="person", subject_id=person_id, type="sign_in_begun", facts=facts, texts=told)
    return secret


def sign_in_as(uow: UnitOfWork, *, person_id: int, method: str, address: str, agent: str = "") -> str:
    """Sign in somebody whom another party has proved to be this person; the new session's secret, for `admit`.

    method: the key of the button, such as `oidc.google`; where the desk does not trust it with second factors
    (`methods_enough`), the person's own is asked for next. Raises `Forbidden` for whoever may not sign in.
    """
    return open_session(uow, person_id=person_id, method=method, address=address, agent=agent)


def entry_of(uow: UnitOfWork, secret: str) -> Entry | None:
    """The sign-in behind this secret and its next step; None when there is none, or it ended."""
    found = _alive(uow, secret)
    if found is None:
        return None
    session, account = found
    name = uow.session.get_one(Person, session.person_id).name
    stage = _stage(uow, session, account)
    return Entry(
        session.id, session.person_id, name, account.login, stage, session.confirmed_at, bool(account.password_hash)
    )


def advance(uow: UnitOfWork, *, secret: str, factor: str | None = None) -> str:
    """A step was proved: the session gets a new secret, and is whole when nothing is lacking."""
    found = _alive(uow, secret)
    if found is None:
        raise Unknown(say("This sign-in took too long; begin again."))
    session, account = found
    renewed, session.hash = new_secret()
    session.factor = factor or session.factor
    session.confirmed_at = session.seen_at = uow.now
    _settle(uow, session, account)
    return renewed


def _settle(uow: UnitOfWork, session: LoginSession, account: Account) -> None:
    if not session.whole and _stage(uow, session, account) == "whole":
        session.whole = True
        facts = {"session": session.id, "method": session.method, "factor": session.factor or ""}
        told = {"address": session.address, "device": session.agent}
        append(uow, stream="person", subject_id=session.person_id, type="signed_in", facts=facts, texts=told)
    uow.session.flush()


def _stage(uow: UnitOfWork, session: LoginSession, account: Account) -> Stage:
    """A session that was whole stays so, but where a role demands more than it has shown."""
    strong = is_strong(session.method, session.factor, sign_in_rules(uow).methods_enough)
    demanded = not strong and is_obliged(uow, session.person_id)
    if session.whole and not demanded:
        return "whole"
    return next_stage(
        strong=strong,
        has_factor=not strong and has_factor(uow, session.person_id),
        must_change=account.must_change and session.method == "password",
        demanded=demanded,
    )


def _alive(uow: UnitOfWork, secret: str) -> Row[LoginSession, Account] | None:
    """The session and its account, unless either ended."""
    idle = uow.now - timedelta(minutes=sign_in_rules(uow).idle_minutes)
    statement = (
        select(LoginSession, Account)
        .join(Account, Account.person_id == LoginSession.person_id)
        .join(Person, Person.id == LoginSession.person_id)
        .where(LoginSession.hash == hash_secret(secret), LoginSession.revoked_at.is_(None))
        .where(LoginSession.expires_at > uow.now, LoginSession.seen_at > idle, ~Account.disabled, Person.active)
    )
    return uow.session.execute(statement).first()


def sign_out(uow: UnitOfWork, *, secret: str) -> str:
    """End a session; it works at the next request. How it had been opened, '' where there was none."""
    mine = (LoginSession.hash == hash_secret(secret), LoginSession.revoked_at.is_(None))
    told = (LoginSession.id, LoginSession.person_id, LoginSession.method)
    ended = update(LoginSession).where(*mine).values(revoked_at=uow.now).returning(*told)
    rows = uow.session.execute(ended).all()
    for row in rows:
        append(uow, stream="person", subject_id=row.person_id, type="signed_out", facts={"session": row.id})
    return rows[0].method if rows else ""


def list_sessions(uow: UnitOfWork, *, person_id: int) -> Sequence[LoginSession]:
    """The sessions of a person that work, the last used first; of others only for those who keep accounts."""
    if person_id != uow.act.actor.person_id:
        uow.require("people.accounts")
    idle = uow.now - timedelta(minutes=sign_in_rules(uow).idle_minutes)
    alive = (LoginSession.revoked_at.is_(None), LoginSession.expires_at > uow.now, LoginSession.seen_at > idle)
    mine = select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.whole, *alive)
    return uow.session.scalars(mine.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())).all()


def end_session(uow: UnitOfWork, *, person_id: int, session_id: int) -> None:
    """End one session of a person."""
    own_or_over(uow, person_id)
    if not _end(uow, person_id, LoginSession.id == session_id):
        raise Unknown(say("There is no such session."))


def end_sessions(uow: UnitOfWork, *, person_id: int, but: int | None = None) -> int:
    """End all sessions of a person, but the one with this id; how many there were."""
    own_or_over(uow, person_id)
    return _end(uow, person_id, LoginSession.id != but if but is not None else LoginSession.id.is_not(None))


def _end(uow: UnitOfWork, person_id: int, which: ColumnElement[bool]) -> int:
    alive = (LoginSession.person_id == person_id, LoginSession.revoked_at.is_(None), which)
    ended = update(LoginSession).where(*alive).values(revoked_at=uow.now).returning(LoginSession.id)
    ids = sorted(uow.session.scalars(ended))
    if ids:
        append(uow, stream="person", subject_id=person_id, type="sessions_ended", facts={"sessions": ids})
    return len(ids)
