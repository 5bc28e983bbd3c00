"""Sign in with a password, and sign out; guessing is slowed down by rows, not by Redis."""

from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, func, insert, select, update

from itsm.core.access.models import Account, LoginSession, SignInFailure
from itsm.core.access.rules import hash_secret, new_secret
from itsm.core.errors import TooMany
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork

SESSION_FOR = timedelta(days=14)
THROTTLE_WINDOW = timedelta(minutes=15)
THROTTLE_AFTER = 10
HASHER = PasswordHasher()
# The hash of a random password that nobody knows; made beforehand, for making one costs a tenth of a second.
NO_ONE = "$argon2id$v=19$m=65536,t=3,p=4$ijyPHEZ7g2DbTKvNwXnUyg$H5hUnn0HmNRcQcAT62YzrJqeX/mAbXnqywnYqCz1jYQ"


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
