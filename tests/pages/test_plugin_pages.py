"""The pages of plugins: one plugin with its times, failures and jobs, and the failures of all of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from itsm.core.desk.models import PluginFault, PluginRow
from itsm.core.errors import Forbidden
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import list_calls
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.see.times import Tally
from itsm.plugins.machinery.see.verbs import (
    calls_of,
    faults_by_hook,
    faults_by_hour,
    hook_times,
    list_faults,
    write_times,
)
from itsm.plugins.machinery.switch import enable, quarantine
from itsm.plugins.testing import Visitor
from tests.fixtures import TESTER, Clock

SignedIn = Callable[[str], Visitor]


def fault(desk: Desk, plugin: str, hook: str, error: str, *, hours: float = 0) -> None:
    with desk.unit_of_work(TESTER) as uow:
        uow.session.add(PluginFault(plugin=plugin, hook=hook, at=uow.now - timedelta(hours=hours), error=error))


def test_the_page_of_a_plugin_shows_what_it_brings_its_times_failures_and_jobs(desk: Desk, signed_in: SignedIn) -> None:
    slow = Tally()
    slow.add(0.75)
    with desk.unit_of_work(TESTER) as uow:
        write_times(uow, {("incidents", "ticket_changing"): slow})
        uow.later("incidents.close", number=1, resolved_at="")
    fault(desk, "incidents", "ticket_badges", "Traceback\nKeyError: <b>bold</b>")
    page = signed_in("admin").get("/plugins/incidents").text
    for words in (
        "750", "KeyError: &lt;b&gt;bold&lt;/b&gt;", "<code>incidents.wait_over</code>", "<code>ticket:incidents.major",
        "<code>/p/incidents</code>", "<code>reply_effect</code>", "Waiting for their time</a> 1<",
    ):  # fmt: skip
        assert words in page, words
    assert "incidents.close" in signed_in("admin").get("/plugins/incidents", headers={"Accept-Language": "ru"}).text
    assert signed_in("admin").get("/plugins/core").status_code == 200
    assert signed_in("agent").get("/plugins/incidents").status_code == 403


def test_a_plugin_in_quarantine_shows_why_and_how_to_lift_it(desk: Desk, signed_in: SignedIn) -> None:
    with desk.unit_of_work(TESTER) as uow:
        quarantine_of_incidents(uow)
    admin = signed_in("admin")
    for page in (admin.get("/plugins/incidents").text, admin.get("/plugins").text):
        assert "In quarantine" in page
        assert "ticket_opening hung for 6 s" in page
        embedded = desk.database.dialect == "sqlite"
        assert ('action="/plugins/incidents/enable"' in page) == embedded
        assert ("itsm plugins enable incidents" in page) != embedded
    with desk.unit_of_work(TESTER) as uow:
        enable(uow, name="incidents")
        assert uow.session.get_one(PluginRow, "incidents").reason == ""


def test_a_button_owes_the_enabling_once_and_only_where_the_schema_may_be_changed(
    desk: Desk, signed_in: SignedIn
) -> None:
    with desk.unit_of_work(TESTER) as uow:
        quarantine_of_incidents(uow)
    admin = signed_in("admin")
    told = admin.post("/plugins/incidents/enable", follow_redirects=True).text
    with desk.unit_of_work(TESTER, write=False) as uow:
        owed = [call.args for call in list_calls(uow, state="due") if call.name == "machinery.enable"]
    if desk.database.dialect == "postgresql":
        assert "itsm plugins enable incidents" in told
        assert owed == []
        return
    assert owed == [{"plugin": "incidents"}]
    assert "It is being enabled." in told
    assert "is being enabled already" in admin.post("/plugins/incidents/enable", follow_redirects=True).text
    assert admin.post("/plugins/nonsense/enable").status_code == 404
    assert signed_in("agent").post("/plugins/incidents/enable").status_code == 403


def quarantine_of_incidents(uow: UnitOfWork) -> None:
    enable(uow, name="incidents")
    quarantine(uow, "incidents", "ticket_opening hung for 6 s and its process was ended")


def test_failures_are_filtered_counted_by_hour_and_paged(desk: Desk, signed_in: SignedIn, clock: Clock) -> None:
    for number in range(51):
        fault(desk, "gadget", "ticket_opening", f"ValueError: number {number}.", hours=1)
    fault(desk, "gadget", "ticket_badges", "KeyError: elsewhere")
    fault(desk, "other", "ticket_opening", "OSError: too old for the hours", hours=30)
    admin = signed_in("admin")
    page = admin.get("/faults").text
    assert "KeyError: elsewhere" in page
    assert 'value="51"' in page
    narrowed = admin.get("/faults?plugin=gadget&hook=ticket_opening").text
    assert "number 50." in narrowed
    assert "number 0." not in narrowed
    assert "KeyError: elsewhere" not in narrowed
    with desk.unit_of_work(TESTER, write=False) as uow:
        newest = list_faults(uow, plugin="gadget", hook="ticket_opening", limit=50)
        assert faults_by_hook(uow)[0] == ("gadget", "ticket_opening", 51)
        hours = dict(faults_by_hour(uow))
        assert [hours[clock.now], hours[clock.now - timedelta(hours=1)], len(hours)] == [1, 51, 24]
    assert f"before={newest[-1].id}" in narrowed
    older = admin.get(f"/faults?plugin=gadget&hook=ticket_opening&before={newest[-1].id}").text
    assert "number 0." in older
    assert "number 1." not in older
    for odd in ("before=x", "before=" + "9" * 30, "plugin=%F0%9F%92%A5&hook=%F0%9F%92%A5", "before=-1"):
        assert admin.get(f"/faults?{odd}").status_code == 200, odd


@pytest.mark.parametrize("read", [hook_times, list_faults, faults_by_hook, faults_by_hour, calls_of])
def test_what_plugins_do_is_for_those_who_switch_them(as_: Callable[..., Any], read: Callable[..., Any]) -> None:
    more = {"plugin": "incidents"} if read is calls_of else {}
    with as_("agent") as uow, pytest.raises(Forbidden):
        read(uow, **more)
