"""The ledger: chained per stream, texts apart from facts, read in an order in which nothing appears later between."""

import pytest
from sqlalchemy import select

from itsm.core.errors import Invalid
from itsm.core.ledger.erasing import erase_texts
from itsm.core.ledger.models import Event, EventText
from itsm.core.ledger.rules import CHAINED, GENESIS, chain, texts_digest
from itsm.core.ledger.verbs import Cursor, append, events_after, history
from itsm.core.tickets.verbs import add_comment, change_ticket, open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER


def a_ticket_with_a_past(desk: Desk) -> int:
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="Письмо Ивановой", description="от ivanova@example.org").id
    with desk.unit_of_work(TESTER) as uow:
        change_ticket(uow, number=number, changes={"title": "Письмо"})
        add_comment(uow, number=number, body="Звонил Ивановой")
    return number


def test_each_event_continues_the_chain_of_its_stream(desk: Desk) -> None:
    number = a_ticket_with_a_past(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        previous = GENESIS
        events = [event for event, _ in history(uow.session, "ticket", number)]
        assert [event.seq for event in events] == [1, 2, 3]
        for event in events:
            row = {name: getattr(event, name) for name in CHAINED}
            assert event.hash == chain(previous, row, event.texts_digest)
            text = uow.session.get_one(EventText, event.id)
            assert event.texts_digest == texts_digest(text.salt, text.texts)
            previous = event.hash


def test_no_text_that_a_person_typed_stands_in_the_event_row(desk: Desk) -> None:
    number = a_ticket_with_a_past(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        for event, _ in history(uow.session, "ticket", number):
            assert "ванов" not in str(event.facts)


def test_a_stream_is_readable_without_its_texts(desk: Desk) -> None:
    number = a_ticket_with_a_past(desk)
    with desk.unit_of_work(TESTER) as uow:
        of_ticket = select(Event.id).where(Event.stream == "ticket", Event.subject_id == number)
        erase_texts(uow, events=of_ticket, because="test")
        assert [texts for _, texts in history(uow.session, "ticket", number)] == [{}, {}, {}]


def test_a_cursor_gives_every_event_once_and_in_order(desk: Desk) -> None:
    a_ticket_with_a_past(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        everything = [event.id for event in uow.session.scalars(select(Event).order_by(Event.id))]
        cursor, seen = Cursor(), []
        while True:
            events, cursor = events_after(uow.session, cursor, limit=3)
            if not events:
                break
            seen += [event.id for event in events]
            assert Cursor.parse(str(cursor)) == cursor
        # On PostgreSQL the test's own transaction is open, so the safe horizon rightly lies before all of its events.
        assert seen == ([] if desk.database.dialect == "postgresql" else everything)


@pytest.mark.parametrize("text", ["1", "a.b.c", "1.2.-3", "1.2.3.4", "1.2.9999999999999999999", "١.٢.٣"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Cursor.parse(text)


def test_an_act_that_fails_leaves_no_event(desk: Desk, uow: UnitOfWork) -> None:
    failing = desk.unit_of_work(TESTER)
    append(failing, stream="article", subject_id=7, type="tried", facts={})
    failing.flush()
    failing.__exit__(RuntimeError, RuntimeError(), None)
    assert history(uow.session, "article", 7) == []


def test_two_events_of_one_act_keep_their_order(desk: Desk, uow: UnitOfWork) -> None:
    with desk.unit_of_work(TESTER) as acting:
        append(acting, stream="anchor", subject_id=2, type="first", facts={})
        append(acting, stream="anchor", subject_id=1, type="other", facts={})
        append(acting, stream="anchor", subject_id=2, type="second", facts={"n": [1, 2]})
    assert [event.type for event, _ in history(uow.session, "anchor", 2)] == ["first", "second"]
