"""Who a person is for other parties: an issuer and its name for them."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from itsm.core.access.models import ExternalIdentity
from itsm.core.access.powers import is_own_or_kept, own_or_over
from itsm.core.errors import Conflict, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def person_of_identity(uow: UnitOfWork, *, issuer: str, subject: str) -> int | None:
    """The person whom `issuer` knows as `subject`; notes that the identity was used. Compared exactly, as OIDC asks."""
    found = uow.session.scalars(_this(issuer, subject)).first()
    if found is None:
        return None
    if uow.write:
        found.last_used_at = uow.now
    return found.person_id


def link_identity(uow: UnitOfWork, *, person_id: int, issuer: str, subject: str, method: str) -> ExternalIdentity:
    """From now on whom `issuer` knows as `subject` is this person. Whoever calls has made sure that it is so.

    Raises `Conflict` where it is somebody else's identity.
    """
    own_or_over(uow, person_id)
    held = uow.session.scalars(_this(issuer, subject)).first()
    if held is not None and held.person_id == person_id:
        return held
    if held is not None:
        raise Conflict(say("This identity belongs to somebody else already."))
    uow.session.get_one(Person, person_id)
    row = ExternalIdentity(
        person_id=person_id, issuer=issuer[:300], subject=subject[:300], method=method[:60], created_at=uow.now
    )
    uow.session.add(row)
    uow.session.flush()
    facts = {"identity": row.id, "method": method}
    texts = {"issuer": issuer, "subject": subject}
    append(uow, stream="person", subject_id=person_id, type="identity_linked", facts=facts, texts=texts)
    return row


def unlink_identity(uow: UnitOfWork, *, identity_id: int) -> None:
    """The party no longer tells who this person is; sessions that it opened stay until they are ended."""
    row = uow.session.get(ExternalIdentity, identity_id)
    if row is None or not is_own_or_kept(uow, row.person_id):
        raise Unknown(say("There is no such identity."))
    own_or_over(uow, row.person_id)
    uow.session.delete(row)
    facts = {"identity": row.id, "method": row.method}
    append(uow, stream="person", subject_id=row.person_id, type="identity_unlinked", facts=facts)


def identities_of(uow: UnitOfWork, *, person_id: int) -> Sequence[ExternalIdentity]:
    """By which other parties a person is known."""
    if person_id != uow.act.actor.person_id:
        uow.require("people.accounts")
    mine = select(ExternalIdentity).where(ExternalIdentity.person_id == person_id)
    return uow.session.scalars(mine.order_by(ExternalIdentity.id)).all()


def _this(issuer: str, subject: str) -> Select[ExternalIdentity]:
    return select(ExternalIdentity).where(ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject)
