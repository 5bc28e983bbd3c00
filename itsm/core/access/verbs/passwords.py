"""Passwords: compared, changed, given; kept as argon2 hashes, hashed anew when the parameters grow."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import update

from itsm.core.access.models import Account, Token
from itsm.core.access.powers import own_or_over
from itsm.core.access.rules import one_time_password, weakness
from itsm.core.access.verbs.policy import sign_in_rules
from itsm.core.access.verbs.sessions import end_sessions
from itsm.core.errors import Invalid, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

HASHER = PasswordHasher()
# The hash of a random password that nobody knows; made beforehand, for making one costs a tenth of a second.
NO_ONE = "$argon2id$v=19$m=65536,t=3,p=4$ijyPHEZ7g2DbTKvNwXnUyg$H5hUnn0HmNRcQcAT62YzrJqeX/mAbXnqywnYqCz1jYQ"


def hash_password(password: str) -> str:
    """What is stored; a password typed on another keyboard may come composed otherwise."""
    return HASHER.hash(_composed(password))


def matches(hashed: str, password: str) -> bool:
    """Whether this is the password. Without a hash it is compared too, so that time does not tell who has one."""
    try:
        return HASHER.verify(hashed or NO_ONE, _composed(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made with weaker parameters than those of today."""
    return HASHER.check_needs_rehash(hashed)


def _composed(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def accepted_password(uow: UnitOfWork, *, login: str, name: str, password: str) -> str:
    """The hash of a password that somebody chose; raises `Invalid` for one that is easily guessed.

    Best asked in a reading unit of work, like all that argon2 does.
    """
    rules = sign_in_rules(uow)
    found = weakness(password, minimum=rules.minimum_password, about=(login, name), words=rules.refused_words)
    if found is not None:
        raise Invalid.field("password", found)
    return hash_password(password)


def change_password(uow: UnitOfWork, *, hashed: str, session_id: int, tokens: bool = False) -> None:
    """Change one's own password; all other sessions end, and all tokens when it is asked for.

    hashed: of `accepted_password`. Whoever calls has asked for the old one, or for another proof.
    """
    person_id = uow.act.actor.person_id or 0
    _store(uow, person_id, hashed, must_change=False)
    end_sessions(uow, person_id=person_id, but=session_id)
    ended = end_tokens(uow, person_id=person_id) if tokens else 0
    append(uow, stream="person", subject_id=person_id, type="password_changed", facts={"tokens_ended": ended})


def give_password(uow: UnitOfWork, *, person_id: int) -> str:
    """A new password for somebody, to be shown once and changed when they sign in with it; their sessions end."""
    own_or_over(uow, person_id)
    uow.require("people.accounts")
    password = one_time_password()
    _store(uow, person_id, hash_password(password), must_change=True)
    end_sessions(uow, person_id=person_id)
    append(uow, stream="person", subject_id=person_id, type="password_given", facts={})
    return password


def end_tokens(uow: UnitOfWork, *, person_id: int) -> int:
    """Revoke all tokens of a person; how many there were."""
    own_or_over(uow, person_id)
    alive = (Token.person_id == person_id, Token.revoked_at.is_(None))
    ended = update(Token).where(*alive).values(revoked_at=uow.now).returning(Token.id)
    ids = sorted(uow.session.scalars(ended))
    for id_ in ids:
        append(uow, stream="person", subject_id=person_id, type="token_revoked", facts={"token": id_})
    return len(ids)


def person_and_login(uow: UnitOfWork, person_id: int) -> tuple[str, str]:
    """(name, login) of somebody with an account."""
    account = uow.session.get(Account, person_id)
    if account is None:
        raise Unknown(say("This person has no account."))
    return uow.session.get_one(Person, person_id).name, account.login


def _store(uow: UnitOfWork, person_id: int, hashed: str, *, must_change: bool) -> None:
    account = uow.session.get(Account, person_id, with_for_update=True)
    if account is None:
        raise Unknown(say("This person has no account."))
    account.password_hash, account.must_change, account.password_at = hashed, must_change, uow.now
    uow.session.flush()
