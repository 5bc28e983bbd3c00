"""Guessing is slowed down by rows, not by Redis: an attempt is written down before it is judged."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import and_, delete, exists, func, insert, or_, select

from itsm.core.access.models import LoginSession, SignInFailure
from itsm.core.access.rules import caller_network, hash_secret
from itsm.core.access.verbs.policy import sign_in_rules
from itsm.core.errors import TooMany
from itsm.core.texts import fold, say
from itsm.core.work.uow import UnitOfWork


def begin_attempt(uow: UnitOfWork, *, login: str, address: str, person_id: int | None = None) -> None:
    """Count this attempt as a failure until it is known to be none; raises `TooMany` where there were too many.

    Written and committed before anything is compared, so that guesses made at the same time are counted too. Limits:
    by account and network together; by network; and, much higher, by account, which does not shut out whoever comes
    from where this person has been signed in: others' guesses must not lock the true user out.
    """
    rules, account, network = sign_in_rules(uow), _account(login), caller_network(address)
    recent = SignInFailure.at > uow.now - timedelta(minutes=rules.throttle_minutes)
    by_account, by_network = SignInFailure.account == account, SignInFailure.address == network
    numbers = select(
        func.count().filter(and_(by_account, by_network)),
        func.count().filter(by_account),
        func.count().filter(by_network),
    )
    pair, on_account, from_network = uow.session.execute(numbers.where(recent, or_(by_account, by_network))).one()
    crowded = on_account >= rules.failures_per_account and not _knows(uow, person_id, address)
    if pair >= rules.failures_per_pair or from_network >= rules.failures_per_address or crowded:
        raise TooMany(
            say("Too many attempts; wait {minutes} minutes.", minutes=rules.throttle_minutes),
            wait=60 * rules.throttle_minutes,
        )
    uow.session.execute(insert(SignInFailure), [{"account": account, "address": network, "at": uow.now}])


def forgive_attempts(uow: UnitOfWork, *, login: str, address: str) -> None:
    """It was the true user: what failed for them from here no longer counts."""
    mine = (SignInFailure.account == _account(login), SignInFailure.address == caller_network(address))
    uow.session.execute(delete(SignInFailure).where(*mine))


def forget_attempts(uow: UnitOfWork, *, logins: Iterable[str]) -> None:
    """What was counted against these logins, wherever it came from: somebody is erased."""
    accounts = [_account(login) for login in logins]
    uow.session.execute(delete(SignInFailure).where(SignInFailure.account.in_(accounts)))


def _account(login: str) -> bytes:
    return hash_secret(fold(login))


def _knows(uow: UnitOfWork, person_id: int | None, address: str) -> bool:
    """Whether this person was signed in at this very address before."""
    been = exists().where(LoginSession.person_id == person_id, LoginSession.address == address[:60], LoginSession.whole)
    return person_id is not None and bool(uow.session.scalar(select(been)))
