"""Take texts out of the ledger: the events stay, the chain stays, and one event says by whom, when and why."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, delete, insert, select

from itsm.core.db import table_of
from itsm.core.ledger.models import ErasedText, EventText
from itsm.core.ledger.rules import ids_digest
from itsm.core.ledger.verbs import append
from itsm.core.work.uow import UnitOfWork

STREAM = "erasure"
TEXTS, ERASED = table_of(EventText), table_of(ErasedText)


def erase_texts(
    uow: UnitOfWork, *, events: Select[Any], because: str, facts: Mapping[str, Any] | None = None, reason: str = ""
) -> int:
    """Erase the texts of the events whose ids `events` selects; how many had some.

    The event `texts_erased` holds their number and the digest over their ids, so that nobody can pass a text that
    vanished otherwise off as erased. It stands in a stream of its own, named by the first event that it covers: no
    other erasure can cover that one.
    """
    ids = list(
        uow.session.scalars(select(TEXTS.c.event_id).where(TEXTS.c.event_id.in_(events)).order_by(TEXTS.c.event_id))
    )
    if not ids:
        return 0
    connection = uow.session.connection()
    connection.execute(insert(ERASED), [{"event_id": id_, "erasure": ids[0]} for id_ in ids])
    covered = select(ERASED.c.event_id).where(ERASED.c.erasure == ids[0])
    connection.execute(delete(TEXTS).where(TEXTS.c.event_id.in_(covered)))
    told = {"texts": len(ids), "digest": ids_digest(ids).hex(), "because": because, **(facts or {})}
    why = {"reason": reason} if reason else {}
    append(uow, stream=STREAM, subject_id=ids[0], type="texts_erased", facts=told, texts=why, begins=True)
    return len(ids)
