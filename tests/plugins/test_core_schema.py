"""The core's revisions make what its models say, and a ledger that the database itself defends.

After a change of a model `test_the_revisions_make_what_the_models_say` fails and prints the operations that the next
revision needs: copy them into `itsm/core/migrations/<next number>_<what>.py`, take types from `itsm.core.db`
(Utc, Json, BigId), leave names of constraints to the convention, and write the way down.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from itsm.core.db import Base
from itsm.core.ledger.models import ErasedText, Event, EventText
from itsm.core.people.models import Address, Person
from itsm.plugins.machinery.migrate.apply import migrate, purge, upgrade_within
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
    "UPDATE erased_text SET erasure = 7",
    "DELETE FROM erased_text",
]
ATTACKS_ON_SQLITE = [
    "INSERT OR REPLACE INTO event SELECT * FROM event",
    "UPDATE OR REPLACE event SET seq = 2",
    "INSERT OR REPLACE INTO event_text SELECT * FROM event_text",
    "INSERT OR REPLACE INTO erased_text SELECT * FROM erased_text",
]
ATTACKS_ON_POSTGRESQL = ["TRUNCATE event CASCADE", "TRUNCATE event_text", "TRUNCATE erased_text"]


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
    own = (*(f"{kind} core_version" for kind in KINDS), "index sqlite_autoindex_core_version")
    assert [line for line in dump(engine) if not line.startswith(own)] == by_models


def test_the_way_down_leaves_nothing(engine: Engine) -> None:
    before = dump(engine)
    migrate(engine, [CORE])
    purge(engine, CORE)
    assert dump(engine) == before


def test_the_ledger_refuses_every_change(engine: Engine) -> None:
    _one_event(engine)
    attacks = ATTACKS + (ATTACKS_ON_POSTGRESQL if engine.dialect.name == "postgresql" else ATTACKS_ON_SQLITE)
    with writing(engine) as connection:
        connection.execute(insert(ErasedText).values(event_id=1, erasure=1))
    for attack in attacks:
        with pytest.raises(IntegrityError, match="the ledger is only added to"), writing(engine) as connection:
            connection.execute(text(attack))
    with engine.connect() as connection:
        assert connection.execute(select(Event.actor, EventText.texts).join(EventText)).one() == (
            "person",
            {"title": "x"},
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_opens_the_file_without_our_settings_cannot_replace_an_event_either(engine: Engine) -> None:
    _one_event(engine)
    with writing(engine) as connection:
        connection.execute(insert(ErasedText).values(event_id=1, erasure=1))
    with closing(sqlite3.connect(str(engine.url.database))) as foreign:
        for attack in ATTACKS_ON_SQLITE:
            with pytest.raises(sqlite3.IntegrityError, match="the ledger is only added to"):
                foreign.execute(attack)


def test_texts_alone_can_be_erased_and_only_by_an_erasure(engine: Engine) -> None:
    _one_event(engine)
    with pytest.raises(IntegrityError, match="by an erasure alone"), writing(engine) as connection:
        connection.execute(text("DELETE FROM event_text"))
    with writing(engine) as connection:
        connection.execute(insert(ErasedText).values(event_id=1, erasure=1))
        connection.execute(text("DELETE FROM event_text"))
    with engine.connect() as connection:
        assert connection.scalar(select(Event.seq)) == 1


def test_addresses_that_were_taken_for_one_are_told_apart_from_now_on(engine: Engine) -> None:
    person = insert(Person).values(id=1, name="Anna", name_fold="anna", locale="ru", created_at=EVENT["occurred_at"])
    old = {"value": "Anna@Орёл.РФ", "value_fold": "anna@xn--e1amhi.xn--p1ai"}
    with writing(engine) as connection:
        upgrade_within(connection, [CORE], {"core": "0014"})
        connection.execute(person)
        connection.execute(insert(Address).values(person_id=1, type="email", **old))
    migrate(engine, [CORE])
    with engine.connect() as connection:
        assert connection.scalar(select(Address.value_fold)) == "anna@xn--k1afg2e.xn--p1ai"


def _one_event(engine: Engine) -> None:
    migrate(engine, [CORE])
    with writing(engine) as connection:
        connection.execute(insert(Event).values(**EVENT))
        connection.execute(insert(EventText).values(event_id=1, salt=b"", texts={"title": "x"}))
