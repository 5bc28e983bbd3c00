"""Whoever changes the ledger in the raw database is found and named, on both databases."""

# ruff: noqa: S608 - the statements of an attacker, all of them written here

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from itsm.core.evidence.commands import verify
from itsm.core.evidence.rules import Report
from itsm.core.ledger.erasing import erase_texts
from itsm.core.ledger.models import Event
from itsm.core.ledger.rules import CHAINED, chain
from itsm.core.tickets.verbs import add_comment, open_ticket
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER

Verified = Callable[[], Report]
OF_TICKET = "stream = 'ticket' AND subject_id = 1"
TEXT_OF = f"event_id = (SELECT id FROM event WHERE {OF_TICKET} AND seq = 3)"
ATTACKS: dict[str, tuple[list[str], str, str]] = {
    "an event is edited": (
        [f"UPDATE event SET actor = 'nobody' WHERE {OF_TICKET} AND seq = 3"],
        "edited", "ticket 1, event 3",
    ),
    "its facts are edited": (
        [f"UPDATE event SET facts = '{{\"public\": false}}' WHERE {OF_TICKET} AND seq = 2"],
        "edited", "ticket 1, event 2",
    ),
    "an event is deleted": (
        [f"DELETE FROM event_text WHERE {TEXT_OF}", f"DELETE FROM event WHERE {OF_TICKET} AND seq = 3"],
        "deleted", "event 3 before it deleted",
    ),
    "the beginning is deleted": (
        [f"DELETE FROM event_text WHERE event_id IN (SELECT id FROM event WHERE {OF_TICKET} AND seq < 3)",
         f"DELETE FROM event WHERE {OF_TICKET} AND seq < 3"],
        "deleted", "events 1 to 2 before it deleted",
    ),
    "two events are swapped": (
        [f"UPDATE event SET seq = 1000 WHERE {OF_TICKET} AND seq = 2",
         f"UPDATE event SET seq = 2 WHERE {OF_TICKET} AND seq = 3",
         f"UPDATE event SET seq = 3 WHERE {OF_TICKET} AND seq = 1000"],
        "swapped", "ticket 1, event 2",
    ),
    "the tail is cut": (
        [f"DELETE FROM event_text WHERE event_id IN (SELECT id FROM event WHERE {OF_TICKET} AND seq > 3)",
         f"DELETE FROM event WHERE {OF_TICKET} AND seq > 3"],
        "cut", "ticket 1: its tail is cut, after event 3 those up to 5",
    ),
    "a ticket's events are all gone": (
        [f"DELETE FROM event_text WHERE event_id IN (SELECT id FROM event WHERE {OF_TICKET})",
         f"DELETE FROM event WHERE {OF_TICKET}"],
        "stream_missing", "ticket 1: all of its 5 events are missing",
    ),
    "everything is emptied": (
        ["DELETE FROM event_text", "DELETE FROM event"], "stream_missing", "ticket 1: all of its 5 events",
    ),
    "a head is rewritten": (
        [f"UPDATE stream_head SET hash = (SELECT hash FROM event WHERE {OF_TICKET} AND seq = 4) WHERE {OF_TICKET}"],
        "head", "ticket 1: its head was rewritten",
    ),
    "a head is taken away": ([f"DELETE FROM stream_head WHERE {OF_TICKET}"], "head", "ticket 1, event 1"),
    "texts are changed": (
        [f"UPDATE event_text SET texts = '{{\"body\": \"other\"}}' WHERE {TEXT_OF}"],
        "texts_changed", "ticket 1, event 3",
    ),
    "texts vanish": ([f"DELETE FROM event_text WHERE {TEXT_OF}"], "texts_missing", "ticket 1, event 3"),
    "texts vanish as if they were erased": (
        [f"INSERT INTO erased_text SELECT event_id, event_id FROM event_text WHERE {TEXT_OF}",
         f"DELETE FROM event_text WHERE {TEXT_OF}"],
        "erasure", "no event tells of it",
    ),
}  # fmt: skip


@pytest.fixture
def desk_with_a_past(real_desk: Desk) -> Desk:
    """Two tickets; the first one has five events."""
    with real_desk.unit_of_work(TESTER) as uow:
        for title in ("Печать", "Сеть"):
            open_ticket(uow, kind="incident", title=title, description="Иванова, комната 12")
    for word in ("один", "два", "три", "четыре"):
        with real_desk.unit_of_work(TESTER) as uow:
            add_comment(uow, number=1, body=word)
    return real_desk


def test_a_ledger_that_nobody_touched_is_sound(desk_with_a_past: Desk, verified: Verified) -> None:
    report = verified()
    assert (report.sound, report.damages) == (True, [])
    assert report.texts >= 6


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_and_named(desk_with_a_past: Desk, attack: Any, verified: Verified, name: str) -> None:
    statements, what, told = ATTACKS[name]
    attack(*statements)
    report = verified()
    assert what in {damage.what for damage in report.damages}
    assert report.damages[0].what == what, report.damages
    assert told in report.damages[0].sentence


