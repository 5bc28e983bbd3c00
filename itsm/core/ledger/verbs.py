"""Append to the ledger, and read it up to the safe horizon."""

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, insert, or_, select, true, tuple_, update
from sqlalchemy.orm import Session

from itsm.core.db import is_postgresql, table_of, upsert
from itsm.core.errors import Conflict, Invalid
from itsm.core.ledger.models import Event, EventText, StreamHead
from itsm.core.ledger.rules import GENESIS, chain, texts_digest
from itsm.core.masking import masked
from itsm.core.texts import say
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork

EVENTS, HEADS = table_of(Event), table_of(StreamHead)
ADD_EVENTS = insert(EVENTS).returning(EVENTS.c.id, sort_by_parameter_order=True)
ADD_TEXTS = insert(table_of(EventText))
ADD_CALLS = insert(table_of(OwedCall))
LATE = 500  # events that may be numbered before one and be committed after it
SNAPSHOT = ("kind", "state", "category", "outcome", "team_id", "assignee_id", "service_id", "priority")


@dataclass(slots=True)
class Pending:
    """An event that waits for the end of the unit of work."""

    stream: str
    subject_id: int
    type: str
    occurred_at: datetime
    facts: Mapping[str, Any]
    texts: Mapping[str, Any]
    after: Mapping[str, Any] = field(default_factory=dict)
    begins: bool = False


