"""Importing tickets: what is taken, what is refused with its line and reason, what a second run does."""

import gzip
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from itsm.core.files.models import StoredFile
from itsm.core.ledger.models import StreamHead
from itsm.core.people.models import Person, Team
from itsm.core.people.verbs import add_person
from itsm.core.tickets.models import Attachment, Comment, Ticket
from itsm.core.tickets.verbs import change_ticket, move_ticket
from itsm.plugins.machinery.desk import Desk
from tests.core.importing.kit import HEAD, LOG, Outcome, events_of, rows_of, run_import, tickets, writer
from tests.fixtures import TESTER, Clock

Bring = Callable[..., Outcome]
ONE = """\
A1,01.02.2026 10:00,Анна,Новая,Не печатает,L1,?,Борис
A1,01.02.2026 10:05,Анна,Работа,Не печатает,L1,Анна,Борис
A1,01.02.2026 10:07,Анна,Работа,Печатает криво,L1,Анна,Борис
A1,01.02.2026 12:00,Анна,Решена,Печатает,L1,Анна,Борис
"""


@pytest.fixture
def bring(desk: Desk, tmp_path: Path) -> Bring:
    """`bring(rows)` imports CSV rows."""
    return writer(desk, tmp_path)


def test_a_row_is_an_event_when_a_watched_value_differs_from_the_row_before(bring: Bring, desk: Desk) -> None:
    outcome = bring(ONE)
    assert (outcome.code, outcome.told, outcome.counts["events"]) == (0, "", 3)
    ticket = tickets(desk)["A1"]
    told = events_of(desk, ticket)
    assert [(e.type, e.state, e.occurred_at.hour, e.occurred_at.minute, e.origin) for e in told] == [
        ("ticket_opened", "new", 7, 0, "import"),
        ("ticket_moved", "in_progress", 7, 5, "import"),
        ("ticket_moved", "resolved", 9, 0, "import"),
    ]
    assert (ticket.title, ticket.outcome, ticket.version) == ("Печатает", "solved", 3)
    assert ticket.opened_at == datetime(2026, 2, 1, 7, 0, tzinfo=UTC)
    assert ticket.taken_at == datetime(2026, 2, 1, 7, 5, tzinfo=UTC)
    assert ticket.resolved_at == datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


def test_rows_count_by_time_whatever_their_order_in_the_file(bring: Bring, desk: Desk) -> None:
    lines = ONE.splitlines(keepends=True)
    assert bring("".join([lines[3], lines[0], lines[2], lines[1]])).code == 0
    assert [e.state for e in events_of(desk, tickets(desk)["A1"])] == ["new", "in_progress", "resolved"]


def test_a_second_run_adds_nothing_and_a_longer_log_appends(bring: Bring, desk: Desk) -> None:
    lines = ONE.splitlines(keepends=True)
    assert bring("".join(lines[:2])).counts["created"] == 1
    longer = bring(ONE)
    assert (longer.counts["updated"], longer.counts["events"]) == (1, 1)
    before = rows_of(desk), rows_of(desk, Team)
    again = bring(ONE)
    assert again.counts == {"created": 0, "updated": 0, "unchanged": 1, "refused": 0, "events": 0}
    assert (rows_of(desk), rows_of(desk, Team)) == before
    assert len(events_of(desk, tickets(desk)["A1"])) == 3


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (lambda text: text.replace("Работа", "Новая"), "Its past differs"),
        (lambda text: "".join(text.splitlines(keepends=True)[:1]), "It has fewer events"),
    ],
)
def test_a_past_that_differs_is_refused(bring: Bring, desk: Desk, changed: Callable[[str], str], reason: str) -> None:
    bring(ONE)
    told = bring(changed(ONE))
    assert (told.code, told.counts["refused"]) == (1, 1)
    assert reason in told.told
    assert "line 2 (A1)" in told.told
    assert len(events_of(desk, tickets(desk)["A1"])) == 3


def test_nothing_is_added_to_a_ticket_that_was_changed_here(bring: Bring, desk: Desk) -> None:
    bring("".join(ONE.splitlines(keepends=True)[:2]))
    with desk.unit_of_work(TESTER) as uow:
        change_ticket(uow, number=tickets(desk)["A1"].id, changes={"title": "Наше"})
    assert "changed here" in bring(ONE).told
    assert tickets(desk)["A1"].title == "Наше"