def test_two_swapped_events_are_named_and_their_innocent_neighbours_are_not(
    desk_with_a_past: Desk, attack: Any, verified: Verified
) -> None:
    attack(*ATTACKS["two events are swapped"][0])
    assert [(d.what, d.seq) for d in verified().damages] == [("swapped", 2), ("swapped", 3)]


def test_an_edited_event_with_a_new_hash_breaks_the_chain_after_it(
    desk_with_a_past: Desk, attack: Any, verified: Verified
) -> None:
    with desk_with_a_past.unit_of_work(TESTER, write=False) as uow:
        rows = {
            row.seq: row
            for row in uow.session.scalars(select(Event).where(Event.stream == "ticket", Event.subject_id == 1))
        }
    values = {name: getattr(rows[3], name) for name in CHAINED} | {"channel": "mail"}
    forged = chain(rows[2].hash, values, rows[3].texts_digest)
    attack((f"UPDATE event SET channel = 'mail', hash = ? WHERE {OF_TICKET} AND seq = 3", (forged,)))
    first = verified().damages[0]
    assert (first.what, first.seq) == ("edited", 4)


def test_erased_texts_are_told_with_when_and_by_whom(desk_with_a_past: Desk, verified: Verified) -> None:
    with desk_with_a_past.unit_of_work(TESTER) as uow:
        of_ticket = select(Event.id).where(Event.stream == "ticket", Event.subject_id == 1)
        assert erase_texts(uow, events=of_ticket, because="test") == 5
    report = verified()
    assert (report.sound, report.erased) == (True, 5)
    assert report.erasures == ["5 texts erased on 2026-03-02 09:00Z by test (test)"]


def test_texts_that_are_erased_beside_an_erasure_are_found(
    desk_with_a_past: Desk, attack: Any, verified: Verified
) -> None:
    with desk_with_a_past.unit_of_work(TESTER) as uow:
        erase_texts(uow, events=select(Event.id).where(Event.stream == "ticket", Event.subject_id == 2), because="test")
    attack(
        "INSERT INTO erased_text SELECT event_id, (SELECT min(erasure) FROM erased_text) FROM event_text "
        f"WHERE {TEXT_OF}",
        f"DELETE FROM event_text WHERE {TEXT_OF}",
    )
    assert [d.what for d in verified().damages] == ["erasure"]


@pytest.mark.parametrize("quiet_url", ["sqlite"], indirect=True)
def test_a_missing_and_a_changed_trigger_of_sqlite_are_named(desk_with_a_past: Desk, verified: Verified) -> None:
    with desk_with_a_past.database.engine.connect().execution_options(itsm_write=True) as raw, raw.begin():
        raw.exec_driver_sql("DROP TRIGGER event_not_deleted")
        raw.exec_driver_sql("DROP TRIGGER event_not_changed")
        raw.exec_driver_sql("CREATE TRIGGER event_not_changed BEFORE UPDATE ON event WHEN false BEGIN SELECT 1; END")
    told = [damage.sentence for damage in verified().damages]
    assert told == [
        "the trigger event_not_changed on event was changed",
        "the trigger event_not_deleted on event is missing",
    ]


@pytest.mark.parametrize("quiet_url", ["postgresql"], indirect=True)
def test_a_missing_a_changed_and_a_sleeping_trigger_of_postgresql_are_named(
    desk_with_a_past: Desk, verified: Verified
) -> None:
    with desk_with_a_past.database.engine.begin() as raw:
        raw.exec_driver_sql("DROP TRIGGER event_stays ON event")
        raw.exec_driver_sql("ALTER TABLE event DISABLE TRIGGER event_not_emptied")
        raw.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION refuse_unerased() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN OLD; END $$"
        )
    assert [damage.sentence for damage in verified().damages] == [
        "the trigger event_stays on event is missing",
        "the trigger event_not_emptied on event is switched off",
        "the trigger event_text_not_deleted on event_text was changed",
    ]


def test_the_command_ends_with_one_and_names_the_first_bad_link(desk_with_a_past: Desk, attack: Any) -> None:
    sound = CliRunner().invoke(verify, ["--json"], obj=lambda: Standing(desk_with_a_past))
    assert (sound.exit_code, json.loads(sound.stdout)["sound"]) == (0, True)
    attack(*ATTACKS["an event is edited"][0])
    found = CliRunner().invoke(verify, obj=lambda: Standing(desk_with_a_past))
    assert found.exit_code == 1
    assert found.stderr.startswith("edited: ticket 1, event 3 (id ")


class Standing:
    """The desk as a command meets it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def unit_of_work(self, *, write: bool = True) -> Any:
        return self.desk.unit_of_work(TESTER, write=write)
