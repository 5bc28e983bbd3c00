"""The second factor by codes: those of an authenticator app, and recovery codes for whoever lost it."""

from collections.abc import Mapping

from sqlalchemy import delete, func, insert, select, update

from itsm.core.access.models import CodeFactor, Passkey, RecoveryCode
from itsm.core.access.powers import own_or_over
from itsm.core.access.rules import (
    hash_secret,
    new_code_secret,
    new_recovery_codes,
    plain_recovery_code,
    seal,
    step_of,
    unseal,
)
from itsm.core.access.verbs.sessions import end_sessions
from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

AT_REST, OFFERED = "code factor", "code factor offered"
OFFER_SECONDS = 1800


def offer_codes(uow: UnitOfWork, *, key: str) -> tuple[str, str]:
    """(secret, offer) of a new authenticator; nothing is stored until a code of it was typed.

    The offer is the secret sealed with the desk's `key` for this person and half an hour; a form carries it.
    """
    secret = new_code_secret()
    content = {"person": uow.act.actor.person_id, "secret": secret}
    return secret, seal(key, OFFERED, content, uow.now).decode()


def offered_secret(uow: UnitOfWork, *, key: str, offer: str) -> str:
    """The secret of an offer; raises `Invalid` for one that is too old or somebody else's."""
    content = unseal(key, OFFERED, offer.encode(), uow.now, OFFER_SECONDS)
    if not isinstance(content, Mapping) or content["person"] != uow.act.actor.person_id:
        raise Invalid.field("code", say("This took too long; scan the new picture."))
    return str(content["secret"])


def add_codes(uow: UnitOfWork, *, key: str, offer: str, code: str) -> None:
    """The first code was right: from now on the person's sign-ins ask for one."""
    person_id = uow.act.actor.person_id or 0
    secret = offered_secret(uow, key=key, offer=offer)
    step = step_of(secret, code, uow.now)
    if step is None:
        raise Invalid.field("code", say("This code is not right. Does the clock of the device go right?"))
    if uow.session.get(CodeFactor, person_id) is not None:
        raise Conflict(say("There is an authenticator already; remove it first."))
    sealed = seal(key, AT_REST, secret, uow.now)
    row = CodeFactor(
        person_id=person_id, sealed=sealed, last_step=step, created_at=uow.now, confirmed_at=uow.now,
        last_used_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    append(uow, stream="person", subject_id=person_id, type="factor_added", facts={"factor": "code"})


def use_code(uow: UnitOfWork, *, key: str, code: str) -> bool:
    """Whether this is the actor's code of now; one that was taken, or an older one, is not taken again."""
    person_id = uow.act.actor.person_id or 0
    row = uow.session.get(CodeFactor, person_id)
    secret = unseal(key, AT_REST, row.sealed, uow.now) if row else None
    if row is None or not isinstance(secret, str):
        return False
    step = step_of(secret, code, uow.now, row.last_step)
    if step is None:
        return False
    later = (CodeFactor.person_id == person_id, CodeFactor.last_step < step)
    taken = (
        update(CodeFactor).where(*later).values(last_step=step, last_used_at=uow.now).returning(CodeFactor.person_id)
    )
    return uow.session.scalars(taken).first() is not None


def remove_codes(uow: UnitOfWork) -> None:
    """Remove one's own authenticator."""
    person_id = uow.act.actor.person_id or 0
    row = uow.session.get(CodeFactor, person_id)
    if row is None:
        raise Unknown(say("There is no authenticator."))
    uow.session.delete(row)
    uow.session.flush()
    append(uow, stream="person", subject_id=person_id, type="factor_removed", facts={"factor": "code"})


def codes_of(uow: UnitOfWork, *, person_id: int) -> CodeFactor | None:
    """A person's authenticator, if they have one."""
    return uow.session.get(CodeFactor, person_id)


def renew_recovery_codes(uow: UnitOfWork) -> list[str]:
    """Ten new recovery codes, to be shown this once; those of before end."""
    person_id = uow.act.actor.person_id or 0
    codes = new_recovery_codes()
    uow.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    rows = [{"person_id": person_id, "hash": hash_secret(code), "created_at": uow.now} for code in codes]
    uow.session.execute(insert(RecoveryCode), rows)
    append(uow, stream="person", subject_id=person_id, type="recovery_renewed", facts={})
    return codes


def use_recovery_code(uow: UnitOfWork, *, code: str) -> bool:
    """Whether this is one of the actor's recovery codes; it is good once."""
    person_id, hashed = uow.act.actor.person_id or 0, hash_secret(plain_recovery_code(code))
    mine = (RecoveryCode.person_id == person_id, RecoveryCode.hash == hashed, RecoveryCode.used_at.is_(None))
    taken = update(RecoveryCode).where(*mine).values(used_at=uow.now).returning(RecoveryCode.id)
    if uow.session.scalars(taken).first() is None:
        return False
    append(uow, stream="person", subject_id=person_id, type="recovery_used", facts={})
    return True


def recovery_codes_left(uow: UnitOfWork, *, person_id: int) -> int:
    """How many recovery codes a person has."""
    unused = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return uow.session.scalar(select(func.count()).where(*unused)) or 0


def note_refusal(uow: UnitOfWork, *, factor: str) -> None:
    """Somebody who knew the password failed at the second factor: its owner should see that."""
    person_id = uow.act.actor.person_id or 0
    append(uow, stream="person", subject_id=person_id, type="factor_refused", facts={"factor": factor})


def reset_factors(uow: UnitOfWork, *, person_id: int) -> int:
    """Remove all second factors of somebody who lost them; their sessions end. How many there were."""
    own_or_over(uow, person_id)
    uow.require("people.accounts")
    removed = 0
    for model in (CodeFactor, Passkey):
        removed += len(
            uow.session.scalars(delete(model).where(model.person_id == person_id).returning(model.created_at)).all()
        )
    uow.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    end_sessions(uow, person_id=person_id)
    append(uow, stream="person", subject_id=person_id, type="factors_reset", facts={"removed": removed})
    return removed
