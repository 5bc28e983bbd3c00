"""Register and resolve in one act: both texts and the topic, all or nothing, counted until it comes back."""

from typing import Any

import pytest
from sqlalchemy import func, select

from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.errors import Forbidden, Invalid
from itsm.core.ledger.models import Event
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import change_ticket, count_tickets, move_ticket, open_and_resolve, open_ticket
from tests.fixtures import TESTER, Sample, World

DONE = {
    "incidents.problem": "Не помнит пароль", "incidents.solution": "Сброшен", "incidents.resolution_code": "fixed",
    "closing_topic": "access",
}  # fmt: skip
CALL = {"kind": "incident", "title": "Забыла пароль"}
FORM = {
    "key": "call", "label": {"en": "Call"}, "kinds": ["incident"], "roles": ["agent"], "fields": ["title", "topic"],
}  # fmt: skip


def test_it_is_opened_taken_and_resolved_by_who_registered_it(as_: Any, sample: Sample) -> None:
    with as_("agent") as uow:
        ticket = open_and_resolve(uow, resolution=DONE, **CALL)
        assert (ticket.category, ticket.outcome, ticket.assignee_id) == (
            "resolved",
            "solved",
            sample.people["agent"].id,
        )
        assert ticket.taken_at == ticket.resolved_at == ticket.opened_at == uow.now
        assert ticket.fields["core.first_contact"] is True
        uow.flush()
        told = select(Event.type).where(Event.stream == "ticket", Event.subject_id == ticket.id).order_by(Event.seq)
        assert list(uow.session.scalars(told)) == [
            "ticket_opened", "ticket_changed", "ticket_moved", "ticket_taken", "ticket_moved",
        ]  # fmt: skip


@pytest.mark.parametrize("lacking", [*DONE])
def test_what_a_resolution_needs_is_needed_here_too_and_nothing_is_left_behind(
    as_: Any, world: World, lacking: str
) -> None:
    before = world.connection.scalar(select(func.count()).select_from(Ticket))
    with pytest.raises(Invalid) as refused, as_("agent") as uow:
        open_and_resolve(uow, resolution={**DONE, lacking: None}, **CALL)
    assert [refusal.field for refusal in refused.value.refusals] == [lacking]
    assert world.connection.scalar(select(func.count()).select_from(Ticket)) == before


def test_the_ticket_s_own_topic_stands_in(as_: Any) -> None:
    with as_("agent") as uow:
        texts = {name: value for name, value in DONE.items() if name != "closing_topic"}
        assert open_and_resolve(uow, resolution=texts, topic="network", **CALL).closing_topic == "network"


def test_it_can_be_filtered_and_counted_until_it_comes_back(as_: Any, api: Any) -> None:
    answer = api("agent", "POST", "/tickets", json={**CALL, "resolution": {
        "closing_topic": "access", "fields": {n: v for n, v in DONE.items() if "." in n},
    }})  # fmt: skip
    assert answer.status_code == 201, answer.json
    number = answer.json["number"]
    api("agent", "POST", "/tickets", json=CALL)

    def counted() -> int:
        with as_("agent") as uow:
            return count_tickets(uow, filters={"core.first_contact": "true"})

    assert counted() == api("agent", "GET", "/tickets/count?core.first_contact=true").json["count"] == 1
    with as_("agent") as uow:
        move_ticket(uow, number=number, transition="reopen")
    assert counted() == 0
    with as_("agent") as uow:
        move_ticket(uow, number=number, transition="resolve")
    assert counted() == 0


def test_nobody_sets_the_mark_by_hand(as_: Any) -> None:
    with as_("agent") as uow:
        number = open_ticket(uow, **CALL).id
    for act in (
        lambda uow: change_ticket(uow, number=number, changes={"core.first_contact": True}),
        lambda uow: open_ticket(uow, fields={"core.first_contact": True}, **CALL),
        lambda uow: move_ticket(uow, number=number, transition="resolve", changes={**DONE, "core.first_contact": True}),
    ):
        with pytest.raises(Invalid), as_("agent") as uow:
            act(uow)


def test_who_may_not_work_on_tickets_resolves_none(as_: Any) -> None:
    with pytest.raises(Forbidden), as_("requester") as uow:
        open_and_resolve(uow, resolution=DONE, **CALL)


def test_the_form_says_whether_it_is_offered(as_: Any, world: World, signed_in: Any) -> None:
    page = signed_in("agent").get("/tickets/new").text
    assert "Register and resolve" in page
    for offered in (True, False):
        with world.desk.unit_of_work(TESTER) as uow:
            body = {"forms": [{**FORM, "resolve": offered}]}
            activate_document(uow, revision_id=save_document(uow, name="core.forms", body=body, reason="x").id)
        assert ("Register and resolve" in signed_in("agent").get("/tickets/new").text) is offered
    with pytest.raises(Forbidden), as_("agent") as uow:
        open_and_resolve(uow, resolution=DONE, **CALL)


def test_the_page_says_what_is_missing_at_the_field_and_keeps_the_rest(signed_in: Any, api: Any) -> None:
    agent = signed_in("agent")
    typed = {"kind": "incident", "key": "k" * 10, "title": "Забыла пароль", "resolve": "1"}
    refused = agent.post("/tickets/new", {**typed, "incidents.problem": "Слова клиента"})
    assert refused.status_code == 422
    assert '<details class="at-once" id="at-once" open>' in refused.text
    assert "Слова клиента" in refused.text
    assert 'id="f-closing_topic-error"' in refused.text
    made = agent.post("/tickets/new", {**typed, **DONE, "key": "m" * 10})
    assert made.status_code == 302, made.text
    assert api("agent", "GET", made.location).json["state_category"] == "resolved"
    plain = {name: value for name, value in {**typed, **DONE, "key": "n" * 10}.items() if name != "resolve"}
    made = agent.post("/tickets/new", plain)
    assert api("agent", "GET", made.location).json["fields"] == {}
