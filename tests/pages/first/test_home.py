"""The first page: own work, what nobody has, what others did meanwhile."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from itsm.core.tickets.verbs import add_comment, change_ticket, claim_ticket, watch
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.visitors import Visitor
from tests.fixtures import Clock, Sample

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


def test_a_requester_is_led_to_their_tickets(signed_in: SignedIn) -> None:
    answer = signed_in("requester").get("/my")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


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
