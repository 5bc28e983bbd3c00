"""The chain: what is hashed and how. Pure functions over plain values."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

GENESIS = bytes(32)
CHAINED = (
    "stream", "subject_id", "seq", "type", "occurred_at", "recorded_at", "actor_id", "actor", "channel", "origin",
    "request_id", "kind", "state", "category", "outcome", "team_id", "assignee_id", "service_id", "priority", "facts",
)  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{value!r} cannot stand in an event: ids, codes, numbers, moments and texts can")


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no white space: the same bytes for the same facts on every machine."""
    return _encode(value).encode()


def texts_digest(salt: bytes, texts: Mapping[str, Any]) -> bytes:
    """The salted digest of an event's texts, or zeros where it has none.

    Salted, so that a short text cannot be guessed from its digest after it was erased.
    """
    return hashlib.sha256(salt + canonical(texts)).digest() if texts else GENESIS


def chain(previous: bytes, row: Mapping[str, Any], digest: bytes) -> bytes:
    """The hash of an event: over the hash before it, its own columns and the digest of its texts."""
    return hashlib.sha256(previous + canonical({name: row[name] for name in CHAINED}) + digest).digest()


def ids_digest(ids: Iterable[int]) -> bytes:
    """The digest over the ids of events, in ascending order."""
    digest = hashlib.sha256()
    for id_ in ids:
        digest.update(id_.to_bytes(8, "big"))
    return digest.digest()
