"""Make a seal: what the ledger is now, told to a place that whoever changes the database does not reach."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, tuple_

from itsm.core.db import table_of
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.rules import NO_SEAL, Head, Merkle, Seal
from itsm.core.ledger.models import Event, StreamHead
from itsm.core.ledger.verbs import Cursor, append, horizon_of
from itsm.core.work.uow import UnitOfWork

EVENTS, HEADS = table_of(Event), table_of(StreamHead)
PLACE = tuple_(EVENTS.c.epoch, EVENTS.c.position, EVENTS.c.id)
BATCH = 1000


def seal_when_due(uow: UnitOfWork, *, folder: SealFolder, every: timedelta) -> Seal | None:
    """Make a seal when the last one is older than `every`."""
    numbers = folder.numbers()
    if numbers and datetime.fromisoformat(folder.read(numbers[-1]).at) > uow.now - every:
        return None
    return make_seal(uow, folder=folder)


def make_seal(uow: UnitOfWork, *, folder: SealFolder) -> Seal:
    """Write a seal of everything below the safe horizon, and tell the ledger of it.

    The event names the file's digest, so seals and ledger prove each other: a seal that is taken away shows too.
    """
    uow.require("core.evidence")
    numbers = folder.numbers()
    last = folder.read(numbers[-1]) if numbers else None
    cursor = _cursor(uow)
    merkle = Merkle()
    for head in heads_at(uow, cursor):
        merkle.add(str(head).encode())
    since = last.place if last and last.epoch == cursor.epoch and last.place <= cursor else Cursor()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
        heads = 0
        for head in moved_heads(uow, since, cursor):
            heads += 1
            lines.write(f"{head}\n")
        lines.seek(0)
        seal = Seal(
            number=max(numbers[-1] if numbers else 0, _last_told(uow)) + 1,
            at=uow.now.isoformat(),
            epoch=cursor.epoch,
            cursor=str(cursor),
            events=uow.session.scalar(select(func.count()).select_from(EVENTS).where(tuple_(*cursor) >= PLACE)) or 0,
            streams=merkle.leaves,
            root=merkle.root(),
            previous=folder.digest(numbers[-1]) if numbers else NO_SEAL,
            heads=heads,
        )
        digest = folder.write(seal, (line.rstrip("\n") for line in lines))
    facts = {"number": seal.number, "cursor": seal.cursor, "root": seal.root, "digest": digest, "events": seal.events}
    append(uow, stream="seal", subject_id=seal.number, type="ledger_sealed", facts=facts, begins=True)
    return seal


def _cursor(uow: UnitOfWork) -> Cursor:
    """The last place below the safe horizon."""
    below = horizon_of(uow.session)
    statement = select(EVENTS.c.epoch, EVENTS.c.position, EVENTS.c.id).where(below)
    newest = statement.order_by(EVENTS.c.epoch.desc(), EVENTS.c.position.desc(), EVENTS.c.id.desc())
    row = uow.session.execute(newest.limit(1)).first()
    return Cursor(*row) if row else Cursor(uow.epoch)


def _last_told(uow: UnitOfWork) -> int:
    """The number of the last seal that the ledger knows of."""
    return uow.session.scalar(select(func.max(HEADS.c.subject_id)).where(HEADS.c.stream == "seal")) or 0


def heads_at(uow: UnitOfWork, cursor: Cursor) -> Iterator[Head]:
    """The heads of all streams as they stood at `cursor`, by stream and subject."""
    for stream in sorted(uow.session.scalars(select(HEADS.c.stream).distinct())):
        statement = select(HEADS.c.subject_id, HEADS.c.seq, HEADS.c.hash, HEADS.c.position)
        rows = uow.session.connection().execute(
            statement.where(HEADS.c.stream == stream).order_by(HEADS.c.subject_id),
            execution_options={"yield_per": BATCH},
        )
        for row in rows:
            if row.position < cursor.position or (row.position == cursor.position == 0):
                yield Head(stream, row.subject_id, row.seq, row.hash.hex())
            elif (head := _head_below(uow, stream, row.subject_id, cursor)) is not None:
                yield head


def _head_below(uow: UnitOfWork, stream: str, subject_id: int, cursor: Cursor) -> Head | None:
    statement = select(EVENTS.c.seq, EVENTS.c.hash).where(
        EVENTS.c.stream == stream, EVENTS.c.subject_id == subject_id, tuple_(*cursor) >= PLACE
    )
    row = uow.session.execute(statement.order_by(EVENTS.c.seq.desc()).limit(1)).first()
    return Head(stream, subject_id, row.seq, row.hash.hex()) if row else None


def moved_heads(uow: UnitOfWork, since: Cursor, until: Cursor) -> Iterator[Head]:
    """The last event of each stream that got one after `since`, as of `until`."""
    last = (
        select(EVENTS.c.stream, EVENTS.c.subject_id, func.max(EVENTS.c.seq).label("seq"))
        .where(tuple_(*since) < PLACE, tuple_(*until) >= PLACE)
        .group_by(EVENTS.c.stream, EVENTS.c.subject_id)
        .subquery()
    )
    same = (EVENTS.c.stream == last.c.stream, EVENTS.c.subject_id == last.c.subject_id, EVENTS.c.seq == last.c.seq)
    statement = select(EVENTS.c.stream, EVENTS.c.subject_id, EVENTS.c.seq, EVENTS.c.hash).join(last, and_(*same))
    rows = uow.session.connection().execute(
        statement.order_by(EVENTS.c.stream, EVENTS.c.subject_id), execution_options={"yield_per": BATCH}
    )
    for row in rows:
        yield Head(row.stream, row.subject_id, row.seq, row.hash.hex())