GOOD = "B1,01.02.2026 10:00,,Новая,Good,L1,,\n"
BAD_LINES = {
    "half row": ("A1,01.02.2026 11:00,,Нов", 'The row has 4 cells, the heading 8.'),
    "too many cells": ("A1,01.02.2026 11:00,,Новая,t,L1,,,x,y", "The row has 10 cells"),
    "unknown date": ("A1,2026-02-01,,Новая,t,L1,,", "at: 2026-02-01 is no date in: %d.%m.%Y %H:%M."),
    "no date": ("A1,?,,Новая,t,L1,,", "at:  is no date"),
    "year of another age": ("A1,01.02.0026 10:00,,Новая,t,L1,,", "is no date"),
    "unknown state": ("A1,01.02.2026 11:00,,Странная,t,L1,,", "values.state: Странная does not stand in the table"),
    "NUL": ("A1,01.02.2026 11:00,,Новая,a\0b,L1,,", "values.title: Control characters"),
    "long title": (f"A1,01.02.2026 11:00,,Новая,{'x' * 301},L1,,", "title: 1 to 300 characters"),
    "huge cell": (f"A1,01.02.2026 11:00,,Новая,{'x' * 140_000},L1,,", "field larger than field limit"),
    "long name": (f"A1,01.02.2026 11:00,,Новая,t,{'x' * 151},,", "values.team: A name has 150 characters"),
    "long number": (f"{'N' * 121},01.02.2026 11:00,,Новая,t,L1,,", "external_id: 1 to 120 characters"),
    "no number": (",01.02.2026 11:00,,Новая,t,L1,,", "The row names no ticket."),
    "open quote": ('A1,01.02.2026 11:00,,Новая,"t,L1,,', "This is no row of a CSV file"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_row_is_refused_with_its_line_and_the_rest_comes_in(bring: Bring, desk: Desk, name: str) -> None:
    line, reason = BAD_LINES[name]
    people, groups = rows_of(desk), rows_of(desk, Team)
    outcome = bring(GOOD + line + "\n")
    assert reason in outcome.told, outcome.told
    assert "line 3" in outcome.told
    assert (outcome.code, outcome.counts["created"], outcome.counts["refused"]) == (1, 1, 1)
    assert list(tickets(desk)) == ["B1"]
    assert (rows_of(desk), rows_of(desk, Team)) == (people, groups), "L1 was there; nobody was made for a refused row"


def test_one_bad_row_refuses_its_whole_ticket(bring: Bring, desk: Desk) -> None:
    outcome = bring(ONE + "A1,01.02.2026 13:00,,Никакая,t,L1,,\n")
    assert (outcome.code, outcome.counts["refused"], outcome.counts["events"]) == (1, 1, 0)
    assert tickets(desk) == {}


def _zip_bomb() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (40 << 20))
    return target.getvalue()


def _formula() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEAD.strip().split(","))
    book.active.append(["A1", datetime(2026, 2, 1, 10), "", "Новая", '=HYPERLINK("http://x")', "L1", "", ""])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _entities() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "lol">]><a>&b;</a>')
    return target.getvalue()


