"""A new ticket: who asks is found by anything, what is there already is shown, a stranger is met on the spot."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from itsm.core.people.models import Person
from itsm.core.people.verbs import add_address, add_person
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import change_ticket, move_ticket, open_ticket
from tests.fixtures import Sample
from tests.pages.conftest import Visitor

SignedIn = Callable[[str], Visitor]
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
FORM = {"kind": "incident", "key": "k" * 12}


def looked(visitor: Visitor, **typed: str) -> str:
    """The page after its form was asked to look things up."""
    answer = visitor.post("/tickets/new", {**FORM, "look": "1", "title": "", **typed})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    "words", ["requester@ex", "8 912 000-20", "+7 (912) 000-20-0", "2002", "ACC-77", "Д-17", "Акме", "quester Req"]
)
def test_a_requester_is_suggested_by_anything_that_is_known_of_them(
    signed_in: SignedIn, as_: Any, sample: Sample, words: str
) -> None:
    me = sample.people["requester"].id
    with as_("admin") as uow:
        add_address(uow, person_id=me, type="phone", value="+7 912 000-20-02")
        add_address(uow, person_id=me, type="external", value="ACC-77")
    items = signed_in("agent").get(f"/tickets/new/people?q={quote(words)}").json["items"]
    mine = {"value": f"Requester #{me}", "name": "Requester", "hint": "Акме · +7 912 000-20-02 · requester@example.org"}
    assert mine in items


def test_suggestions_are_those_one_may_see_and_never_the_whole_list(signed_in: SignedIn, as_: Any) -> None:
    with as_("admin") as uow:
        for number in range(12):
            add_person(uow, name=f"Namesake {number:02}", addresses=[])
    agent = signed_in("agent")
    assert len(agent.get("/tickets/new/people?q=namesake").json["items"]) == 8
    for nothing in ("", "%", "_", "\\", "12345678901234567890"):
        assert agent.get(f"/tickets/new/people?q={quote(nothing)}").json == {"items": []}
    assert signed_in("requester").get("/tickets/new/people?q=namesake").status_code == 403


def test_the_card_shows_who_it_is_and_their_unfinished_tickets(signed_in: SignedIn, as_: Any, sample: Sample) -> None:
    them = sample.people["stranger"].id
    with as_("agent") as uow:
        mine = open_ticket(uow, kind="incident", title="Касса не включается", requested_for=them).id
        done = open_ticket(uow, kind="incident", title="Давно забыто", requested_for=them).id
        move_ticket(uow, number=done, transition="cancel", changes={"incidents.cancel_reason": "spam"})
    page = looked(signed_in("agent"), requested_for="stranger@example.org", title="Ещё касса", description="Третья")
    for shown in ("Other Ltd", "Premium", f'href="/tickets/{mine}"', "Касса не включается", "Ещё касса\n\nТретья"):
        assert shown in page
    assert "Давно забыто" not in page
    assert f'action="/tickets/{mine}/comments"' in page


def test_who_registers_for_themselves_looks_nobody_up(signed_in: SignedIn) -> None:
    answer = signed_in("requester").post("/tickets/new", {**FORM, "look": "1", "requested_for": "stranger@example.org"})
    assert answer.status_code == 200
    assert "Other Ltd" not in answer.text
    assert 'id="f-requested_for"' not in answer.text


def test_of_several_one_is_taken_and_nothing_typed_is_lost(signed_in: SignedIn, as_: Any, sample: Sample) -> None:
    with as_("admin") as uow:
        first = add_person(uow, name="Иванова", addresses=[("phone", "100500")]).id
        add_person(uow, name="Иванова", addresses=[("phone", "100501")])
    agent = signed_in("agent")
    page = looked(agent, requested_for="иванова", description="Долгий рассказ")
    assert page.count('name="new_who"') == 2
    assert "Долгий рассказ" in page
    page = looked(agent, requested_for="иванова", new_who=f"Иванова #{first}")
    assert f'value="Иванова #{first}"' in page
    assert "100500" in page
    made = agent.post("/tickets/new", {**FORM, "title": "Одна", "requested_for": "иванова", "new_who": f"#{first}"})
    with as_("agent", reason="") as uow:
        assert uow.session.get_one(Ticket, int(made.location.rsplit("/", 1)[1])).requested_for_id == first


def test_a_stranger_is_met_with_the_ticket_or_not_at_all(signed_in: SignedIn, as_: Any) -> None:
    agent = signed_in("agent")
    page = looked(agent, requested_for="+7 900 123-45-67")
    assert 'name="new_address" form="new-ticket" value="+7 900 123-45-67"' in page
    typed = {"requested_for": "+7 900 123-45-67", "new_name": "Пётр Новый", "new_address": "+7 900 123-45-67"}
    assert agent.post("/tickets/new", {**FORM, **typed, "title": ""}).status_code == 422
    assert agent.get("/tickets/new/people?q=79001234567").json == {"items": []}
    refused = agent.post("/tickets/new", {**FORM, **typed, "title": "x", "new_address": "no address"})
    assert refused.status_code == 422
    assert "Пётр Новый" in refused.text
    made = agent.post("/tickets/new", {**FORM, **typed, "title": "Звонок"})
    assert made.status_code == 302, made.text
    with as_("agent") as uow:
        ticket = uow.session.get_one(Ticket, int(made.location.rsplit("/", 1)[1]))
        met = uow.session.get_one(Person, ticket.requested_for_id)
        assert (met.name, met.provisional) == ("Пётр Новый", True)


def test_similar_tickets_are_shown_the_unfinished_first_and_only_the_visible(
    signed_in: SignedIn, as_: Any, api: Any, work: Any
) -> None:
    titles = ("Принтер в бухгалтерии жуёт бумагу", "Бумагу зажевало: принтер, бухгалтерия", "Нет доступа к почте")
    with as_("agent") as uow:
        old, new, other = (open_ticket(uow, kind="incident", title=title).id for title in titles)
        move_ticket(uow, number=new, transition="cancel", changes={"incidents.cancel_reason": "spam"})
    work()
    page = looked(signed_in("agent"), title="В бухгалтерии принтер зажевал бумаг")
    assert page.index(f'id="similar-{old}"') < page.index(f'id="similar-{new}"')
    assert f'id="similar-{other}"' not in page
    assert "similar-" not in looked(signed_in("requester"), title="Принтер в бухгалтерии жуёт бумагу")
    for words in ("", "и в на", '"', "* OR NEAR(", "x" * 400, EVIL):
        looked(signed_in("agent"), title=words)


def test_hostile_names_and_subjects_are_shown_escaped(signed_in: SignedIn, as_: Any, work: Any) -> None:
    with as_("admin") as uow:
        them = add_person(uow, name=EVIL, addresses=[("email", "evil@example.org")]).id
        ticket = open_ticket(uow, kind="incident", title=EVIL, requested_for=them).id
        change_ticket(uow, number=ticket, changes={"description": EVIL})
    work()
    agent = signed_in("agent")
    for page in (
        looked(agent, requested_for="evil@example.org", title=EVIL, description=EVIL),
        looked(agent, requested_for=EVIL, new_name=EVIL, new_address=EVIL),
        agent.get(f"/tickets/new?requested_for={quote(EVIL)}&title={quote(EVIL)}").text,
    ):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