class Cursor(NamedTuple):
    """A place in the ledger; `str(cursor)` and `Cursor.parse` are its spelling towards integrators."""

    epoch: int = 0
    position: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.position}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a cursor; the empty text is the beginning of the ledger."""
        if not text:
            return cls()
        parts = text.split(".")
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts):
            raise Invalid.field("after", say("This is no cursor; take `next` of an earlier answer."))
        return cls(*map(int, parts))


def append(
    uow: UnitOfWork,
    *,
    stream: str,
    subject_id: int,
    type: str,
    facts: Mapping[str, Any] | None = None,
    texts: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
    begins: bool = False,
) -> None:
    """Add an event to the stream of its subject; it is written just before the commit.

    facts: ids, codes, numbers and moments only. texts: everything that may name or quote a person.
    after: for tickets, the values of the columns that clocks and counters read (`SNAPSHOT`).
    begins: the subject was made in this act, so that its stream cannot have a head yet. A text whose name says that it
    is a secret (`password`, `x.api_key`) is masked.
    """
    pending: list[Pending] = uow.memo.setdefault("ledger", [])
    if not pending:
        uow.before_commit(lambda: _write(uow))
    pending.append(
        Pending(
            stream,
            subject_id,
            type,
            occurred_at or uow.now,
            masked(facts or {}),
            masked(texts or {}),
            after or {},
            begins,
        )
    )


def newest(session: Session) -> str:
    """What changes with every event, in one small query: whoever saw the same before has missed nothing.

    The sum tells of an event that is numbered lower than the newest because its transaction was committed later.
    """
    last = select(Event.id).order_by(Event.id.desc()).limit(LATE).subquery()
    hash = select(Event.hash).order_by(Event.id.desc()).limit(1).scalar_subquery()
    numbers, newest = session.execute(select(func.sum(last.c.id), hash)).one()
    return f"{numbers}.{newest.hex()}" if newest else ""


def _write(uow: UnitOfWork) -> None:
    """Write the buffered events; heads are locked in one order, so that two acts never wait for each other."""
    streams: dict[tuple[str, int], list[Pending]] = defaultdict(list)
    for pending in uow.memo.pop("ledger"):
        streams[pending.stream, pending.subject_id].append(pending)
    horizon = _transaction_id(uow.session)
    heads = _locked_heads(uow.session, sorted(key for key, events in streams.items() if not events[0].begins))
    rows: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    for key in sorted(streams):
        head = heads.get(key)
        seq, previous, position = (head.seq, head.hash, head.position) if head else (0, GENESIS, 0)
        position = max(position, horizon)
        for pending in streams[key]:
            seq += 1
            row, text = _row(uow, pending, seq, position, previous)
            previous = row["hash"]
            rows.append(row)
            texts.append(text)
        values = {"stream": key[0], "subject_id": key[1], "seq": seq, "hash": previous, "position": position}
        (changed if head else fresh).append(values)
    if fresh:
        _begin_streams(uow.session, fresh)
    if changed:
        uow.session.execute(update(StreamHead), changed)
    _store(uow, rows, texts)


def _begin_streams(session: Session, heads: list[dict[str, Any]]) -> None:
    statement = upsert(session, HEADS).on_conflict_do_nothing().returning(HEADS.c.subject_id)
    if len(session.connection().scalars(statement, heads).all()) < len(heads):
        raise Conflict(say("Somebody else did the first act on this at the same moment; try again."))


def _transaction_id(session: Session) -> int:
    """PostgreSQL: the id of this transaction. SQLite: 0, for there the order of ids is the order of commits."""
    if not is_postgresql(session):
        return 0
    return session.scalars(select(cast(cast(func.pg_current_xact_id(), Text), BigInteger))).one()


def _locked_heads(session: Session, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    if not keys:
        return {}
    statement = (
        select(StreamHead.stream, StreamHead.subject_id, StreamHead.seq, StreamHead.hash, StreamHead.position)
        .where(tuple_(StreamHead.stream, StreamHead.subject_id).in_(keys))
        .order_by(StreamHead.stream, StreamHead.subject_id)
        .with_for_update()
    )
    return {(row.stream, row.subject_id): row for row in session.execute(statement)}


def _row(
    uow: UnitOfWork, pending: Pending, seq: int, position: int, previous: bytes
) -> tuple[dict[str, Any], dict[str, Any]]:
    actor = uow.act.actor
    salt = os.urandom(16)
    texts = dict(pending.texts)
    if uow.act.reason and "reason" not in texts:
        texts["reason"] = uow.act.reason
    row: dict[str, Any] = {
        "epoch": uow.epoch,
        "position": position,
        "stream": pending.stream,
        "subject_id": pending.subject_id,
        "seq": seq,
        "type": pending.type,
        "occurred_at": pending.occurred_at,
        "recorded_at": uow.now,
        "actor_id": actor.person_id,
        "actor": actor.name if actor.kind == "system" else actor.kind,
        "channel": uow.act.channel,
        "origin": uow.act.origin,
        "request_id": uow.act.request_id,
        "facts": dict(pending.facts),
        **{name: pending.after.get(name) for name in SNAPSHOT},
    }
    row["texts_digest"] = texts_digest(salt, texts)
    row["hash"] = chain(previous, row, row["texts_digest"])
    return row, {"salt": salt, "texts": texts}


def _store(uow: UnitOfWork, rows: list[dict[str, Any]], texts: list[dict[str, Any]]) -> None:
    """Insert events, their texts, and one owed row per event that somebody may have to hear of."""
    connection = uow.session.connection()  # plain tables: the ORM's bulk insert costs twice as much here
    ids = list(connection.scalars(ADD_EVENTS, rows))
    with_texts = [{"event_id": id_, **text} for id_, text in zip(ids, texts, strict=True) if text["texts"]]
    if with_texts:
        connection.execute(ADD_TEXTS, with_texts)
    owed = [_owed(uow, id_, row) for id_, row in zip(ids, rows, strict=True) if _is_heard(uow, row["type"])]
    if owed:
        connection.execute(ADD_CALLS, owed)


def _is_heard(uow: UnitOfWork, type: str) -> bool:
    observers = uow.registry.observers.get(type, ())
    return any(observer.replays for observer in observers) if uow.act.origin != "live" else bool(observers)


def _owed(uow: UnitOfWork, event_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": "core.expand",
        "plugin": "core",
        "args": {"event": event_id},
        "lane": f"core:{row['stream']}:{row['subject_id']}",
        "state": "due",
        "due": uow.now,
        "attempts": 0,
        "request_id": uow.act.request_id,
        "created_at": uow.now,
    }


def events_after(
    session: Session, cursor: Cursor, *, limit: int = 500, streams: Sequence[str] = ()
) -> tuple[list[Event], Cursor]:
    """Events after `cursor` in an order in which none can appear later in between, and the cursor to go on with.

    PostgreSQL: an event's `position` is the larger of its transaction's id and the position of the event before it
    in its stream, so the order (position, id) keeps each stream's own order; what lies below the oldest running
    transaction (`pg_snapshot_xmin`) is complete. SQLite has one writer: the order of ids is the order of commits.
    """
    place = tuple_(Event.epoch, Event.position, Event.id)
    statement = select(Event).where(place > tuple_(*cursor), horizon_of(session))
    statement = statement.order_by(Event.epoch, Event.position, Event.id)
    if streams:
        statement = statement.where(Event.stream.in_(streams))
    events = list(session.scalars(statement.limit(limit)))
    last = events[-1] if events else None
    return events, Cursor(last.epoch, last.position, last.id) if last else cursor


def horizon_of(session: Session) -> ColumnElement[bool]:
    """The condition under which an event lies below the safe horizon."""
    if not is_postgresql(session):
        return true()
    horizon = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
    newest = select(func.max(EVENTS.c.epoch)).scalar_subquery()
    return or_(EVENTS.c.position < horizon, EVENTS.c.epoch < newest)


def history(
    session: Session, stream: str, subject_id: int, *, since: int = 0, until: int | None = None,
    types: Collection[str] = (),
) -> list[tuple[Event, Mapping[str, Any]]]:  # fmt: skip
    """A stream from its beginning, each event with its texts (empty where it has none or they were erased).

    since, until: only those numbered so in the stream, `until` itself left out; types: only these.
    """
    statement = (
        select(Event, EventText.texts)
        .outerjoin(EventText, EventText.event_id == Event.id)
        .where(Event.stream == stream, Event.subject_id == subject_id)
        .order_by(Event.seq)
    )
    if since:
        statement = statement.where(Event.seq >= since)
    if until is not None:
        statement = statement.where(Event.seq < until)
    if types:
        statement = statement.where(Event.type.in_(types))
    return [(event, texts or {}) for event, texts in session.execute(statement)]
