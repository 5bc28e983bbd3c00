"""Desks for measurements: of any size, on SQLite or PostgreSQL, filled by bulk inserts."""

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from itsm.app import build
from itsm.core.db import make_engine
from itsm.core.tickets.models import Ticket
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.migrate import sync_field_indexes
from tests.fixtures import INCIDENTS, START, Sample, fill, settings_for
from tests.real import make_tables
from tests.servers import new_database, postgres

SEED = 20260302
CHUNK = 5000


@dataclass(frozen=True)
class Measured:
    """A filled desk with its application and people."""

    desk: Desk
    app: Flask
    sample: Sample


@contextmanager
def databases(names: tuple[str, ...] = ("sqlite", "postgresql")) -> Iterator[dict[str, Any]]:
    """name → a context manager that yields the URL of a fresh database."""
    makers: dict[str, Any] = {}
    if "sqlite" in names:
        makers["sqlite"] = _sqlite
    if "postgresql" not in names:
        yield makers
        return
    with postgres(durable=True) as server:
        makers["postgresql"] = lambda: new_database(server.url)
        yield makers


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/desk.sqlite3"


@contextmanager
def filled(url: str, tickets: int, more: Callable[[int], dict[str, Any]] = lambda number: {}) -> Iterator[Measured]:
    """A desk with the sample people and `tickets` tickets, of which one in ten is unfinished.

    more(number): values of the ticket's row that replace the usual ones.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url).execution_options(itsm_write=True)
        make_tables(url)
        desk, app = build(settings_for(Path(folder), url), ["incidents"], members=[INCIDENTS])
        sync_field_indexes(make_engine(url), [(s, f) for s, fs in desk.registry.fields.items() for f in fs.values()])
        sample = fill(desk)
        with engine.begin() as connection:
            for start in range(0, tickets, CHUNK):
                rows = [_ticket(n, sample) | more(n) for n in range(start, min(start + CHUNK, tickets))]
                connection.execute(insert(Ticket), rows)
        with engine.begin() as connection:
            connection.execute(text("analyze"))
        yield Measured(desk, app, sample)
        desk.database.dispose()
        engine.dispose()


def _ticket(number: int, sample: Sample) -> dict[str, Any]:
    chance = random.Random(SEED + number)
    state, category = ("in_progress", "open") if chance.random() < 0.1 else ("closed", "closed")
    at = START + timedelta(minutes=number)
    title = f"Incident {number}: the printer of room {chance.randrange(500)} does not print"
    degrees = ("high", "medium", "low")
    return {
        "kind": "incident",
        "state": state,
        "category": category,
        "outcome": "" if category == "open" else "solved",
        "title": title,
        "title_fold": title.casefold(),
        "description": "word " * 40,
        "priority": chance.randrange(1, 5),
        "priority_pinned": False,
        "source": "web",
        "team_id": list(sample.teams.values())[chance.randrange(2)].id,
        "requested_for_id": sample.people["requester"].id if chance.random() < 0.001 else None,
        "premium": False,
        "fields": {
            "incidents.impact": chance.choice(degrees),
            "incidents.urgency": chance.choice(degrees),
            "incidents.reopened": chance.randrange(0, 40),
        },
        "version": 1,
        "opened_at": at,
        "updated_at": at,
    }


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Of pairs that were measured in turn: the median of each side, and of the ratio of the second to the first."""
    first, second = zip(*pairs, strict=True)
    return statistics.median(first), statistics.median(second), statistics.median(b / a for a, b in pairs)
