"""Take an inbound item in once, and say how it ended."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from itsm.core.db import upsert
from itsm.core.errors import Conflict, Invalid
from itsm.core.intake.models import Intake
from itsm.core.ledger.rules import canonical
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def take_in(uow: UnitOfWork, *, source: str, key: str, content: Any) -> Mapping[str, Any] | None:
    """Register an inbound item in this transaction; the earlier answer when it is a repeat, else None.

    A second one at the same instant waits for the first one's commit. The same key with other content is refused.
    """
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Invalid.field("Idempotency-Key", say("Use 1 to 200 printable characters."))
    digest = hashlib.sha256(canonical(content)).digest()
    values = {"source": source, "key": key, "digest": digest, "received_at": uow.now, "reason": ""}
    statement = upsert(uow.session, Intake).values(values).on_conflict_do_nothing().returning(Intake.id)
    fresh = uow.session.scalars(statement).first()
    if fresh is not None:
        uow.memo["intake"] = fresh
        return None
    row = uow.session.scalars(select(Intake).where(Intake.source == source, Intake.key == key)).one()
    if row.digest != digest:
        raise Invalid.field("Idempotency-Key", say("This key was used for another request."))
    if row.answer is None:
        raise Conflict(say("The first request with this key was not finished."))
    return row.answer


def settle(
    uow: UnitOfWork, *, outcome: str, ticket_id: int | None, answer: Mapping[str, Any], reason: str = ""
) -> None:
    """Say how the item taken in by this unit of work ended; nothing to do when there was none."""
    intake_id = uow.memo.get("intake")
    if intake_id is not None:
        values = {"outcome": outcome, "ticket_id": ticket_id, "answer": dict(answer), "reason": reason}
        uow.session.execute(update(Intake).where(Intake.id == intake_id).values(values))
