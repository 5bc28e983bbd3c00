"""What arrives with nobody at a form is registered and marked; people fill it in before it goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.act import Act, system
from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import Field, When
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import (
    Step,
    add_comment,
    change_ticket,
    claim_ticket,
    move_ticket,
    open_ticket,
    record_history,
    split_ticket,
)
from tests.core.fields.conftest import Fielded

LABEL = {"en": "Phone", "ru": "Телефон"}
PHONE = Field("gadgets.phone", "text", LABEL, mandatory=True)
SHOP = Field("gadgets.shop", "text", {"en": "Shop"}, mandatory=[When(categories=["new", "open"])], order=1)
ROLE = Field("gadgets.role", "text", {"en": "Role"}, mandatory=[When(roles=["head"])])
MAIL = Act(system("mail"), channel="mail")
SOLVED = {"incidents.problem": "p", "incidents.solution": "s", "incidents.resolution_code": "fixed"}
Make = Callable[..., Fielded]


def mailed(here: Fielded, **more: Any) -> int:
    """A ticket that came by mail."""
    with here.desk.unit_of_work(MAIL) as uow:
        return open_ticket(uow, kind="incident", title="По почте", **more).id


def lacks(here: Fielded, number: int) -> list[str]:
    """What the API says is missing."""
    found: list[str] = here.api("agent", "GET", f"/tickets/{number}").json["incomplete"]
    return found


def test_what_comes_by_mail_is_registered_and_says_what_it_lacks(with_fields: Make) -> None:
    here = with_fields(PHONE, SHOP, ROLE)
    number = mailed(here)
    whole = mailed(here, fields={"gadgets.phone": "1", "gadgets.shop": "7"})
    assert lacks(here, number) == ["gadgets.shop", "gadgets.phone"]
    assert lacks(here, whole) == []
    listed = here.api("agent", "GET", "/tickets?incomplete=true").json["items"]
    assert [(t["number"], t["incomplete"]) for t in listed] == [(number, ["gadgets.shop", "gadgets.phone"])]
    assert [t["number"] for t in here.api("agent", "GET", "/tickets?incomplete=false").json["items"]] == [whole]
    assert here.api("agent", "GET", "/tickets?incomplete=maybe").status_code == 422
    event = here.api("agent", "GET", f"/tickets/{number}/events").json["items"][0]
    assert event["facts"]["incomplete"] == ["gadgets.shop", "gadgets.phone"]
    page = here.signed_in("agent").get(f"/tickets/{number}").text
    assert "Missing: Shop, Phone." in page
    assert "Incomplete" in here.signed_in("agent").get("/?incomplete=true").text


@pytest.mark.parametrize("channel", ["mail", "chat", "alert"])
def test_a_person_in_a_channel_without_a_form_is_not_asked(with_fields: Make, channel: str) -> None:
    here = with_fields(PHONE)
    actor = here.world.sample.act(here.world.desk, "requester").actor
    with here.desk.unit_of_work(Act(actor, channel=channel)) as uow:
        number = open_ticket(uow, kind="incident", title="Из чата").id
    assert lacks(here, number) == ["gadgets.phone"]
    assert here.api("requester", "GET", f"/tickets/{number}").json["incomplete"] == []


def test_people_neither_pass_it_on_nor_resolve_it_until_it_is_filled_in(with_fields: Make) -> None:
    here = with_fields(PHONE, SHOP)
    number = mailed(here)
    people, teams = here.world.sample.people, here.world.sample.teams
    with here.as_("agent") as uow:
        claim_ticket(uow, number=number)
        change_ticket(uow, number=number, changes={"title": "Понятнее"})
        add_comment(uow, number=number, body="Какой магазин?")
    for changes, place in (({"team": teams["l2"].id}, "team"), ({"assignee": people["second"].id}, "assignee")):
        with pytest.raises(Invalid) as refused, here.as_("agent") as uow:
            change_ticket(uow, number=number, changes=changes)
        assert [refusal.field for refusal in refused.value.refusals] == [place]
        assert "gadgets.shop" in str(refused.value.refusals[0].message)
    with pytest.raises(Invalid) as refused, here.as_("agent") as uow:
        move_ticket(uow, number=number, transition="resolve", changes=SOLVED)
    assert {refusal.field for refusal in refused.value.refusals} == {"gadgets.phone", "gadgets.shop"}
    with here.as_("agent") as uow:
        change_ticket(uow, number=number, changes={"gadgets.shop": "7"})
    assert lacks(here, number) == ["gadgets.phone"]
    with here.as_("agent") as uow:
        change_ticket(uow, number=number, changes={"gadgets.phone": "1", "team": teams["l2"].id})
    assert lacks(here, number) == []
    assert here.api("agent", "GET", "/tickets/count?incomplete=true").json == {"count": 0}
    last = here.api("agent", "GET", f"/tickets/{number}/events").json["items"][-1]
    assert last["facts"]["incomplete"] == [["gadgets.phone"], None]


def test_a_machines_recovery_resolves_it_and_a_person_may_cancel_it(with_fields: Make) -> None:
    here = with_fields(PHONE)
    first, second = mailed(here), mailed(here)
    with here.desk.unit_of_work(Act(system("monitoring"), channel="alert")) as uow:
        move_ticket(uow, number=first, transition="resolve", changes=SOLVED)
    assert lacks(here, first) == ["gadgets.phone"]
    with here.as_("agent") as uow:
        move_ticket(uow, number=second, transition="cancel", changes={"incidents.cancel_reason": "spam"})


def test_what_a_machine_takes_away_is_marked(with_fields: Make) -> None:
    here = with_fields(PHONE)
    number = here.opened(fields={"gadgets.phone": "1"})["number"]
    with here.desk.unit_of_work(Act(system("sync"), channel="worker")) as uow:
        change_ticket(uow, number=number, changes={"gadgets.phone": None})
    assert lacks(here, number) == ["gadgets.phone"]


def test_a_ticket_split_off_has_no_form_either(with_fields: Make) -> None:
    here = with_fields(PHONE)
    number = here.opened(fields={"gadgets.phone": "1"})["number"]
    with here.as_("agent") as uow:
        said = add_comment(uow, number=number, body="И ещё одно")
    with here.as_("agent") as uow:
        assert said.comment is not None
        fresh = split_ticket(uow, number=number, comments=[said.comment.id], title="Другое").id
    assert lacks(here, fresh) == ["gadgets.phone"]


def test_the_past_is_not_judged(with_fields: Make) -> None:
    here = with_fields(PHONE)
    act = Act(system("import"), origin="import")
    with here.desk.unit_of_work(act) as uow:
        step = Step(here.world.clock.now, {"title": "Старое", "state": "new"})
        number = record_history(uow, source="old", external_id="1", kind="incident", steps=[step]).ticket_id
    assert lacks(here, number) == []
    with here.as_("agent") as uow:
        change_ticket(uow, number=number, changes={"team": here.world.sample.teams["l2"].id})
        assert uow.session.get_one(Ticket, number).incomplete is None
