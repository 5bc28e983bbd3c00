"""Accounts: what lets a person sign in."""

from collections.abc import Sequence

from sqlalchemy import select, update

from itsm.core.access.models import Account
from itsm.core.access.verbs.roles import grant_role
from itsm.core.access.verbs.sign_in import HASHER
from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

MIN_PASSWORD = 10


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


def own_login(uow: UnitOfWork) -> str:
    """What the actor signs in with."""
    return uow.session.scalar(select(Account.login).where(Account.person_id == uow.act.actor.person_id)) or ""


def disable_account(uow: UnitOfWork, *, person_id: int) -> None:
    """Lock a person out at once: sessions and tokens stop with the next request."""
    uow.require("people.accounts")
    uow.session.execute(update(Account).where(Account.person_id == person_id).values(disabled=True))
    append(uow, stream="person", subject_id=person_id, type="account_disabled", facts={})