BAD_FILES: dict[str, tuple[str, bytes, str, int]] = {
    "empty": ("a.csv", b"", "file: The file is empty.", 2),
    "other columns": ("a.csv", b"id;at;state\n1;2;3\n", "id: The file has no column id", 2),
    "cp1251": ("a.csv", HEAD.encode() + ONE.encode("cp1251"), "Bytes that are not of the encoding", 1),
    "broken gzip": ("a.csv.gz", gzip.compress((HEAD + ONE).encode())[:-20], "The gzip file is damaged", 2),
    "gzip bomb": ("a.csv.gz", gzip.compress(HEAD.encode() + b"x" * (40 << 20)), "Unpacked, the file is larger", 2),
    "no xlsx": ("a.xlsx", b"no zip at all", "This is no XLSX file", 2),
    "empty zip": ("a.xlsx", b"PK\x05\x06" + bytes(18), "This is no XLSX file", 2),
    "xlsx bomb": ("a.xlsx", _zip_bomb(), "Unpacked, the file is larger", 2),
    "entities": ("a.xlsx", _entities(), "declares entities of its own", 2),
    "formula": ("a.xlsx", _formula(), "Cell E2 holds a formula", 1),
    "column twice": ("a.csv", HEAD.replace("by", "id").encode(), "The file has the column id twice", 2),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_in_a_sentence(bring: Bring, desk: Desk, name: str) -> None:
    file, content, reason, code = BAD_FILES[name]
    outcome = bring(content, name=file)
    assert reason in outcome.told, outcome.told
    assert (outcome.code, outcome.counts["created"]) == (code, 0)
    assert tickets(desk) == {}


def test_a_folder_or_a_missing_file_is_refused(desk: Desk, tmp_path: Path) -> None:
    assert "is no file" in run_import(desk, "tickets", tmp_path, mapping="servicenow").told
    assert "There is no file" in run_import(desk, "tickets", tmp_path / "gone.csv", mapping="servicenow").told
    assert "can be imported" in run_import(desk, "ghosts", tmp_path, mapping="servicenow").told


BAD_MAPPINGS: dict[str, tuple[Callable[[str], str], str]] = {
    "misspelt key": (lambda y: y.replace("missing:", "mising:"), "mising: There is no such key; missing?"),
    "misspelt inner key": (
        lambda y: y.replace("{from: state,", "{form: state,"),
        "values.state.form: There is no such key; from?",
    ),
    "no source": (lambda y: y.replace("source: other\n", ""), "source: Missing data"),
    "unknown kind": (lambda y: y.replace("kind: incident", "kind: riddle"), "kind: There is no type riddle"),
    "unknown value": (lambda y: y + "  colour: title\n", "values.colour: There is no value colour"),
    "unknown column": (
        lambda y: y.replace("title: title", "title: titel"),
        "values.title.from: The file has no column",
    ),
    "unknown code": (
        lambda y: y.replace("Решена: resolved", "Решена: done"),
        "values.state.values.Решена: done is not",
    ),
    "unknown zone": (lambda y: y.replace("Europe/Moscow", "Moscow/Europe"), "zone: Moscow/Europe is no zone"),
    "no date format": (lambda y: y.replace("%d.%m.%Y %H:%M", "%d.%Q"), "dates: %d.%Q is no format"),
    "watch what is not mapped": (lambda y: y + "watch: [priority]\n", "watch: priority stands not"),
    "key twice": (lambda y: y + "zone: UTC\n", "the key zone stands here twice"),
    "no YAML": (lambda y: "a: [1", "is no YAML: line"),
    "a list": (lambda y: "- a\n", "The mapping is no table"),
    "recursive": (lambda y: "a: &a [*a]\n", "anchors are not used here"),
    "a billion": (lambda y: "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "line 2, column 11: anchors are not used"),
    "a tag": (lambda y: "a: !!python/object/apply:os.system [x]\n", "a: There is no such key"),
    "deep": (lambda y: "[" * 50_000, "is no YAML"),
    "no encoding": (lambda y: y + "file: {encoding: klingon}\n", "file.encoding: There is no encoding klingon"),
    "no text encoding": (lambda y: y + "file: {encoding: hex}\n", "file.encoding: There is no encoding hex"),
}


@pytest.mark.parametrize("name", BAD_MAPPINGS)
def test_a_wrong_mapping_names_the_key_and_its_place(bring: Bring, desk: Desk, name: str) -> None:
    change, reason = BAD_MAPPINGS[name]
    outcome = bring(ONE, mapping=change(LOG))
    assert reason in outcome.told, outcome.told
    assert outcome.code == 2
    assert tickets(desk) == {}


def test_comments_notes_and_files_come_with_the_row_where_they_are_new(
    bring: Bring, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "files" / "sub").mkdir(parents=True)
    (tmp_path / "files" / "sub" / "кот.pdf").write_bytes(b"%PDF")
    mapping = LOG + "comments: [{from: said, public: true}, noted]\nfiles: [attached]\n"
    head = HEAD.strip() + ",said,noted,attached\n"
    rows = """\
A1,01.02.2026 10:00,Анна,Новая,t,L1,?,?,Здравствуйте!,,
A1,01.02.2026 10:05,Анна,Новая,t,L1,?,?,Здравствуйте!,"для своих
в две строки",sub/кот.pdf
A1,01.02.2026 10:06,Анна,Новая,t,L1,?,?,Готово,"для своих
в две строки",sub/кот.pdf
"""
    outcome = bring((head + rows).encode(), mapping=mapping, files=tmp_path / "files")
    assert (outcome.told, outcome.counts["events"]) == ("", 5)
    with desk.unit_of_work(TESTER, write=False) as uow:
        said = [(c.public, c.body, c.author) for c in uow.session.scalars(select(Comment).order_by(Comment.id))]
        attached = uow.session.scalars(select(Attachment)).one()
        assert desk.files.path(attached.sha256).read_bytes() == b"%PDF"
    assert said == [
        (True, "Здравствуйте!", "Анна"), (False, "для своих\nв две строки", "Анна"), (True, "Готово", "Анна"),
    ]  # fmt: skip
    assert (attached.name, attached.public) == ("кот.pdf", False)
    again = bring((head + rows).encode(), mapping=mapping, files=tmp_path / "files")
    assert again.counts["unchanged"] == 1


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/hostname", "link.txt", "gone.txt", ".", "sub/../../secret.txt"]
)
def test_a_file_outside_the_folder_is_never_taken(bring: Bring, desk: Desk, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    content = (HEAD.strip() + f",attached\nA1,01.02.2026 10:00,Анна,Новая,t,L1,?,?,{path}\n").encode()
    outcome = bring(content, mapping=LOG + "files: [attached]\n", files=folder)
    assert (outcome.code, outcome.counts["refused"]) == (1, 1)
    assert "files:" in outcome.told
    assert (tickets(desk), rows_of(desk, StoredFile)) == ({}, 0)


def test_people_are_found_by_name_made_once_or_refused_by_policy(bring: Bring, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        boris = add_person(uow, name="Борис").id
        add_person(uow, name="Анна")
        add_person(uow, name="анна")
    row = "A{},01.02.2026 10:00,,Новая,t,Первая линия,{},{}\n"
    outcome = bring(row.format(1, "", "борис") + row.format(2, "Анна", "") + row.format(3, "Вера", "Борис"))
    assert outcome.counts["created"] == 2
    assert "There are several with the name Анна" in outcome.told
    found = tickets(desk)
    assert found["A1"].requested_for_id == found["A3"].requested_for_id == boris
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Person, found["A3"].assignee_id).name == "Вера"
    strict = bring(row.format(9, "Незнакомец", ""), mapping=LOG + "strangers: refuse\n")
    assert "values.assignee: There is no person Незнакомец here." in strict.told
    lax = bring(row.format(9, "Незнакомец", ""), mapping=LOG + "strangers: empty\n")
    assert (lax.code, tickets(desk)["A9"].assignee_id) == (0, None)


def test_a_dry_run_reports_and_changes_nothing(bring: Bring, desk: Desk) -> None:
    people = rows_of(desk)
    outcome = bring(ONE, dry_run=True)
    assert outcome.counts == {"created": 1, "updated": 0, "unchanged": 0, "refused": 0, "events": 3}
    assert (tickets(desk), rows_of(desk)) == ({}, people)
    assert bring(ONE).counts["created"] == 1


def test_only_activated_tickets_start_their_timers(
    bring: Bring, desk: Desk, work: Callable[[], int], clock: Clock
) -> None:
    clock.now = datetime(2026, 2, 1, 12, tzinfo=UTC)
    bring(ONE)
    clock.forward(days=5)
    assert work() == 0
    assert tickets(desk)["A1"].state == "resolved"
    clock.now = datetime(2026, 2, 2, 12, tzinfo=UTC)
    assert bring(ONE, activate=True).counts["unchanged"] == 1
    work()
    assert tickets(desk)["A1"].state == "resolved", "two days are not over"
    clock.forward(days=2)
    work()
    assert tickets(desk)["A1"].state == "closed"
    assert [e.type for e in events_of(desk, tickets(desk)["A1"])][3:] == ["ticket_activated", "ticket_moved"]


def test_activating_twice_is_activating_once(bring: Bring, desk: Desk) -> None:
    bring(ONE, activate=True)
    bring(ONE, activate=True)
    assert [e.type for e in events_of(desk, tickets(desk)["A1"])].count("ticket_activated") == 1


def test_an_imported_ticket_lives_on_like_any_other(bring: Bring, desk: Desk, work: Callable[[], int]) -> None:
    bring(ONE)
    number = tickets(desk)["A1"].id
    with desk.unit_of_work(TESTER) as uow:
        move_ticket(uow, number=number, transition="reopen")
    assert tickets(desk)["A1"].resolved_at is None
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(StreamHead, ("ticket", number)).seq == 4


def test_tickets_of_one_number_from_two_sources_are_two(bring: Bring, desk: Desk) -> None:
    bring(ONE)
    assert bring(ONE, mapping=LOG.replace("source: other", "source: another")).counts["created"] == 1
    assert rows_of(desk, Ticket) == 2


SHEET = """\
source: excel
kind: incident
mode: row_per_ticket
file: {sheet: Заявки}
missing: ["", "—"]
zone: Asia/Yekaterinburg
dates: ["%d.%m.%y"]
id: №
steps:
  - {at: Открыта, state: new}
  - {at: Решена, state: resolved, by: Кто решил}
  - {at: Закрыта, state: closed}
comments: [{from: Переписка, public: true, at: Решена}]
values:
  title: {from: [Тема, Где], join: ", "}
  priority: {from: Важность, values: {срочно: 1, обычно: 3}, default: 4}
  team: {from: Отдел, step: resolved}
  topic: {from: Раздел, values: {Печать: hardware.printer}}
  incidents.resolution_code: {from: Итог, values: {починили: fixed}, default: "", step: resolved}
"""
COLUMNS = [
    "№", "Тема", "Где", "Важность", "Отдел", "Раздел", "Итог", "Открыта", "Решена", "Закрыта", "Кто решил", "Переписка",
]  # fmt: skip


def test_a_sheet_with_one_row_per_ticket_needs_nothing_but_yaml(bring: Bring, desk: Desk) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Заявки")
    opened, solved, closed = datetime(2026, 1, 5, 9), datetime(2026, 1, 6, 9, 30), datetime(2026, 1, 8, 9)
    rows: list[list[Any]] = [
        COLUMNS,
        [17, "Принтер", "каб. 5", "срочно", "АХО", "Печать", "починили", opened, solved, closed, "Олег", "Готово"],
        [18, "Мышь", "—", "ерунда", None, None, None, "05.01.26", None, None, None, None],
        [19, "Стул", "—", "обычно", None, None, None, solved, opened, None, None, None],
    ]
    for row in rows:
        sheet.append(row)
    target = BytesIO()
    book.save(target)
    outcome = bring(target.getvalue(), name="заявки.xlsx", mapping=SHEET)
    assert (outcome.counts["created"], outcome.counts["refused"], outcome.counts["events"]) == (2, 1, 5)
    assert "line 4 (19): steps: The dates are not in the order of the steps" in outcome.told
    found = tickets(desk)
    one, two = found["17"], found["18"]
    assert (one.title, one.priority, one.topic, one.state) == ("Принтер, каб. 5", 1, "hardware.printer", "closed")
    assert one.fields == {"incidents.resolution_code": "fixed"}
    assert (one.opened_at, one.closed_at) == (
        datetime(2026, 1, 5, 4, tzinfo=UTC), datetime(2026, 1, 8, 4, tzinfo=UTC),
    )  # fmt: skip
    assert [(e.type, e.state, e.team_id is None) for e in events_of(desk, one)] == [
        ("ticket_opened", "new", True), ("ticket_moved", "resolved", False), ("comment_added", "resolved", False),
        ("ticket_moved", "closed", False),
    ]  # fmt: skip
    assert (two.title, two.priority, two.state) == ("Мышь", 4, "new")
    assert bring(target.getvalue(), name="заявки.xlsx", mapping=SHEET).counts["unchanged"] == 2
