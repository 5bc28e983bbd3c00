"""Where people have taken a hand in the incident, the machine proposes what takes something away, and they decide."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.plugins.testing import Visitor

Send = Callable[..., Any]


def alert(**more: Any) -> dict[str, Any]:
    return {"key": "db1/disk", "title": "Диск полон", "severity": "error", **more}


@pytest.fixture
def claimed(send: Send, api: Any) -> tuple[str, int]:
    """(name of the alert, number of its incident), which somebody has claimed."""
    name = send("generic", alert())["id"]
    number = api("admin", "GET", f"/alerts/{name}").json["number"]
    assert api("agent", "POST", f"/tickets/{number}/claim").status_code == 200
    return name, number


def ticket(api: Any, number: int) -> Any:
    return api("admin", "GET", f"/tickets/{number}").json


def page(visitor: Visitor, number: int) -> str:
    return visitor.get(f"/tickets/{number}").text


def test_an_end_is_proposed_and_one_key_accepts_it(
    claimed: tuple[str, int], send: Send, api: Any, signed_in: Callable[[str], Visitor]
) -> None:
    name, number = claimed
    send("generic", alert(status="resolved"))
    assert ticket(api, number)["state"] != "resolved"
    agent = signed_in("agent")
    assert "It has ended by itself." in page(agent, number)
    answer = agent.submit(f"/tickets/{number}", f"/p/monitoring/proposals/{name}", {"accept": "true"})
    assert answer.status_code == 302, answer.text
    done = ticket(api, number)
    assert (done["state"], done["fields"]["incidents.resolution_code"]) == ("resolved", "recovered")
    assert done["fields"]["incidents.problem"] == "Диск полон"
    assert "It has ended by itself." not in page(agent, number).split("timeline")[0]


def test_what_is_declined_stays_as_it_is_and_is_asked_once(
    claimed: tuple[str, int], send: Send, api: Any, signed_in: Callable[[str], Visitor]
) -> None:
    name, number = claimed
    send("generic", alert(severity="warning"))
    assert ticket(api, number)["fields"]["monitoring.severity"] == "error"
    agent = signed_in("agent")
    agent.submit(f"/tickets/{number}", f"/p/monitoring/proposals/{name}", {"accept": "false"})
    assert ticket(api, number)["fields"]["monitoring.severity"] == "error"
    again = agent.post(f"/p/monitoring/proposals/{name}", {"accept": "true"})
    assert again.status_code == 409


def test_what_raises_is_done_at_once_and_takes_the_question_back(
    claimed: tuple[str, int], send: Send, api: Any, signed_in: Callable[[str], Visitor]
) -> None:
    name, number = claimed
    send("generic", alert(status="resolved"))
    send("generic", alert(severity="critical"))
    assert ticket(api, number)["state"] == "in_progress" or ticket(api, number)["assignee"]
    refused = signed_in("agent").post(f"/p/monitoring/proposals/{name}", {"accept": "true"})
    assert refused.status_code == 409


def test_an_address_that_is_no_web_address_never_becomes_a_link(send: Send, api: Any, signed_in: Any) -> None:
    name = send("generic", alert(url="javascript:alert(1)"))["id"]
    number = api("admin", "GET", f"/alerts/{name}").json["number"]
    assert "javascript:alert" not in page(signed_in("agent"), number)
