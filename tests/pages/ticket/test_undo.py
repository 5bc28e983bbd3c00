"""Undo: one's own newest act is taken back by an act of its own, while what it made is still so."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.tickets.verbs import open_ticket
from tests.fixtures import Clock, Sample
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]


@pytest.fixture
def page(as_: Any, sample: Sample) -> str:
    """The page of an incident of the first line."""
    with as_("second") as uow:
        ticket = open_ticket(uow, kind="incident", title="Принтер", team=sample.teams["l1"].id)
    return f"/tickets/{ticket.id}"


def undo(visitor: Visitor, page: str) -> Any:
    """Press the button at the newest act."""
    return visitor.submit(page, f"{page}/undo")


def test_a_changed_value_is_taken_back_with_an_event_of_its_own(signed_in: SignedIn, page: str, api: Any) -> None:
    agent = signed_in("agent")
    agent.submit(f"{page}?edit=title", f"{page}/values/title", {"title": "Сканер"})
    assert undo(agent, page).status_code == 302
    assert api("agent", "GET", page).json["title"] == "Принтер"
    last = api("agent", "GET", f"{page}/events").json["items"][-1]
    assert (last["type"], last["texts"]["title"]) == ("ticket_changed", ["Сканер", "Принтер"])
    assert undo(agent, page).status_code == 302
    assert api("agent", "GET", page).json["title"] == "Сканер"


def test_taking_a_ticket_its_step_and_its_tag_are_taken_back(signed_in: SignedIn, page: str, api: Any) -> None:
    agent = signed_in("agent")
    agent.submit(page, f"{page}/claim")
    undo(agent, page)
    assert api("agent", "GET", page).json["assignee"] is None
    agent.submit(page, f"{page}/claim")
    agent.submit(page, f"{page}/moves/take")
    assert "ticket_taken" in [event["type"] for event in api("agent", "GET", f"{page}/events").json["items"]]
    agent.submit(page, f"{page}/tags", {"tag": "срочно"})
    undo(agent, page)
    assert "срочно" not in agent.get(page).text.split('class="side"')[1]


def test_a_priority_goes_back_to_the_rules(signed_in: SignedIn, page: str, api: Any) -> None:
    agent, before = signed_in("agent"), api("agent", "GET", page).json
    agent.submit(f"{page}?edit=priority", f"{page}/values/priority", {"priority": "1"})
    undo(agent, page)
    after = api("agent", "GET", page).json
    assert (after["priority"], after["priority_pinned"]) == (before["priority"], False)


def test_what_others_did_and_what_came_after_is_not_undone(
    signed_in: SignedIn, page: str, api: Any, clock: Clock
) -> None:
    agent, second = signed_in("agent"), signed_in("second")
    agent.submit(f"{page}?edit=title", f"{page}/values/title", {"title": "Сканер"})
    event = agent.get(page).text.split('name="event" value="')[1].split('"')[0]
    assert second.post(f"{page}/undo", {"event": event}).status_code == 409
    second.submit(f"{page}?edit=title", f"{page}/values/title", {"title": "Телефон"})
    late = agent.post(f"{page}/undo", {"event": event})
    assert late.status_code == 409
    assert "cannot be undone any more" in late.text
    assert f"{page}/undo" not in agent.get(page).text
    assert api("agent", "GET", page).json["title"] == "Телефон"
    clock.forward(hours=2)
    assert f"{page}/undo" not in second.get(page).text
    assert signed_in("requester").post(f"{page}/undo", {"event": event}).status_code == 403
