"""Accounts: what lets a person sign in."""

from collections.abc import Sequence

from sqlalchemy import select

from itsm.core.access.models import Account
from itsm.core.access.powers import require_over_person, someone_keeps_the_desk
from itsm.core.access.verbs.passwords import accepted_password
from itsm.core.access.verbs.roles import grant_role
from itsm.core.errors import Conflict, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person
from itsm.core.people.verbs.people import end_access
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork


def add_account(
    uow: UnitOfWork, *, person_id: int, login: str, password: str | None, roles: Sequence[str] = ()
) -> Account:
    """Let a person sign in, with these roles; without a password only by other ways than one."""
    uow.require("people.accounts")
    if uow.session.scalars(select(Account.person_id).where(Account.login_fold == fold(login))).first() is not None:
        raise Conflict(say("The login {login} is taken.", login=login))
    if uow.session.get(Account, person_id) is not None:
        raise Conflict(say("This person has an account already."))
    hashed = ""
    if password is not None:
        name = uow.session.get_one(Person, person_id).name
        hashed = accepted_password(uow, login=login, name=name, password=password)
    account = Account(
        person_id=person_id, login=login.strip(), login_fold=fold(login), password_hash=hashed, password_at=uow.now
    )
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


def standing_of(uow: UnitOfWork, *, person_id: int) -> Account | None:
    """The account of a person, if they have one."""
    uow.require("people.accounts")
    return uow.session.get(Account, person_id)


def disable_account(uow: UnitOfWork, *, person_id: int) -> None:
    """Lock a person out at once: all sessions and tokens end, and work no more when the account is enabled again."""
    account = _of_another(uow, person_id)
    if account.disabled:
        return
    with someone_keeps_the_desk(uow):
        account.disabled = True
        end_access(uow, person_id)
        append(uow, stream="person", subject_id=person_id, type="account_disabled", facts={})


def enable_account(uow: UnitOfWork, *, person_id: int) -> None:
    """Let a person sign in again."""
    account = _of_another(uow, person_id)
    if account.disabled:
        account.disabled = False
        append(uow, stream="person", subject_id=person_id, type="account_enabled", facts={})


def _of_another(uow: UnitOfWork, person_id: int) -> Account:
    """The account of somebody else who may do no more than the actor, locked until the end of the act."""
    uow.require("people.accounts")
    account = uow.session.get(Account, person_id, with_for_update=True)
    if account is None:
        raise Unknown(say("This person has no account."))
    if person_id == uow.act.actor.person_id:
        raise Conflict(say("Nobody can lock themselves out."))
    require_over_person(uow, person_id)
    return account
