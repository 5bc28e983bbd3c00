"""One act on many tickets: what is refused is told before, each ticket has its own event, a repeat does nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.tickets.verbs.lists.bulk import MOST
from tests.fixtures import Sample
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]
RESOLVED = {
    "incidents.problem": "Не печатает", "incidents.solution": "Заменён картридж", "incidents.resolution_code": "fixed",
}  # fmt: skip


def chosen(text: str) -> list[int]:
    """The tickets that the preview would act on."""
    return [int(number) for number in re.findall(r'name="number" value="(\d+)" checked', text)]


def events(api: Any, number: int) -> list[str]:
    """What happened to a ticket."""
    return [event["type"] for event in api("agent", "GET", f"/tickets/{number}/events").json["items"]]


def test_a_head_passes_twenty_tickets_on_and_sees_before_which_are_refused(
    signed_in: SignedIn, api: Any, opened: Callable[..., int], sample: Sample
) -> None:
    numbers = [opened(f"Обращение {place}") for place in range(20)]
    closed, there = opened("Closed"), opened("There", team=sample.teams["l2"].id)
    for step in ("resolve", "close"):
        fields = RESOLVED if step == "resolve" else {}
        body = {"transition": step, "fields": fields}
        assert api("agent", "POST", f"/tickets/{closed}/transitions", json=body).status_code == 200
    head = signed_in("head")
    values = {"number": [*numbers, closed, there], "act": "team", "team": str(sample.teams["l2"].id), "key": "k" * 12}
    seen = head.post("/tickets/bulk", {**values, "next": "/?sort=priority"})
    assert seen.status_code == 200
    assert chosen(seen.text) == numbers
    assert f"The ticket {closed} is closed." in seen.text
    assert "It is so already" in seen.text
    assert events(api, numbers[0]) == ["ticket_opened"]  # nothing is done before somebody says so
    again = {"number": [*chosen(seen.text), closed], "sure": "true", "reason": "Отпуск"}
    done = head.post("/tickets/bulk", {**values, **again, "next": "/?sort=priority"})
    assert (done.status_code, done.location) == (302, "/?sort=priority")
    page = head.get("/?sort=priority").text
    assert "Done for 20." in page
    assert f"#{closed}: The ticket {closed} is closed." in page
    for number in numbers:
        assert events(api, number) == ["ticket_opened", "ticket_changed"]
    assert api("agent", "GET", f"/tickets/{numbers[3]}").json["team"] == sample.teams["l2"].id
    history = api("agent", "GET", f"/tickets/{numbers[3]}/events").json["items"]
    assert "Отпуск" in str(history[-1])


def test_a_comment_sent_twice_stands_there_once(signed_in: SignedIn, api: Any, opened: Callable[..., int]) -> None:
    one, other = opened(), opened()
    values = {"number": [one, other], "act": "note", "body": "Сбой у провайдера", "key": "k" * 12, "sure": "true"}
    agent = signed_in("agent")
    agent.post("/tickets/bulk", {**values, "number": [one]})  # cut off after the first
    for _ in range(2):
        assert agent.post("/tickets/bulk", values).status_code == 302
    assert events(api, one) == events(api, other) == ["ticket_opened", "comment_added"]


def test_a_step_asks_once_for_what_all_of_them_lack(signed_in: SignedIn, api: Any, opened: Callable[..., int]) -> None:
    numbers = [opened(), opened()]
    agent = signed_in("agent")
    values = {"number": numbers, "act": "step", "step": "resolve", "key": "k" * 12}
    lacking = agent.post("/tickets/bulk", values)
    assert "It is refused for 2 tickets" in lacking.text
    assert 'id="bulk-f-incidents-solution"' in lacking.text
    seen = agent.post("/tickets/bulk", {**values, **RESOLVED, "sure": "false"})
    assert "It will be done for 2 tickets" in seen.text
    assert "Заменён картридж" in seen.text
    assert agent.post("/tickets/bulk", {**values, **RESOLVED, "sure": "true"}).status_code == 302
    assert [api("agent", "GET", f"/tickets/{number}").json["state"] for number in numbers] == ["resolved"] * 2


def test_what_cannot_be_seen_is_not_named_and_requesters_have_no_bulk(
    signed_in: SignedIn, opened: Callable[..., int]
) -> None:
    number = opened("Тайна")
    values = {"number": [number, 999_999], "act": "mine", "key": "k" * 12}
    for who in ("requester", "stranger"):
        assert signed_in(who).post("/tickets/bulk", values).status_code == 403
        assert 'id="bulk"' not in signed_in(who).get("/").text
    seen = signed_in("agent").post("/tickets/bulk", values)
    assert chosen(seen.text) == [number]
    assert "There is no ticket" in seen.text


BAD = (
    {"number": []}, {"number": ["x"]}, {"number": list(range(1, MOST + 2))}, {"act": "nonsense"}, {"act": "step"},
    {"act": "team", "team": "x"}, {"act": "tag", "tag": " "}, {"act": "note"}, {"act": "assignee", "assignee": "Никто"},
    {"act": "step", "step": "resolve", "title.from": "1"}, {"key": "short"}, {"reason": "\0"},
)  # fmt: skip


@pytest.mark.parametrize("wrong", BAD)
def test_a_wrong_form_changes_nothing_and_says_why(
    signed_in: SignedIn, api: Any, opened: Callable[..., int], wrong: dict[str, Any]
) -> None:
    number, agent = opened(), signed_in("agent")
    values = {"number": [number], "act": "mine", "key": "k" * 12, "sure": "true", "next": "//evil.example"}
    answer = agent.post("/tickets/bulk", {**values, **wrong})
    assert answer.status_code in (302, 400, 413, 422)
    if answer.status_code == 302:
        assert answer.location == "/"
        assert 'class="flash bad"' in agent.get("/").text
    assert events(api, number) == ["ticket_opened"]
