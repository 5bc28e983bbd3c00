"""Requests of real senders, as recorded."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from itsm.plugins import Alert, AlertRequest, RefusedAlert
from itsm_monitoring.outside import SOURCES
from itsm_monitoring.outside.body import data_of

PARSERS = {source.name: source.parse for source in SOURCES}
NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)


class Recorded(NamedTuple):
    """One request as it came. path: what the sender was told to call, with its receiver in `r`."""

    path: str
    body: bytes
    headers: dict[str, str]


def recorded(file: Path) -> Iterator[Recorded]:
    """The requests of a file, one JSON a line."""
    text = gzip.decompress(file.read_bytes()).decode() if file.suffix == ".gz" else file.read_text(encoding="utf-8")
    for line in text.splitlines():
        one = json.loads(line)
        headers = {name.lower(): value for name, value in one["headers"]}
        yield Recorded(one["path"], one["body"].encode(), headers)


def parsed(source: str, one: Recorded) -> list[Alert | RefusedAlert]:
    """The alerts in a recorded request."""
    return read(source, data_of(one.body, one.headers.get("content-type", "")), one.headers)


def read(source: str, data: object, headers: dict[str, str] | None = None) -> list[Alert | RefusedAlert]:
    """The alerts in some data."""
    return list(PARSERS[source](AlertRequest(data, headers or {}, NOW)))
