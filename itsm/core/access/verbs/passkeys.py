"""Passkeys: several for a person, each with a name and a counter; what is good once is spent once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select, update

from itsm.core.access.models import Passkey, Spent
from itsm.core.access.rules import hash_secret
from itsm.core.db import upsert
from itsm.core.errors import Conflict, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

MOST = 20


class NewKey(NamedTuple):
    """What an authenticator made, checked by `outside`."""

    credential: bytes
    public_key: bytes
    counter: int
    transports: Sequence[str]


def spend(uow: UnitOfWork, *, secret: str, until: datetime) -> bool:
    """Use something that is good once and not after `until`; False when it was used or is too old."""
    if until <= uow.now:
        return False
    values = {"hash": hash_secret(secret), "until": until}
    statement = upsert(uow.session, Spent).values(values).on_conflict_do_nothing().returning(Spent.hash)
    return uow.session.scalars(statement).first() is not None


def add_passkey(uow: UnitOfWork, *, name: str, key: NewKey) -> Passkey:
    """One more passkey of the actor."""
    person_id = uow.act.actor.person_id or 0
    if len(passkeys_of(uow, person_id=person_id)) >= MOST:
        raise Conflict(say("Nobody needs more than {most} passkeys; remove one first.", most=MOST))
    if passkey_by(uow, credential=key.credential) is not None:
        raise Conflict(say("This passkey is registered already."))
    row = Passkey(
        person_id=person_id, credential=key.credential, public_key=key.public_key, counter=key.counter,
        transports=list(key.transports), name=name, created_at=uow.now, last_used_at=None,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    facts = {"factor": "passkey", "passkey": row.id}
    append(uow, stream="person", subject_id=person_id, type="factor_added", facts=facts, texts={"name": name})
    return row


def passkeys_of(uow: UnitOfWork, *, person_id: int) -> Sequence[Passkey]:
    """A person's passkeys in the order in which they were made."""
    return uow.session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)).all()


def passkey_by(uow: UnitOfWork, *, credential: bytes) -> Passkey | None:
    """The passkey with this credential's id."""
    return uow.session.scalars(select(Passkey).where(Passkey.credential == credential)).first()


def use_passkey(uow: UnitOfWork, *, passkey_id: int, counter: int) -> bool:
    """Note that its signature was right; False when the counter did not grow, for then there are two of it.

    Authenticators that do not count say 0 for ever.
    """
    grown = or_(Passkey.counter < counter, (Passkey.counter == 0) & (counter == 0))
    noted = update(Passkey).where(Passkey.id == passkey_id, grown).values(counter=counter, last_used_at=uow.now)
    if uow.session.scalars(noted.returning(Passkey.id)).first() is not None:
        return True
    row = uow.session.get(Passkey, passkey_id)
    if row is not None:
        facts = {"factor": "passkey", "passkey": row.id, "copied": True}
        append(uow, stream="person", subject_id=row.person_id, type="factor_refused", facts=facts)
    return False


def remove_passkey(uow: UnitOfWork, *, passkey_id: int) -> None:
    """Remove one's own passkey; it opens nothing from now on."""
    row = uow.session.get(Passkey, passkey_id)
    if row is None or row.person_id != uow.act.actor.person_id:
        raise Unknown(say("There is no such passkey."))
    uow.session.delete(row)
    uow.session.flush()
    facts = {"factor": "passkey", "passkey": row.id}
    append(uow, stream="person", subject_id=row.person_id, type="factor_removed", facts=facts, texts={"name": row.name})
