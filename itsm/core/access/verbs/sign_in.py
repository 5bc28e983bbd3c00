"""Sign in with a password: whose it is is told apart from the session, so that no writer waits for argon2."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import exists, select

from itsm.core.access.models import Account, ExternalIdentity, Passkey
from itsm.core.access.verbs.attempts import forgive_attempts
from itsm.core.access.verbs.passwords import hash_password, is_outdated, matches
from itsm.core.access.verbs.policy import sign_in_rules
from itsm.core.access.verbs.sessions import open_session
from itsm.core.people.models import Person
from itsm.core.texts import fold
from itsm.core.work.uow import UnitOfWork


class Proof(NamedTuple):
    """A password was right. rehash: its hash with the parameters of today, where the stored one is weaker."""

    person_id: int
    hash: str
    rehash: str


def person_of_login(uow: UnitOfWork, *, login: str) -> int | None:
    """Whose login it is."""
    return uow.session.scalar(select(Account.person_id).where(Account.login_fold == fold(login)))


def check_password(uow: UnitOfWork, *, login: str, password: str) -> Proof | None:
    """Who signs in with this login and password; None for nobody, in the same time whatever is wrong.

    Best asked in a reading unit of work: comparing takes a tenth of a second.
    """
    account = uow.session.scalars(select(Account).where(Account.login_fold == fold(login))).first()
    stored = account.password_hash if account else ""
    if not matches(stored, password) or account is None or account.disabled:
        return None
    if not uow.session.get_one(Person, account.person_id).active or not _may_use(uow, account):
        return None
    return Proof(account.person_id, stored, hash_password(password) if is_outdated(stored) else "")


def _may_use(uow: UnitOfWork, account: Account) -> bool:
    """Not one that was given long ago; and where the desk wants passwords to go, not beside another way."""
    rules = sign_in_rules(uow)
    if account.must_change and (account.password_at or uow.now) < uow.now - timedelta(days=rules.one_time_days):
        return False
    if rules.password_beside_others:
        return True
    person_id = account.person_id
    others = exists().where(Passkey.person_id == person_id) | exists().where(ExternalIdentity.person_id == person_id)
    return not uow.session.scalar(select(others))


def sign_in(uow: UnitOfWork, *, proof: Proof, login: str, address: str, agent: str = "") -> str | None:
    """The session of whoever gave the right password; its secret. None where the password changed meanwhile."""
    account = uow.session.get_one(Account, proof.person_id)
    if account.password_hash != proof.hash:
        return None
    forgive_attempts(uow, login=login, address=address)
    account.password_hash = proof.rehash or proof.hash
    return open_session(uow, person_id=proof.person_id, method="password", address=address, agent=agent)
