"""The core's revisions make what its models say, and a ledger that the database itself defends.

After a change of a model `test_the_revisions_make_what_the_models_say` fails and prints the operations that the next
revision needs: copy them into `itsm/core/migrations/<next number>_<what>.py`, take types from `itsm.core.db`
(Utc, Json, BigId), leave names of constraints to the convention, and write the way down.
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from itsm.core.db import Base
from itsm.core.ledger.models import Event, EventText
from itsm.plugins.machinery.migrate.apply import migrate, purge
from tests.plugins.schema import CORE, TABLES, dump, wanted_operations, writing

EVENT = {
    "epoch": 1, "position": 0, "stream": "ticket", "subject_id": 1, "seq": 1, "type": "ticket_opened",
    "actor": "person", "channel": "web", "origin": "live", "request_id": "r", "facts": {}, "texts_digest": b"",
    "hash": b"", "occurred_at": datetime(2026, 1, 1, tzinfo=UTC), "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip
KINDS = ("table", "relation", "column", "index", "constraint")
ATTACKS = [
    "UPDATE event SET actor = 'nobody'",
    "DELETE FROM event",
    "UPDATE event_text SET texts = '{}'",
    "INSERT INTO event_text SELECT * FROM event_text WHERE true ON CONFLICT (event_id) DO UPDATE SET salt = ''",
]
ATTACKS_ON_SQLITE = [
    "INSERT OR REPLACE INTO event SELECT * FROM event",
    "UPDATE OR REPLACE event SET seq = 2",
    "INSERT OR REPLACE INTO event_text SELECT * FROM event_text",
]
ATTACKS_ON_POSTGRESQL = ["TRUNCATE event CASCADE", "TRUNCATE event_text"]


def test_the_revisions_make_what_the_models_say(engine: Engine) -> None:
    migrate(engine, [CORE])
    assert wanted_operations(engine) == ""


def test_the_revisions_make_the_very_same_schema_as_the_models(engine: Engine) -> None:
    with writing(engine) as connection:
        Base.metadata.create_all(connection, tables=TABLES)
    by_models = dump(engine)
    with writing(engine) as connection:
        Base.metadata.drop_all(connection, tables=TABLES)
    migrate(engine, [CORE])
    own = (*(f"{kind} core_version" for kind in KINDS), "index sqlite_autoindex_core_version", "trigger", "function")
    assert [line for line in dump(engine) if not line.startswith(own)] == by_models


def test_the_way_down_leaves_nothing(engine: Engine) -> None:
    before = dump(engine)
    migrate(engine, [CORE])
    purge(engine, CORE)
    assert dump(engine) == before


def test_the_ledger_refuses_every_change(engine: Engine) -> None:
    _one_event(engine)
    attacks = ATTACKS + (ATTACKS_ON_POSTGRESQL if engine.dialect.name == "postgresql" else ATTACKS_ON_SQLITE)
    for attack in attacks:
        with pytest.raises(IntegrityError, match="the ledger is only added to"), writing(engine) as connection:
            connection.execute(text(attack))
    with engine.connect() as connection:
        assert connection.execute(select(Event.actor, EventText.texts).join(EventText)).one() == (
            "person",
            {"title": "x"},
        )


def test_texts_alone_can_be_erased(engine: Engine) -> None:
    _one_event(engine)
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM event_text"))
    with engine.connect() as connection:
        assert connection.scalar(select(Event.seq)) == 1


def _one_event(engine: Engine) -> None:
    migrate(engine, [CORE])
    with writing(engine) as connection:
        connection.execute(insert(Event).values(**EVENT))
        connection.execute(insert(EventText).values(event_id=1, salt=b"", texts={"title": "x"}))
