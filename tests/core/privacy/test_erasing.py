"""Somebody is erased: nothing of theirs is left anywhere, and the ledger can prove that it was so and not otherwise."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, inspect, select, text

from itsm.core.access.models import Account
from itsm.core.access.verbs import add_account, sign_in_as
from itsm.core.act import Act, Actor
from itsm.core.errors import Conflict, Forbidden, Invalid
from itsm.core.evidence.rules import Report
from itsm.core.files.models import StoredFile
from itsm.core.intake.models import IntakeRequest
from itsm.core.intake.verbs import Inbound, Settled, settle, settle_items, take_in, take_in_request, waiting_items
from itsm.core.people.models import Person
from itsm.core.people.verbs import add_address, add_person, change_person, merge_people
from itsm.core.privacy.rules import ERASED, NOBODY_ANY_MORE
from itsm.core.privacy.verbs import erase_person
from itsm.core.tickets.models import Comment, Ticket, Watcher
from itsm.core.tickets.verbs import add_comment, add_tag, attach_file, change_ticket, log_work, open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.verbs import run_schedule
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Clock, Sample

# Words that stand nowhere but in what belongs to the person; folded and stemmed forms are found by their beginnings.
CANARIES = ("канареечкин", "kanareechkin", "желтокрыл", "попугаев", "+7 495 555", "4955557")
NAME, LOGIN, OLD_NAME = "Пётр Канареечкин", "petr@kanareechkin.example", "Пётр Попугаев"


def by(person_id: int, *permissions: str) -> Act:
    return Act(Actor("person", person_id, "x", frozenset(permissions or ("*",))), channel="web", request_id="r1")


@pytest.fixture
def erasable(real_desk: Desk) -> tuple[Desk, int, int]:
    """A desk, somebody who left traces everywhere, and a colleague's ticket that has two of them."""
    with real_desk.unit_of_work(TESTER) as uow:
        person = add_person(uow, name=OLD_NAME, addresses=[("email", LOGIN), ("phone", "+7 495 5557788")])
        twin = add_person(uow, name="П. Канареечкин", addresses=[("email", "p@kanareechkin.example")])
        colleague = add_person(uow, name="Мария Коллегина")
        me, other = person.id, colleague.id
    with real_desk.unit_of_work(TESTER) as uow:
        change_person(uow, person_id=me, changes={"name": NAME})
        merge_people(uow, person_id=twin.id, into=me)
        add_account(uow, person_id=me, login=LOGIN, password="ключ к замку 12")
    with real_desk.unit_of_work(by(me)) as uow:
        take_in(uow, source="api", key="желтокрылый ключ", content={"title": "желтокрылый"})
        ticket = open_ticket(
            uow, kind="incident", title="Желтокрылый принтер", description=f"Пишет {NAME}", requested_for=me, contact=me
        )
        settle(uow, outcome="opened", ticket_id=ticket.id, answer={"title": "Желтокрылый принтер"})
        mine = ticket.id
        words = {"text": "желтокрылый"}
        take_in_request(uow, source="x", body=b"\xd0\xb6", content_type="text/plain", items=[Inbound(words)])
        settle_items(uow, [Settled(waiting_items(uow, source="x", limit=1)[0].id, "added", mine)])
    with real_desk.unit_of_work(by(other)) as uow:
        add_comment(uow, number=mine, body=f"Уважаемый {NAME}!")
        add_tag(uow, number=mine, tag="желтокрылые")
        change_ticket(uow, number=mine, changes={"assignee": other})
        theirs = open_ticket(
            uow, kind="incident", title="Чужая сеть", description="не работает", requested_for=other
        ).id
    with real_desk.unit_of_work(by(me)) as uow:
        add_comment(uow, number=theirs, body="у меня тоже, желтокрыло")
        log_work(uow, number=theirs, minutes=5, note="желтокрыло")
        attach_file(
            uow, store=real_desk.files, number=mine, name="канареечкин.txt", content=io.BytesIO("желтокрыл".encode())
        )
        uow.session.add(Watcher(ticket_id=theirs, person_id=me))
        sign_in_as(uow, person_id=me, method="password", address="10.1.2.3", agent="желтокрыл")
    settled(real_desk)
    return real_desk, me, theirs


