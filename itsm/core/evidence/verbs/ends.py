"""What the walk along the events cannot see: heads, streams that are gone, texts of nothing, erasures, guards."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session

from itsm.core.db import is_postgresql, table_of
from itsm.core.evidence.rules import Damage, event_name
from itsm.core.ledger.erasing import STREAM
from itsm.core.ledger.guards import FUNCTIONS, POSTGRESQL, SQLITE
from itsm.core.ledger.models import ErasedText, Event, EventText, StreamHead
from itsm.core.ledger.rules import ids_digest

EVENTS, HEADS, TEXTS, ERASED = table_of(Event), table_of(StreamHead), table_of(EventText), table_of(ErasedText)
SAME_STREAM = and_(EVENTS.c.stream == HEADS.c.stream, EVENTS.c.subject_id == HEADS.c.subject_id)
TRIGGERS = {
    "sqlite": "SELECT name, sql, '' FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname, prosrc, tgenabled::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE NOT tgisinternal AND tgrelid IN ('event'::regclass, 'event_text'::regclass, 'erased_text'::regclass)"
    ),
}


def ends(session: Session) -> Iterator[Damage]:
    """Streams whose end is not where their head says."""
    same = and_(SAME_STREAM, EVENTS.c.seq == HEADS.c.seq)
    heads = select(HEADS.c.stream, HEADS.c.subject_id, HEADS.c.seq).order_by(HEADS.c.stream, HEADS.c.subject_id)
    for stream, subject, seq in session.execute(heads.outerjoin(EVENTS, same).where(EVENTS.c.id.is_(None))):
        left = session.scalar(
            select(EVENTS.c.seq)
            .where(EVENTS.c.stream == stream, EVENTS.c.subject_id == subject)
            .order_by(EVENTS.c.seq.desc())
            .limit(1)
        )
        if left is None:
            told = f"{stream} {subject}: all of its {seq} events are missing"
            yield Damage("stream_missing", told, stream, subject, 1)
        elif left < seq:
            told = f"{stream} {subject}: its tail is cut, after event {left} those up to {seq} are missing"
            yield Damage("cut", told, stream, subject, left + 1)
    for stream, subject, seq in session.execute(heads.join(EVENTS, same).where(EVENTS.c.hash != HEADS.c.hash)):
        told = f"{stream} {subject}: its head was rewritten, it does not hold the hash of event {seq}"
        yield Damage("head", told, stream, subject, seq)
    beyond = select(EVENTS.c.stream, EVENTS.c.subject_id, EVENTS.c.seq, EVENTS.c.id).outerjoin(HEADS, SAME_STREAM)
    after = or_(HEADS.c.seq.is_(None), EVENTS.c.seq > HEADS.c.seq)
    for stream, subject, seq, id_ in session.execute(beyond.where(after).order_by(EVENTS.c.id).limit(1000)):
        yield Damage("head", f"{event_name(stream, subject, seq, id_)}: its stream's head does not know it",
                     stream, subject, seq, id_)  # fmt: skip


def orphans(session: Session) -> Iterator[Damage]:
    """Texts whose event is gone."""
    alone = select(TEXTS.c.event_id).outerjoin(EVENTS, EVENTS.c.id == TEXTS.c.event_id).where(EVENTS.c.id.is_(None))
    for id_ in session.scalars(alone.limit(1000)):
        yield Damage("deleted", f"texts of the event with id {id_}, which is missing", event_id=id_)


def erasures(session: Session) -> tuple[list[Damage], list[str]]:
    """Erasures that are not what their event says, and a sentence for each sound one."""
    told = {event.subject_id: event for event in session.execute(
        select(EVENTS.c.subject_id, EVENTS.c.facts, EVENTS.c.occurred_at, EVENTS.c.actor, EVENTS.c.actor_id)
        .where(EVENTS.c.stream == STREAM, EVENTS.c.type == "texts_erased")
    )}  # fmt: skip
    damages, sentences, seen = [], [], set()
    rows = session.connection().execute(
        select(ERASED.c.erasure, ERASED.c.event_id).order_by(ERASED.c.erasure, ERASED.c.event_id),
        execution_options={"yield_per": 1000},
    )
    for erasure, group in groupby(rows, key=lambda row: row.erasure):
        seen.add(erasure)
        event, digest = told.get(erasure), ids_digest(row.event_id for row in group).hex()
        if event is None:
            damages.append(Damage("erasure", f"erasure {erasure}: no event tells of it", STREAM, erasure))
        elif event.facts.get("digest") != digest:
            damages.append(Damage("erasure", f"erasure {erasure}: covers other texts than it says", STREAM, erasure))
        else:
            sentences.append(_sentence(event))
    for erasure in told.keys() - seen:
        damages.append(Damage("erasure", f"erasure {erasure}: what it covered is not noted", STREAM, erasure))
    return damages, sentences


def _sentence(event: Any) -> str:
    facts: Mapping[str, Any] = event.facts
    who = f"person {event.actor_id}" if event.actor_id is not None else event.actor
    of = f" of person {facts['person']}" if facts.get("person") else ""
    when, why = f"{event.occurred_at:%Y-%m-%d %H:%M}Z", facts.get("because")
    return f"{facts.get('texts')} texts{of} erased on {when} by {who} ({why})"


def guards(session: Session) -> Iterator[Damage]:
    """Triggers of the ledger that are missing, changed or switched off."""
    dialect = "postgresql" if is_postgresql(session) else "sqlite"
    there = {name: (made, state) for name, made, state in session.execute(text(TRIGGERS[dialect]))}
    for name, (table, rest) in (POSTGRESQL if dialect == "postgresql" else SQLITE).items():
        made, state = there.get(name, ("", ""))
        wanted = _function(rest) if dialect == "postgresql" else f"CREATE TRIGGER {name} {rest}"
        if not made:
            yield Damage("guard", f"the trigger {name} on {table} is missing")
        elif " ".join(made.split()) != wanted:
            yield Damage("guard", f"the trigger {name} on {table} was changed")
        elif state in ("D", "R"):
            yield Damage("guard", f"the trigger {name} on {table} is switched off")


def _function(rest: str) -> str:
    return next(body for name, body in FUNCTIONS.items() if f"{name}()" in rest)
