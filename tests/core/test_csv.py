"""Lists as CSV files: what is seen is what is exported, and no cell is a formula."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from itsm.core.tables import BOM, csv_lines, inert
from itsm.plugins.testing import World
from itsm.plugins.testing.visitors import Visitor

CALCULATES = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
HOSTILE = [
    "=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", '"=1', "\u00a0=1", "\ufeff=1",
    "a;=1+1", "a,@x", "a\n=1", "a\t=1", "＝1", '";=1', "\x00=1",
]  # fmt: skip


@given(st.text(alphabet=st.sampled_from("=+-@,;\t\r\n|'\" a1\u00a0\u200b\ufeff＝"), max_size=12))
@example("=1")
@example('";=1')
def test_no_reader_of_either_separator_finds_a_formula(text: str) -> None:
    for separator in ",;":
        line = "".join(csv_lines([[text]], separator)).removeprefix(BOM)
        for assumed in ",;":
            for row in csv.reader(io.StringIO(line, newline=""), delimiter=assumed):
                for cell in row:
                    begins = cell.lstrip(' \u00a0\u200b\ufeff"\r\n')
                    number = begins.removeprefix("-").replace(".", "").replace(",", "").isdigit()
                    assert number or not begins.startswith(CALCULATES), (text, line, cell)


@pytest.mark.parametrize("text", ["-5", "-5.25", "12,5", "Принтер", "a - b", "e=mc2", "2026-03-02 09:00", "", "О'Нил"])
def test_numbers_and_plain_words_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


def _rows(answer: Any, delimiter: str = ",") -> list[list[str]]:
    text = answer.data.decode()
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=delimiter))


def test_the_file_holds_what_the_list_shows_and_is_inert(
    signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int], sample: Any
) -> None:
    numbers = [new_ticket(text.replace("\n", " ").replace("\r", " ").replace("\t", " ").replace("\x00", " "),
                          team=sample.teams["l1"].id) for text in HOSTILE]  # fmt: skip
    new_ticket("elsewhere", team=sample.teams["l2"].id)
    answer = signed_in("agent").get(f"/tickets.csv?team={sample.teams['l1'].id}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tickets.csv"'
    header, *rows = _rows(answer)
    assert header[:5] == ["Number", "Type", "Subject", "Status", "Priority"]
    assert [int(row[0]) for row in rows] == sorted(numbers, reverse=True)
    assert not [row for row in rows for cell in row if cell.startswith(CALCULATES)]
    assert {row[header.index("Group")] for row in rows} == {"First line"}
    assert {row[header.index("Registered")] for row in rows} == {"2026-03-02 09:00"}


def test_a_requester_gets_their_own_and_nothing_internal(
    signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int]
) -> None:
    mine, _ = new_ticket("mine", by="requester"), new_ticket("theirs", by="stranger")
    requester = signed_in("requester")
    _, *rows = _rows(requester.get("/tickets.csv"))
    assert [row[0] for row in rows] == [str(mine)]
    for hidden in ("incomplete", "incidents.major"):
        assert requester.get(f"/tickets.csv?columns={hidden}").status_code == 422
    assert Visitor(requester.client.application.test_client()).get("/tickets.csv").status_code == 302


def test_columns_are_chosen_and_named_in_the_readers_language(
    signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int]
) -> None:
    new_ticket("Сбой", fields={"incidents.impact": "high"})
    agent = signed_in("agent")
    agent.post("/looks", {"language": "ru"})
    header, row = _rows(agent.get("/tickets.csv?columns=title&columns=incidents.impact,number"), ";")
    assert header[:2] == ["Номер", "Тема"]
    assert row[1] == "Сбой"
    assert agent.get("/tickets.csv?columns=nope").status_code == 422
    assert agent.get("/tickets.csv?team=x").status_code == 422


def test_a_list_of_many_pages_is_whole(
    world: World, signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int]
) -> None:
    numbers = [new_ticket(f"T{n}") for n in range(401)]
    _, *rows = _rows(signed_in("agent").get("/tickets.csv?columns=number"))
    assert [int(row[0]) for row in rows] == sorted(numbers, reverse=True)


def test_the_queue_offers_the_file_with_its_filters(
    signed_in: Callable[[str], Visitor], new_ticket: Callable[..., int]
) -> None:
    new_ticket("Принтер")
    saved = signed_in("agent").submit("/?q=принтер&open=file", "/tickets.csv", {"columns": ["number", "title"]})
    assert _rows(saved)[1][1] == "Принтер"