def settled(desk: Desk) -> None:
    """Everything that is owed, the search's reading of the ledger included, is done."""
    with desk.unit_of_work(TESTER) as uow:
        run_schedule(uow, name="search.follow")
    drain(desk)


def erased(desk: Desk, person_id: int) -> list[int]:
    with desk.unit_of_work(TESTER) as uow:
        mentions = erase_person(uow, person_id=person_id, reason="просьба от 1 марта").mentions
    settled(desk)
    return mentions


def found_in_tables(desk: Desk) -> list[str]:
    """Every text of every table in which a canary stands."""
    found = []
    with desk.database.engine.connect() as connection:
        inspector = inspect(connection)
        for table in inspector.get_table_names():
            for column in inspector.get_columns(table):
                if isinstance(column["type"], LargeBinary):
                    continue
                wanted = f'SELECT CAST("{column["name"]}" AS TEXT) FROM "{table}"'  # noqa: S608 - from the catalogue
                for (value,) in connection.execute(text(wanted)):
                    low = _read(value)
                    found += [f"{table}.{column['name']}: {value}" for canary in CANARIES if canary in low]
    return found


def _read(value: Any) -> str:
    """JSON may hold Cyrillic as escapes."""
    raw = str(value or "")
    return (raw + (raw.encode().decode("unicode_escape", "ignore") if "\\u" in raw else "")).casefold()


def test_the_canaries_stand_in_many_tables_before(erasable: tuple[Desk, int, int]) -> None:
    tables = {entry.partition(".")[0] for entry in found_in_tables(erasable[0])}
    assert tables >= {
        "person", "address", "account", "login_session", "ticket", "ticket_comment", "ticket_attachment", "ticket_tag",
        "work_time", "intake", "event_text", "search_document",
    }  # fmt: skip


def test_nothing_of_an_erased_person_stands_in_any_table(erasable: tuple[Desk, int, int]) -> None:
    desk, me, _ = erasable
    erased(desk, me)
    assert found_in_tables(desk) == []
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.scalars(select(IntakeRequest.body)).all() == [b""]


def test_what_is_of_others_stays_and_is_counted_as_before(erasable: tuple[Desk, int, int]) -> None:
    desk, me, theirs = erasable
    erased(desk, me)
    with desk.unit_of_work(TESTER, write=False) as uow:
        ticket = uow.session.get_one(Ticket, theirs)
        assert (ticket.title, ticket.description) == ("Чужая сеть", "не работает")
        bodies = {row.body for row in uow.session.scalars(select(Comment))}
        assert bodies == {ERASED}
        mine = uow.session.scalars(select(Ticket).where(Ticket.requested_for_id == me)).one()
        assert (mine.title, mine.kind, mine.category) == (ERASED, "incident", "new")
        stub = uow.session.get_one(Person, me)
        assert (stub.name, stub.active, stub.erased_at) == (NOBODY_ANY_MORE, False, uow.now)
        assert uow.session.get(Account, me) is None


def test_the_chain_stays_whole_and_tells_of_the_erasure(
    erasable: tuple[Desk, int, int], verified: Callable[[], Report]
) -> None:
    desk, me, _ = erasable
    erased(desk, me)
    report = verified()
    assert (report.sound, report.damages) == (True, [])
    assert report.erased > 8
    assert any(f"of person {me} erased on 2026-03-02" in line for line in report.erasures)


