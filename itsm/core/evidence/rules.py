"""What a seal says, the root over the heads of all streams, and the words for what is wrong. Pure functions."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, NamedTuple

from itsm.core.ledger.verbs import Cursor

NO_SEAL = "0" * 64
VERSION = 1


class Head(NamedTuple):
    """How far a stream had come: its last event and that one's hash."""

    stream: str
    subject_id: int
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.stream} {self.subject_id} {self.seq} {self.hash}"

    @classmethod
    def parse(cls, line: str) -> "Head":
        """Read a line of a seal; raises `ValueError`."""
        stream, subject, seq, hashed = line.split()
        return cls(stream, int(subject), int(seq), hashed)


class Merkle:
    """The root over leaves that come one by one, kept in as many hashes as the tree is high (as in RFC 6962)."""

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """One more leaf at the right."""
        self.leaves += 1
        height, node = 0, hashlib.sha256(b"\0" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == height:
            node = _joined(self._peaks.pop()[1], node)
            height += 1
        self._peaks.append((height, node))

    def root(self) -> str:
        """The root over all leaves so far, in hexadecimal digits."""
        if not self._peaks:
            return hashlib.sha256().hexdigest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = _joined(left, node)
        return node.hex()


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Seal:
    """The first line of a seal; the lines below name every head that moved since the seal before it.

    cursor: the safe horizon it was taken at. root: over the heads of *all* streams as they stood there. previous: the
    SHA-256 of the file of the seal before it. All heads are named by the first seal of each epoch.
    """

    number: int
    at: str
    epoch: int
    cursor: str
    events: int
    streams: int
    root: str
    previous: str = NO_SEAL
    heads: int = 0
    version: int = VERSION

    @property
    def place(self) -> Cursor:
        """The cursor, to be compared."""
        return Cursor.parse(self.cursor)

    def line(self) -> str:
        """As it is written."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, line: str) -> "Seal":
        """Read the first line of a seal; raises `ValueError`."""
        given = json.loads(line)
        if not isinstance(given, dict) or given.get("version") != VERSION:
            raise ValueError("no seal that this version knows")
        try:
            return cls(**given)
        except TypeError as error:
            raise ValueError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: what kind of damage, where, and a sentence that says it.

    what: edited, deleted, swapped, cut, stream_missing, head, texts_changed, texts_missing, texts_back, erasure, guard,
    seal, sealed.
    """

    what: str
    sentence: str
    stream: str = ""
    subject_id: int | None = None
    seq: int | None = None
    event_id: int | None = None


@dataclass(slots=True)
class Report:
    """What a check has found. damages: the first `MOST` of them; `found` counts all. notes: what is worth knowing."""

    events: int = 0
    streams: int = 0
    texts: int = 0
    erased: int = 0
    seals: int = 0
    found: int = 0
    damages: list[Damage] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    erasures: list[str] = field(default_factory=list)

    MOST: ClassVar[int] = 100

    def tell(self, damage: Damage) -> None:
        """Note a damage."""
        self.found += 1
        if len(self.damages) < self.MOST:
            self.damages.append(damage)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.found == 0

    def plain(self) -> Mapping[str, Any]:
        """As JSON."""
        return {"sound": self.sound, **asdict(self)}


def event_name(stream: str, subject_id: int, seq: int, event_id: int | None = None) -> str:
    """How an event is named in sentences."""
    return f"{stream} {subject_id}, event {seq}" + (f" (id {event_id})" if event_id is not None else "")
