"""Macros: several acts in one, wholly in or wholly refused, and never more than one may do oneself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from itsm.blocks.answers.schemas import MacroSchema
from itsm.blocks.answers.verbs import apply_answers, export_answers, export_macros, plan_macro, run_macro, save_ready
from itsm.core.configuration.verbs import change_document
from itsm.core.configuration.verbs.whole import export_desk, import_desk
from itsm.core.errors import Conflict, Forbidden, Invalid, NotAllowedNow, Unknown
from itsm.core.tickets.models import Comment, Tag, Ticket, Watcher
from itsm.core.tickets.verbs import claim_ticket, move_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.sample import Sample

As = Callable[..., AbstractContextManager[UnitOfWork]]
RESOLVE: dict[str, Any] = {
    "take": True, "reply": "done", "note": "checked", "transition": "resolve", "tags": ["quick"], "watch": True,
    "set": {"closing_topic": "hardware", "incidents.resolution_code": "fixed"},
    "texts": {"incidents.problem": "problem", "incidents.solution": "solution"},
}  # fmt: skip


def macro(uow: UnitOfWork, key: str, owner: str = "", **acts: Any) -> None:
    body = MacroSchema().load({"key": key, "label": {"en": key}, **acts})
    for name in ("key", "label", "group"):
        body.pop(name)
    save_ready(uow, what="macro", owner=owner, key=key, label={"en": key.title()}, body=body)


def answer(uow: UnitOfWork, key: str, purpose: str, text: str) -> None:
    body = {"purpose": purpose, "text": {"en": text}, "topics": [], "kinds": []}
    save_ready(uow, what="answer", owner="", key=key, label={"en": key}, body=body)


@pytest.fixture
def ready(as_: As) -> None:
    with as_("admin") as uow:
        answer(uow, "done", "reply", "{{requester}}, it works again.")
        answer(uow, "checked", "note", "Checked by {{agent}}.")
        answer(uow, "problem", "incidents.problem", "{{title}}")
        answer(uow, "solution", "incidents.solution", "Restarted.")
        macro(uow, "restart", **RESOLVE)
        macro(uow, "half", take=True, reply="done", transition="resolve", tags=["half"])


@pytest.fixture
def number(ready: None, new_ticket: Callable[..., int], sample: Sample, as_: As) -> int:
    number = new_ticket("Printer", requested_for=sample.people["requester"].id)
    with as_("agent") as uow:
        from_new(uow, number)
    return number


def from_new(uow: UnitOfWork, number: int) -> None:
    """Into work, whence it can be resolved."""
    move_ticket(uow, number=number, transition="take")


def said(uow: UnitOfWork, number: int) -> list[tuple[str, bool]]:
    rows = uow.session.execute(select(Comment.body, Comment.public).where(Comment.ticket_id == number))
    return [(body, public) for body, public in rows]


def test_everything_is_done_in_one_act(as_: As, number: int, sample: Sample) -> None:
    with as_("agent") as uow:
        run_macro(uow, number=number, macro="restart")
    with as_("agent") as uow:
        ticket = uow.session.get_one(Ticket, number)
        assert (ticket.category, ticket.assignee_id) == ("resolved", sample.people["agent"].id)
        assert ticket.fields["incidents.problem"] == "Printer"
        assert ticket.fields["incidents.solution"] == "Restarted."
        assert said(uow, number) == [("Requester, it works again.", True), ("Checked by Agent.", False)]
        assert uow.session.scalars(select(Tag.tag).where(Tag.ticket_id == number)).all() == ["quick"]
        assert uow.session.scalars(select(Watcher.person_id).where(Watcher.ticket_id == number)).all()


def test_a_reply_of_a_macro_is_greeted_and_signed_as_every_reply(as_: As, number: int) -> None:
    around = {"salutation": {"en": "Hello,"}, "signature": {"en": "{{agent}}"}}
    with as_("admin") as uow:
        change_document(uow, name="answers.around", body={"around": [around]}, reason="test")
    with as_("agent") as uow:
        plan = plan_macro(uow, number=number, macro="restart")
    assert plan.reply == "Hello,\n\nRequester, it works again.\n\nAgent"
    assert plan.note == "Checked by Agent."


def test_what_a_step_lacks_refuses_the_whole_and_names_the_field(as_: As, number: int) -> None:
    with pytest.raises(NotAllowedNow) as refused, as_("agent") as uow:
        run_macro(uow, number=number, macro="half")
    assert "incidents.solution" in {refusal.field for refusal in refused.value.refusals}
    with as_("agent") as uow:
        assert uow.session.get_one(Ticket, number).assignee_id is None
        assert said(uow, number) == []
        assert uow.session.scalars(select(Tag.tag)).all() == []


def test_a_macro_gives_nobody_more_than_they_may(as_: As, number: int) -> None:
    with pytest.raises(Forbidden), as_("requester") as uow:
        run_macro(uow, number=number, macro="restart")
    with pytest.raises(Unknown), as_("stranger") as uow:
        plan_macro(uow, number=number, macro="restart")


def test_a_colleagues_ticket_is_not_taken_from_them(as_: As, number: int) -> None:
    with as_("second") as uow:
        claim_ticket(uow, number=number)
    with pytest.raises(Conflict), as_("agent") as uow:
        run_macro(uow, number=number, macro="restart")


def test_an_answer_that_is_gone_is_named_and_nothing_is_done(as_: As, number: int) -> None:
    with as_("admin") as uow:
        macro(uow, "lost", reply="no_such", tags=["x"])
    with pytest.raises(Invalid, match="no_such"), as_("agent") as uow:
        run_macro(uow, number=number, macro="lost")


def test_the_preview_shows_the_texts_and_what_was_changed_there_is_said(
    as_: As, number: int, signed_in: Callable[..., Any]
) -> None:
    place = f"/tickets/{number}/macros/restart"
    agent = signed_in("agent")
    shown = agent.get(place).text
    assert "Requester, it works again." in shown
    assert "Restarted." in shown
    done = agent.submit(place, place, {"reply": "Works, **Requester**.", "note": "", "incidents.solution": "New toner"})
    assert done.status_code == 302, done.text
    with as_("agent") as uow:
        assert said(uow, number) == [("Works, **Requester**.", True)]
        assert uow.session.get_one(Ticket, number).fields["incidents.solution"] == "New toner"
    assert "Macro: Restart" in agent.get(f"/tickets/{number}").text  # the reason of every act


def test_what_a_macro_lacks_is_asked_for_on_its_page(number: int, signed_in: Callable[..., Any]) -> None:
    place, agent = f"/tickets/{number}/macros/half", signed_in("agent")
    refused = agent.submit(place, place, {"reply": "typed"})
    assert refused.status_code == 422
    assert ">\ntyped</textarea>" in refused.text
    assert 'id="f-incidents-solution-error"' in refused.text
    values = {"incidents.problem": "p", "incidents.solution": "s", "incidents.resolution_code": "fixed",
              "closing_topic": "hardware"}  # fmt: skip
    assert agent.post(place, {"reply": "typed", **values}).status_code == 302


def test_macros_stand_on_the_page_with_their_letter_and_in_the_palette(
    as_: As, number: int, signed_in: Callable[..., Any]
) -> None:
    with as_("admin") as uow:
        macro(uow, "quick", shortcut="Q", tags=["q"], kinds=["incident"])
        macro(uow, "other", tags=["q"], kinds=["request"])
    page = signed_in("agent").get(f"/tickets/{number}").text
    assert f'href="/tickets/{number}/macros/quick" data-command="Macro: Quick" data-key="Q"' in page
    assert "macros/other" not in page
    assert "macros/quick" not in signed_in("requester").get(f"/tickets/{number}").text


def test_over_the_api_once_with_its_key(api: Callable[..., Any], as_: As, number: int) -> None:
    call = ("agent", "POST", f"/tickets/{number}/macros/restart")
    first = api(*call, json={"note": ""}, headers={"Idempotency-Key": "k-1"})
    assert first.status_code == 200, first.text
    assert first.json["state_category"] == "resolved"
    assert api(*call, json={"note": ""}, headers={"Idempotency-Key": "k-1"}).json == first.json
    with as_("agent") as uow:
        assert said(uow, number) == [("Requester, it works again.", True)]
    assert api("agent", "POST", f"/tickets/{number}/macros/none").status_code == 404
    listed = api("agent", "GET", f"/answers?ticket={number}").json["items"]
    assert {item["key"]: item["filled"] for item in listed}["done"] == "Requester, it works again."
    assert api("requester", "GET", "/answers").status_code == 403


def test_a_refusal_over_the_api_names_the_field(api: Callable[..., Any], number: int) -> None:
    answered = api("agent", "POST", f"/tickets/{number}/macros/half", json={})
    assert answered.status_code == 422
    assert "incidents.solution" in {error["field"] for error in answered.json["errors"]}


@pytest.mark.usefixtures("ready")
def test_what_is_shared_goes_with_the_configuration_and_what_is_ones_own_stays(as_: As) -> None:
    with as_("admin") as uow:
        macro(uow, "admins", owner="me", tags=["x"])
        whole = export_desk(uow)
        assert [one["key"] for one in export_macros(uow)] == ["half", "restart"]
        done = import_desk(uow, content=whole, reason="same")
        assert not any([*done.parts.values(), *(taken.changes for taken in done.documents)])
    with as_("admin") as uow:
        changed = [{**one, "text": {"en": "other"}} for one in export_answers(uow)][:1]
        assert apply_answers(uow, changed) == 1
        assert apply_answers(uow, changed) == 0
        with pytest.raises(Invalid) as refused:
            apply_answers(uow, [{**changed[0], "group": "nobodys"}])
        assert [refusal.field for refusal in refused.value.refusals] == ["0.group"]


@pytest.mark.parametrize("values", [{"assignee": 7}, {"state": "closed"}, {"priority": {"a": 1}}])
def test_a_macro_sets_nothing_that_it_must_not(values: dict[str, Any], signed_in: Callable[..., Any]) -> None:
    page = "/answers/new/macro"
    typed = {"v.key": "x", "v.label.en": "X", "v.set": str(values).replace("'", ""), "do": "save"}
    answer = signed_in("agent").submit(page, page, typed)
    assert answer.status_code == 422
