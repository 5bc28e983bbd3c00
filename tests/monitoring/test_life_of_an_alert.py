"""An alert becomes an incident, once; its repeats are counted, its end resolves it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from itsm.core.intake.models import Intake
from itsm.plugins import UnitOfWork
from itsm.plugins.testing import Clock, Visitor
from tests.monitoring.recorded import recorded

Send = Callable[..., Any]


def alert(**more: Any) -> dict[str, Any]:
    return {"key": "db1/disk", "title": "Диск полон", "severity": "error", "labels": {"host": "db1"}, **more}


@pytest.fixture
def state(api: Any) -> Callable[[int], str]:
    """The state of a ticket."""
    return lambda number: api("admin", "GET", f"/tickets/{number}").json["state"]


def outcomes(uow: UnitOfWork) -> dict[str | None, int]:
    counted = select(Intake.outcome, func.count()).where(Intake.source.startswith("alerts:")).group_by(Intake.outcome)
    return {outcome: number for outcome, number in uow.session.execute(counted)}


def test_an_alert_opens_an_incident_once_and_its_end_resolves_it(
    send: Send, api: Any, state: Callable[[int], str], uow: UnitOfWork
) -> None:
    told = send("generic", alert(event="1"))
    assert told == {"id": told["id"], "items": [{"index": 0, "id": told["id"]}]}
    known = api("admin", "GET", f"/alerts/{told['id']}").json
    number = known["number"]
    ticket = api("admin", "GET", f"/tickets/{number}").json
    assert (ticket["title"], ticket["source"]) == ("Диск полон", "alert")
    assert (ticket["fields"]["monitoring.severity"], ticket["priority"]) == ("error", 2)
    again = send("generic", alert(event="2"))
    assert again["items"] == [{"index": 0, "id": told["id"], "number": number}]
    send("generic", alert(event="2"))
    send("generic", alert(event="3", severity="critical"))
    known = api("admin", "GET", f"/alerts/{told['id']}").json
    assert (known["messages"], known["repeats"], known["severity"]) == (3, 1, "critical")
    raised = api("admin", "GET", f"/tickets/{number}").json
    assert (raised["fields"]["monitoring.severity"], raised["priority"]) == ("critical", 1)
    send("generic", alert(status="resolved"))
    assert state(number) == "resolved"
    assert outcomes(uow) == {"opened": 1, "added": 3, "duplicate": 1}


def test_it_comes_back_within_the_hour_and_is_another_incident_later(
    send: Send, api: Any, state: Callable[[int], str], clock: Clock
) -> None:
    name = send("generic", alert())["id"]
    first = api("admin", "GET", f"/alerts/{name}").json["number"]
    send("generic", alert(status="resolved"))
    clock.forward(minutes=30)
    send("generic", alert())
    assert state(first) == "in_progress"
    send("generic", alert(status="resolved"))
    clock.forward(minutes=61)
    send("generic", alert())
    assert api("admin", "GET", f"/alerts/{name}").json["number"] > first
    assert state(first) == "resolved"


def test_one_bad_alert_in_an_array_is_refused_by_its_index_and_not_its_neighbours(send: Send, uow: UnitOfWork) -> None:
    told = send("generic", [alert(), {"title": "no key"}, alert(key="db2/disk")])
    assert [sorted(item) for item in told["items"]] == [["id", "index"], ["index", "refused"], ["id", "index"]]
    assert outcomes(uow) == {"opened": 2, "refused": 1}


@pytest.mark.parametrize(
    ("source", "body", "content_type", "status"),
    [
        ("nagiosx", b"{}", "application/json", 404), ("generic", b"{", "application/json", 400),
        ("generic", b"[]", "application/json", 422), ("generic", b"{}", "application/json", 422),
        ("nagios", b"host=x", "application/x-www-form-urlencoded", 422), ("zabbix", b"\xff", "text/plain", 400),
        ("alertmanager", b'{"alerts": 7}', "application/json", 422),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_whole(
    api: Any, uow: UnitOfWork, source: str, body: bytes, content_type: str, status: int
) -> None:
    answer = api("admin", "POST", f"/alerts/{source}", data=body, content_type=content_type)
    assert answer.status_code == status, answer.text
    assert "waiting" not in outcomes(uow)


def test_who_may_not_send_is_refused(api: Any) -> None:
    assert api(None, "POST", "/alerts/generic", json=alert()).status_code == 401
    assert api("agent", "POST", "/alerts/generic", json=alert()).status_code == 403


@pytest.mark.parametrize(
    ("source", "file", "opened"),
    [
        ("nagios", "nagios-4.4.6-recorded.jsonl", 1), ("icinga", "icinga2-2.13.6-recorded.jsonl", 2),
        ("zabbix", "zabbix-6.0.14-webhook-recorded.jsonl", 1), ("monit", "monit-5.33.0-recorded.jsonl", 1),
    ],
)  # fmt: skip
def test_what_real_senders_sent_opens_and_resolves(
    api: Any, work: Any, clock: Clock, uow: UnitOfWork, data_dir: Path, source: str, file: str, opened: int
) -> None:
    for one in recorded(data_dir / "alerts" / file):
        answer = api("admin", "POST", f"/alerts/{source}", data=one.body, content_type=one.headers["content-type"])
        assert answer.status_code == 202, answer.text
        clock.forward(seconds=10)
        work()
    assert outcomes(uow)["opened"] == opened
    assert "refused" not in outcomes(uow)
    assert api("admin", "GET", "/tickets/count?state_category=unfinished").json == {"count": 0}


def test_a_group_of_eleven_thousand_alerts_is_taken_in_one_request(api: Any, uow: UnitOfWork, data_dir: Path) -> None:
    largest = max(
        recorded(data_dir / "alerts" / "alertmanager-0.25.0-big-groups.jsonl.gz"), key=lambda one: len(one.body)
    )
    answer = api("admin", "POST", "/alerts/alertmanager", data=largest.body, content_type="application/json")
    assert answer.status_code == 202, answer.text[:300]
    assert len(answer.json["items"]) >= 11_000
    assert outcomes(uow) == {None: len(answer.json["items"])}


def test_the_page_tells_what_came_from_where_and_how_it_ended(send: Send, signed_in: Callable[[str], Visitor]) -> None:
    send("generic", [alert(), {"title": "no key"}])
    page = signed_in("agent").get("/p/monitoring/").text
    assert "Диск полон" in page
    assert "Nothing here tells this trouble from others." in page
    assert signed_in("requester").get("/p/monitoring/").status_code == 403
