"""Read every event once, stream by stream, and compute its chain again; what does not fit is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from itsm.core.db import table_of
from itsm.core.evidence.rules import Damage, Head, Merkle, Report, event_name
from itsm.core.ledger.models import ErasedText, Event, EventText
from itsm.core.ledger.rules import CHAINED, GENESIS, chain, texts_digest
from itsm.core.ledger.verbs import Cursor

EVENTS, TEXTS, ERASED = table_of(Event), table_of(EventText), table_of(ErasedText)
LINK = [EVENTS.c[name] for name in CHAINED]
PROOF = [EVENTS.c.id, EVENTS.c.epoch, EVENTS.c.position, EVENTS.c.texts_digest, EVENTS.c.hash]
SIDE = [TEXTS.c.salt, TEXTS.c.texts, ERASED.c.erasure]
WIDTH = len(CHAINED)
BATCH = 1000
# A stream is looked through for what was swapped only while that is a matter of seconds.
MOST_EVENTS, MOST_BROKEN = 500, 20


class Link(NamedTuple):
    """One event of a stream as the search for swapped ones needs it."""

    values: dict[str, Any]
    event_id: int
    digest: bytes
    hash: bytes


@dataclass(slots=True)
class Walk:
    """Where the reading stands: the stream at hand, what was computed last, and the heads as of `until`."""

    session: Session
    report: Report
    until: Cursor | None = None
    merkle: Merkle = field(default_factory=Merkle)
    events_until: int = 0
    stream: str = ""
    subject_id: int | None = None
    seq: int = 0
    previous: bytes = GENESIS
    place: tuple[int, int] = (0, 0)
    broken: list[int] = field(default_factory=list)
    head: Head | None = None

    def all_streams(self) -> None:
        """Read the whole ledger; memory does not grow with it."""
        for stream in sorted(self.session.scalars(select(EVENTS.c.stream).distinct())):
            self.stream = stream
            for row in rows_of(self.session, stream):
                self.add(row)
            self.end()

    def add(self, row: Row[Any]) -> None:
        """One more event."""
        values = dict(zip(CHAINED, row[:WIDTH], strict=True))
        if values["subject_id"] != self.subject_id:
            self.end()
            self.subject_id = values["subject_id"]
            self.report.streams += 1
        id_, epoch, position, digest, hashed, salt, texts, erasure = row[WIDTH:]
        self.report.events += 1
        self._link(values, id_, digest, hashed)
        if epoch == self.place[0] and position < self.place[1] and not self.broken:
            self._tell("edited", "stands before its predecessor in the order of all events", values["seq"], id_)
        self.place = (epoch, position)
        self._texts(values["seq"], id_, digest, salt, texts, erasure)
        if self.until is not None and (epoch, position, id_) <= self.until:
            self.events_until += 1
            self.head = Head(self.stream, values["subject_id"], values["seq"], hashed.hex())

    def _link(self, values: dict[str, Any], id_: int, digest: bytes, hashed: bytes) -> None:
        seq = values["seq"]
        if seq != self.seq + 1:
            gap = f"event {self.seq + 1}" if seq == self.seq + 2 else f"events {self.seq + 1} to {seq - 1}"
            self._tell("deleted", f"{gap} before it deleted", seq, id_)
        elif chain(self.previous, values, digest) != hashed:
            self.broken.append(seq)
        self.seq, self.previous = seq, hashed

    def _texts(self, seq: int, id_: int, digest: bytes, salt: bytes | None, texts: Any, erasure: int | None) -> None:
        if salt is None:
            if erasure is not None:
                self.report.erased += 1
            elif digest != GENESIS:
                self._tell("texts_missing", "its texts are missing without an erasure", seq, id_)
        elif erasure is not None:
            self._tell("texts_back", "texts stand where they were erased", seq, id_)
        elif texts_digest(salt, texts) != digest:
            self._tell("texts_changed", "its texts were changed", seq, id_)
        else:
            self.report.texts += 1

    def end(self) -> None:
        """The stream of one subject is read."""
        if self.broken:
            for damage in explained(self.session, self.stream, self.subject_id or 0, self.broken):
                self.report.tell(damage)
        if self.head is not None:
            self.merkle.add(str(self.head).encode())
        self.subject_id, self.seq, self.previous, self.place = None, 0, GENESIS, (0, 0)
        self.broken, self.head = [], None

    def _tell(self, what: str, told: str, seq: int, id_: int) -> None:
        subject = self.subject_id or 0
        self.report.tell(
            Damage(what, f"{event_name(self.stream, subject, seq, id_)}: {told}", self.stream, subject, seq, id_)
        )


def rows_of(session: Session, stream: str) -> Iterator[Row[Any]]:
    """The events of all subjects of a stream with their texts: plain columns, for entities cost three times as much."""
    statement = (
        select(*LINK, *PROOF, *SIDE)
        .outerjoin(TEXTS, TEXTS.c.event_id == EVENTS.c.id)
        .outerjoin(ERASED, ERASED.c.event_id == EVENTS.c.id)
        .where(EVENTS.c.stream == stream)
        .order_by(EVENTS.c.subject_id, EVENTS.c.seq)
    )
    yield from session.connection().execute(statement, execution_options={"yield_per": BATCH})


def explained(session: Session, stream: str, subject_id: int, broken: Sequence[int]) -> Iterator[Damage]:
    """What became of the events whose hash does not follow: swapped with another place, or edited.

    An event that fits elsewhere in its stream was moved; one that fits its own place after another predecessor is
    innocent; one that fits nowhere was edited, or the one before it was and got a new hash.
    """
    links = _links(session, stream, subject_id) if len(broken) <= MOST_BROKEN else {}
    hashes = [GENESIS, *(link.hash for link in links.values())]
    for seq in broken:
        link = links.get(seq)
        event_id = link.event_id if link else None
        name = event_name(stream, subject_id, seq, event_id)
        stood = _place(link, hashes, broken) if link else None
        if stood is None:
            told = f"{name}: edited, or the event before it was"
            yield Damage("edited", told, stream, subject_id, seq, event_id)
        elif stood != seq:
            yield Damage("swapped", f"{name}: swapped, it was event {stood}", stream, subject_id, seq, event_id)


def _links(session: Session, stream: str, subject_id: int) -> dict[int, Link]:
    statement = select(*LINK, *PROOF).where(EVENTS.c.stream == stream, EVENTS.c.subject_id == subject_id)
    rows = session.execute(statement.order_by(EVENTS.c.seq).limit(MOST_EVENTS + 1)).all()
    if len(rows) > MOST_EVENTS:
        return {}
    links = [Link(dict(zip(CHAINED, r[:WIDTH], strict=True)), r.id, r.texts_digest, r.hash) for r in rows]
    return {link.values["seq"]: link for link in links}


def _place(link: Link, hashes: Sequence[bytes], places: Sequence[int]) -> int | None:
    """The number under which the event's hash was computed; None if it fits nowhere."""
    for seq in sorted(places, key=lambda place: place != link.values["seq"]):
        values = {**link.values, "seq": seq}
        if any(chain(previous, values, link.digest) == link.hash for previous in hashes):
            return seq
    return None