def test_the_content_of_their_files_leaves_the_store(erasable: tuple[Desk, int, int]) -> None:
    desk, me, _ = erasable
    with desk.unit_of_work(TESTER, write=False) as uow:
        sha256 = uow.session.scalars(select(StoredFile.sha256)).one()
    assert desk.files.path(sha256).is_file()
    erased(desk, me)
    assert not desk.files.path(sha256).exists()


def test_a_content_that_somebody_else_names_too_stays(erasable: tuple[Desk, int, int]) -> None:
    desk, me, theirs = erasable
    with desk.unit_of_work(TESTER) as uow:
        same = io.BytesIO("желтокрыл".encode())
        sha256 = attach_file(uow, store=desk.files, number=theirs, name="scan.txt", content=same).sha256
    erased(desk, me)
    assert desk.files.path(sha256).is_file()


@pytest.mark.parametrize("quiet_url", ["sqlite"], indirect=True)
def test_the_file_of_sqlite_holds_no_byte_of_them(erasable: tuple[Desk, int, int]) -> None:
    desk, me, _ = erasable
    path = Path(str(desk.database.engine.url.database))
    erased(desk, me)
    desk.database.dispose()
    for file in (path, path.with_name(path.name + "-wal")):
        raw = file.read_bytes() if file.exists() else b""
        for canary in CANARIES:
            for spelt in {canary, canary.capitalize()}:
                assert spelt.encode() not in raw, (file.name, spelt)
                assert spelt.encode("unicode_escape") not in raw, (file.name, spelt)
    with closing(sqlite3.connect(path)) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_search_finds_them_no_more(erasable: tuple[Desk, int, int]) -> None:
    desk, me, _ = erasable
    erased(desk, me)
    with desk.unit_of_work(TESTER, write=False) as uow:
        for word in ("Канареечкин", "желтокрылый", "попугаев"):
            condition = uow.hook.call("ticket_matches", uow=uow, words=word)
            assert uow.session.scalars(select(Ticket.id).where(condition)).all() == []


def test_a_mention_in_somebody_elses_words_is_told(erasable: tuple[Desk, int, int]) -> None:
    desk, me, theirs = erasable
    with desk.unit_of_work(TESTER) as uow:
        change_ticket(uow, number=theirs, changes={"description": f"просил {NAME}"})
    assert erased(desk, me) == [theirs]


def test_what_was_under_way_is_erased_ten_minutes_later(erasable: tuple[Desk, int, int], ticking: Clock) -> None:
    desk, me, theirs = erasable
    erased(desk, me)
    with desk.unit_of_work(by(me)) as uow:
        add_comment(uow, number=theirs, body="желтокрылое опоздание")
    ticking.forward(minutes=11)
    settled(desk)
    assert found_in_tables(desk) == []


def test_an_erased_person_is_not_changed_and_not_erased_again(erasable: tuple[Desk, int, int]) -> None:
    desk, me, _ = erasable
    erased(desk, me)
    acts = (
        lambda uow: erase_person(uow, person_id=me, reason="again"),
        lambda uow: change_person(uow, person_id=me, changes={"name": "Кто-то"}),
        lambda uow: add_address(uow, person_id=me, type="email", value="new@example.org"),
    )
    for act in acts:
        with pytest.raises(Conflict, match="was erased"), desk.unit_of_work(TESTER) as uow:
            act(uow)


def test_erasing_asks_for_the_permission_and_for_a_reason(desk: Desk, sample: Sample) -> None:
    somebody = sample.people["requester"].id
    with pytest.raises(Forbidden), desk.unit_of_work(sample.act(desk, "agent")) as uow:
        erase_person(uow, person_id=somebody, reason="x")
    for reason in ("", "  ", "a\nb", "x" * 501):
        with pytest.raises(Invalid), desk.unit_of_work(TESTER) as uow:
            erase_person(uow, person_id=somebody, reason=reason)
    with pytest.raises(Conflict, match="themselves"), desk.unit_of_work(by(somebody)) as uow:
        erase_person(uow, person_id=somebody, reason="x")
