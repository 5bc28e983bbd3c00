"""Take inbound items in once, and say how each ended."""

import hashlib
import statistics
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from itsm.core.db import upsert
from itsm.core.errors import Conflict, Invalid
from itsm.core.intake.models import Intake, IntakeRequest
from itsm.core.ledger.rules import canonical
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

USUAL = 200


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


class Inbound(NamedTuple):
    """One item of a request. refused: why it is not taken; '' for one that waits to be worked off."""

    content: Mapping[str, Any]
    refused: str = ""


class WaitingItem(NamedTuple):
    """An item that waits to be worked off."""

    id: int
    received_at: datetime
    content: Mapping[str, Any]


class RefusedItem(NamedTuple):
    """An item that was refused. place: among those of its request."""

    source: str
    received_at: datetime
    reason: str
    place: int | None


class Settled(NamedTuple):
    """How an item ended. event: what tells it from the other items of its source, None for a repeat."""

    id: int
    outcome: str
    ticket_id: int | None = None
    reason: str = ""
    event: str | None = None


def take_in_request(uow: UnitOfWork, *, source: str, body: bytes, content_type: str, items: Sequence[Inbound]) -> int:
    """Keep a request as it came and each of its items, in this transaction: whatever happens afterwards, none is lost.

    What is refused ends here; `waiting_items` has the others, in the order in which they came. The request's id.
    """
    row = IntakeRequest(
        source=source, received_at=uow.now, content_type=content_type[:120], size=len(body), body=zlib.compress(body, 1)
    )
    uow.session.add(row)
    uow.session.flush()
    rows = [_row(uow, row, place, item) for place, item in enumerate(items)]
    if rows:
        uow.session.execute(insert(Intake), rows)
    return row.id


def _row(uow: UnitOfWork, request: IntakeRequest, place: int, item: Inbound) -> dict[str, Any]:
    refused = {"outcome": "refused", "reason": item.refused[:500], "settled_at": uow.now} if item.refused else {}
    return {
        "source": request.source, "key": f"{request.id}/{place}", "digest": b"", "received_at": uow.now,
        "outcome": None, "reason": "", "settled_at": None, "request_id": request.id, "place": place,
        "content": dict(item.content), **refused,
    }  # fmt: skip


def waiting_items(uow: UnitOfWork, *, source: str, limit: int) -> Sequence[WaitingItem]:
    """The oldest items of a source that wait to be worked off."""
    columns = Intake.id, Intake.received_at, Intake.content
    waiting = select(*columns).where(Intake.source == source, Intake.outcome.is_(None)).order_by(Intake.id).limit(limit)
    return [WaitingItem(id_, at, content or {}) for id_, at, content in uow.session.execute(waiting)]


def known_events(uow: UnitOfWork, *, source: str, events: Collection[str]) -> Collection[str]:
    """Those of `events` that an item of this source was settled with before."""
    known = select(Intake.event).where(Intake.source == source, Intake.event.in_(list(events)))
    return {event for event in uow.session.scalars(known) if event}


def settle_items(uow: UnitOfWork, settled: Sequence[Settled]) -> None:
    """Say how items ended; each in exactly one outcome, for good."""
    if not settled:
        return
    table = Intake.__table__
    statement = update(table).where(table.c.id == bindparam("item"), table.c.outcome.is_(None))  # type: ignore[arg-type]
    values = [
        {"item": s.id, "outcome": s.outcome, "ticket_id": s.ticket_id, "reason": s.reason[:500], "event": s.event,
         "settled_at": uow.now}
        for s in settled
    ]  # fmt: skip
    uow.session.execute(statement, values)


class IntakeFigures(NamedTuple):
    """What came from one source since a moment. outcomes: how many ended how; '' for those that wait. seconds: the
    median from coming in to the end, of the newest ones; None where none has ended."""

    source: str
    outcomes: Mapping[str, int]
    last_at: datetime
    seconds: float | None


def intake_figures(uow: UnitOfWork, *, sources: Collection[str], since: datetime) -> Sequence[IntakeFigures]:
    """The figures of those sources from which anything came, in their order."""
    counted = (
        select(Intake.source, Intake.outcome, func.count(), func.max(Intake.received_at))
        .where(Intake.source.in_(list(sources)), Intake.received_at >= since)
        .group_by(Intake.source, Intake.outcome)
    )
    found: dict[str, list[Any]] = {}
    for source, outcome, number, last in uow.session.execute(counted):
        found.setdefault(source, []).append((outcome or "", number, last))
    return [
        IntakeFigures(
            source, {outcome: number for outcome, number, _ in found[source]}, max(last for *_, last in found[source]),
            _usual_seconds(uow, source),
        )
        for source in sources if source in found
    ]  # fmt: skip


def _usual_seconds(uow: UnitOfWork, source: str) -> float | None:
    times = select(Intake.received_at, Intake.settled_at).where(
        Intake.source == source, Intake.settled_at.is_not(None), Intake.outcome != "refused"
    )
    rows = uow.session.execute(times.order_by(Intake.id.desc()).limit(USUAL)).all()
    seconds = [(settled - received).total_seconds() for received, settled in rows if settled is not None]
    return statistics.median(seconds) if seconds else None


def refused_items(uow: UnitOfWork, *, sources: Collection[str], limit: int) -> Sequence[RefusedItem]:
    """The newest items of these sources that were refused, with their reasons."""
    columns = Intake.source, Intake.received_at, Intake.reason, Intake.place
    refused = select(*columns).where(Intake.source.in_(list(sources)), Intake.outcome == "refused")
    return [RefusedItem(*row) for row in uow.session.execute(refused.order_by(Intake.id.desc()).limit(limit))]
