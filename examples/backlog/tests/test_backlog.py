"""Counted at night, once, and shown to heads."""

from collections.abc import Callable
from typing import Any

from itsm.plugins import UnitOfWork
from itsm.plugins.testing import TESTER, Clock, Sample, Visitor
from itsm_backlog import verbs


def test_a_night_is_counted_once_however_often_the_job_comes(
    new_ticket: Callable[..., int],
    run_schedule: Callable[[str], int],
    uow: UnitOfWork,
    desk: Any,
    clock: Clock,
    sample: Sample,
) -> None:
    new_ticket("Printer", team=sample.teams["l1"].id)
    new_ticket("Scanner")
    for _ in range(2):
        run_schedule("backlog.nightly")
    (night,) = verbs.nights(uow)
    assert (night.total, sorted(label["en"] for label, _ in night.groups)) == (2, ["First line", "no group"])
    clock.forward(days=1)
    new_ticket("Fax")
    run_schedule("backlog.nightly")
    with desk.unit_of_work(TESTER, write=False) as later:
        assert [night.total for night in verbs.nights(later)] == [3, 2]


def test_the_page_and_the_api_are_for_heads(
    new_ticket: Callable[..., int],
    run_schedule: Callable[[str], int],
    signed_in: Callable[[str], Visitor],
    api: Callable[..., Any],
) -> None:
    new_ticket("Printer")
    assert "Nothing was counted yet" in signed_in("head").get("/p/backlog/").text
    run_schedule("backlog.nightly")
    assert "no group 1" in signed_in("head").get("/p/backlog/").text
    assert api("head", "GET", "/backlog/nights").json == {
        "items": [{"night": "2026-03-02T00:00:00.000000Z", "tickets": 1}]
    }
    assert api("agent", "GET", "/backlog/nights").status_code == 403


def test_the_last_night_stands_on_the_home_of_heads(
    new_ticket: Callable[..., int], run_schedule: Callable[[str], int], signed_in: Callable[[str], Visitor]
) -> None:
    new_ticket("Printer")
    assert "panel-backlog-last" not in signed_in("head").get("/my").text, "nothing was counted yet"
    run_schedule("backlog.nightly")
    panel = signed_in("head").get("/my").text.split('id="panel-backlog-last"')[1].split("</section>")[0]
    assert "<dt>no group</dt><dd" in panel
    assert "panel-backlog-last" not in signed_in("agent").get("/my").text
