"""The first page: own work, what nobody has, what others did meanwhile."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from itsm.core.hookspecs.declarations import Field, Panel
from itsm.core.hookspecs.marks import hook
from itsm.core.tickets.verbs import add_comment, change_ticket, claim_ticket, move_ticket, open_ticket, watch
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.visitors import Visitor, enter
from tests.fixtures import TESTER, Clock, Sample, World
from tests.statements import statements

As = Callable[..., AbstractContextManager[UnitOfWork]]
SignedIn = Callable[[str], Visitor]


def card(page: str, key: str) -> str:
    """The part of the page under a heading."""
    return page.split(f'aria-labelledby="{key}"')[1].split("</section>")[0]


def test_an_agent_sees_their_work_and_what_their_groups_have_to_take(
    as_: As, signed_in: SignedIn, new_ticket: Callable[..., int], sample: Sample
) -> None:
    own, free, foreign = new_ticket("Own one"), new_ticket("Free one"), new_ticket("Foreign one")
    with as_("agent") as uow:
        claim_ticket(uow, number=own)
    with as_("admin") as uow:
        change_ticket(uow, number=free, changes={"team": sample.teams["l1"].id})
        change_ticket(uow, number=foreign, changes={"team": sample.teams["l2"].id})
    agent = signed_in("agent")
    page = agent.get("/my").text
    assert "Own one" in card(page, "mine")
    assert "Free one" not in card(page, "mine")
    assert "Free one" in card(page, "free")
    assert "Foreign one" not in page
    assert agent.submit("/my", f"/tickets/{free}/claim").status_code == 302
    assert "Free one" in card(agent.get("/my").text, "mine")


def test_what_others_did_meanwhile_is_told_until_it_was_seen(
    as_: As, signed_in: SignedIn, new_ticket: Callable[..., int], clock: Clock
) -> None:
    mine, watched, other = new_ticket("Mine"), new_ticket("Watched"), new_ticket("Neither")
    with as_("agent") as uow:
        claim_ticket(uow, number=mine)
        watch(uow, number=watched)
        add_comment(uow, number=mine, body="my own words")
    clock.forward(hours=1)
    agent = signed_in("agent")
    assert "my own words" not in agent.get("/my").text
    with as_("head") as uow:
        for number in (mine, watched, other):
            add_comment(uow, number=number, body="a secret plan", public=False)
    told = card(agent.get("/my").text, "changed")
    assert "Mine" in told
    assert "Watched" in told
    assert "Neither" not in told
    assert told.count("noted") == 2
    assert "secret" not in told
    clock.forward(minutes=5)
    agent.submit("/my", "/my/seen")
    assert "Nothing new." in card(agent.get("/my").text, "changed")


def test_own_work_stands_by_priority_and_then_by_age(
    as_: As, signed_in: SignedIn, new_ticket: Callable[..., int]
) -> None:
    older, newer, urgent = (new_ticket(title) for title in ("Older", "Newer", "Urgent"))
    with as_("agent") as uow:
        for number in (older, newer, urgent):
            claim_ticket(uow, number=number)
        change_ticket(uow, number=urgent, changes={"priority": 1})
    agent = signed_in("agent")
    mine = card(agent.get("/my").text, "mine")
    assert re.findall(r'id="t(\d+)"', mine) == [str(number) for number in (urgent, older, newer)]
    wider = re.search(r'href="(/\?[^"]+)" data-command', mine)
    assert wider
    assert re.findall(r'<tr id="t(\d+)"', agent.get(wider[1].replace("&amp;", "&")).text) == [
        str(number) for number in (urgent, older, newer)
    ]


def test_everybody_begins_where_they_belong_or_where_they_chose(signed_in: SignedIn, visitor: Visitor) -> None:
    assert signed_in("requester").get("/my").location == "/"
    assert signed_in("requester").get("/start").location == "/"
    assert visitor.get("/start").location == "/sign-in?next=%2Fstart"
    agent = signed_in("agent")
    assert agent.get("/start").location == "/my"
    agent.post("/views", {"name": "Горит", "query": "priority=1&state_category=unfinished"})
    offered = re.search(r'value="(own-\d+)">Горит', agent.get("/account").text)
    assert offered
    agent.submit("/account", "/start", {"start": offered[1]})
    assert agent.get("/start").location == "/?priority=1&state_category=unfinished"
    assert f'value="{offered[1]}" selected' in agent.get("/account").text
    agent.post(f"/views/{offered[1].removeprefix('own-')}/remove")
    assert agent.get("/start").location == "/my", "what was chosen is no more"
    agent.post("/start", {"start": "own-1"})
    assert agent.get("/start").location == "/my"


@pytest.fixture
def with_panel(world: World) -> Callable[..., Visitor]:
    """An agent at the same desk with one more plugin, which tells on the home what is due."""
    folder = world.desk.settings.data_dir / "dues" / "templates" / "dues"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "due.html").write_text("{% for name, moment in due %}<p>{{ name }} {{ moment|left }}</p>{% endfor %}")

    def visit(**changes: Any) -> Visitor:
        usual = Panel("dues.soon", {"en": "Due soon"}, "home", 10, "tickets.read", "dues/due.html", due)

        def register_panels() -> list[Panel]:
            return [replace(usual, **changes)]

        desk, app = world.with_plugin("dues", register_panels=hook(register_panels))
        assert not desk.aside
        return enter(app, "agent")

    return visit


def due(uow: UnitOfWork, subject: object) -> dict[str, Any]:
    """What the panel shows."""
    assert subject is None
    return {"due": [("<b>soon</b>", uow.now)]}


def test_a_plugin_shows_on_the_home_what_is_about_to_breach(
    signed_in: SignedIn, with_panel: Callable[..., Visitor]
) -> None:
    assert "panel-dues" not in signed_in("agent").get("/my").text
    shown = with_panel().get("/my").text
    assert 'id="panel-dues-soon"' in shown
    assert "&lt;b&gt;soon&lt;/b&gt;" in shown
    assert 'data-left="2026-' in shown
    nothing = with_panel(context=lambda uow, subject: None)
    assert "panel-dues" not in nothing.get("/my").text, "nothing to show shows nothing"
    assert "panel-dues" not in with_panel(permission="core.configure").get("/my").text
    assert "The plugin dues failed here." in with_panel(context=lambda uow, subject: 1 / 0).get("/my").text


def test_a_slow_panel_of_the_home_comes_after_the_page(with_panel: Callable[..., Visitor]) -> None:
    agent = with_panel(slow=True)
    assert 'hx-get="/my/panels/dues.soon"' in agent.get("/my").text
    answer = agent.get("/my/panels/dues.soon")
    assert "data-left=" in answer.text
    assert agent.get("/my/panels/dues.soon", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert agent.get("/my/panels/incidents.major").status_code == 404
    assert agent.get("/tickets/1/panels/dues.soon").status_code == 404


def test_the_home_refreshes_itself_and_costs_little_while_nothing_happens(
    as_: As, signed_in: SignedIn, new_ticket: Callable[..., int], world: World, sample: Sample, clock: Clock
) -> None:
    for place in range(12):
        number = new_ticket(f"Ticket {place}")
        with as_("admin") as uow:
            change_ticket(uow, number=number, changes={"team": sample.teams["l1"].id})
        if place % 2:
            with as_("agent") as uow:
                claim_ticket(uow, number=number)
    agent = signed_in("agent")
    agent.get("/my")
    with statements(world) as seen:
        page = agent.get("/my").text
    assert len(seen) <= 12, "\n\n".join(s[:150] + s[-60:] for s in seen)
    tag = re.search(r'data-live="([^"]+)"', page)
    assert tag
    known = {"If-None-Match": f'"{tag[1]}"'}
    with statements(world) as seen:
        assert agent.get("/my/live", headers=known).status_code == 304
    assert len(seen) <= 3, seen
    clock.forward(minutes=6)
    assert agent.get("/my/live", headers=known).status_code == 304, "asked anew, and nothing looks otherwise"
    late = new_ticket("Later")
    with as_("agent") as uow:
        claim_ticket(uow, number=late)
    fresh = agent.get("/my/live", headers=known)
    assert "Later" in fresh.text
    assert "<html" not in fresh.text
    assert fresh.headers["ETag"] != known["If-None-Match"]
    assert signed_in("second").get("/my/live", headers=known).status_code == 200


def test_a_head_sees_how_the_load_lies(
    as_: As, signed_in: SignedIn, new_ticket: Callable[..., int], sample: Sample
) -> None:
    number = new_ticket("Load")
    with as_("admin") as uow:
        change_ticket(
            uow, number=number, changes={"team": sample.teams["l1"].id, "assignee": sample.people["agent"].id}
        )
    page = signed_in("agent").get("/my").text
    assert f"assignee={sample.people['agent'].id}" in card(page, "loads")


def test_a_field_that_is_due_counts_down_while_its_ticket_is_open(world: World) -> None:
    until = Field("dues.until", "moment", {"en": "Answer until"}, due=True, public=True)

    def register_fields() -> list[Field]:
        return [until]

    desk, app = world.with_plugin("dues", register_fields=hook(register_fields))
    with desk.unit_of_work(TESTER) as uow:
        fields = {"dues.until": "2026-03-04T09:00:00+00:00"}
        number = open_ticket(uow, kind="incident", title="Till", fields=fields).id
    agent, queue, page = enter(app, "agent"), "/?state_category=all&columns=dues.until", f"/tickets/{number}"
    for path in (queue, page):
        assert 'data-left="2026-03-04T09:00:00' in agent.get(path).text
    with desk.unit_of_work(TESTER) as uow:
        move_ticket(uow, number=number, transition="cancel", changes={"incidents.cancel_reason": "spam"})
    for path in (queue, page):
        shown = agent.get(path).text
        assert "data-left" not in shown
        assert "4 Mar 2026" in shown
