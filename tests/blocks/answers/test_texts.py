"""Answers: whose they are, how they read for a ticket, where they are offered, and that nothing in them is obeyed."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from itsm.blocks.answers.rules import put_around
from itsm.blocks.answers.verbs import (
    list_ready,
    offered_texts,
    remove_ready,
    save_ready,
)
from itsm.core.configuration.verbs import change_document
from itsm.core.errors import Forbidden, Invalid, Stale, Unknown
from itsm.core.hookspecs.guards import Draft
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.shows import ReadyText
from itsm.core.ledger.models import Event, EventText
from itsm.core.people.verbs import change_person
from itsm.core.tickets.verbs import find_ticket
from itsm.core.tickets.verbs.draft import draft_of
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.sample import Sample
from itsm.plugins.testing.visitors import enter

As = Callable[..., AbstractContextManager[UnitOfWork]]
SIGNED = {"en": "Hello {{requester}}, #{{number}} is with {{agent}}.", "ru": "{{requester}}, №{{number}} у {{agent}}."}


def body(text: dict[str, str], purpose: str = "reply", topics: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"purpose": purpose, "text": text, "topics": [*topics], "kinds": []}


def keep(uow: UnitOfWork, key: str, owner: str = "me", **more: Any) -> int:
    text = more.pop("text", {"en": f"text of {key}"})
    label = more.pop("label", {"en": key.title()})
    return save_ready(uow, what="answer", owner=owner, key=key, label=label, body=body(text, **more)).id


def keys(uow: UnitOfWork) -> list[str]:
    return [entry.key for entry in list_ready(uow, "answer")]


def test_ones_own_are_seen_by_nobody_else_and_come_first(as_: As) -> None:
    with as_("admin") as uow:
        keep(uow, "everybodys", "")
        keep(uow, "admins")
    with as_("agent") as uow:
        keep(uow, "mine")
        assert keys(uow) == ["mine", "everybodys"]
    with as_("second") as uow:
        assert keys(uow) == ["everybodys"]
    with as_("requester") as uow:
        assert keys(uow) == []


def test_a_groups_are_for_it_and_for_those_below_it(as_: As, sample: Sample) -> None:
    with as_("admin") as uow:
        keep(uow, "of_l1", "l1")
        keep(uow, "of_l2", "l2")
    with as_("agent") as uow:
        assert keys(uow) == ["of_l1"]
        sample_l1 = uow.session.merge(sample.teams["l1"])
        sample_l1.parent_id = sample.teams["l2"].id
        uow.session.flush()
        uow.memo.pop("answers")
        assert keys(uow) == ["of_l1", "of_l2"]


def test_a_head_writes_for_their_groups_alone_and_an_agent_for_nobody_but_themselves(as_: As) -> None:
    with as_("admin") as uow:
        shared = keep(uow, "everybodys", "")
    with as_("head") as uow:
        keep(uow, "of_l2", "l2")
        for owner in ("l1", ""):
            with pytest.raises(Invalid):
                keep(uow, "no", owner)
    with as_("agent") as uow:
        with pytest.raises(Invalid):
            keep(uow, "no", "l1")
        with pytest.raises(Forbidden):
            remove_ready(uow, id_=shared)
    with as_("second") as uow, pytest.raises(Unknown):
        remove_ready(uow, id_=shared + 1)


def test_every_change_is_an_event_with_what_was_and_what_is(as_: As, sample: Sample) -> None:
    with as_("agent") as uow:
        id_ = keep(uow, "mine", text={"en": "one"})
    with as_("agent") as uow:
        save_ready(uow, what="answer", owner="me", key="mine", label={"en": "Mine"}, body=body({"en": "two"}), id_=id_)
    with as_("agent") as uow:
        remove_ready(uow, id_=id_)
    with as_("admin") as uow:
        told = uow.session.execute(
            select(Event.type, Event.stream, Event.subject_id, EventText.texts)
            .join(EventText, EventText.event_id == Event.id)
            .where(Event.type.in_(("answer_saved", "answer_removed")))
            .order_by(Event.id)
        ).all()
    assert [row[0] for row in told] == ["answer_saved", "answer_saved", "answer_removed"]
    assert {row[1:3] for row in told} == {("person", sample.people["agent"].id)}
    assert [body["text"] for body in told[1][3]["body"]] == [{"en": "one"}, {"en": "two"}]


def test_two_who_change_the_same_do_not_overwrite_each_other(as_: As) -> None:
    with as_("agent") as uow:
        id_ = keep(uow, "mine")
        save_ready(uow, what="answer", owner="me", key="mine", label={"en": "A"}, body=body({"en": "x"}), id_=id_)
        with pytest.raises(Stale):
            save_ready(uow, what="answer", owner="me", key="mine", label={"en": "B"}, body=body({"en": "y"}), id_=id_,
                       match=1)  # fmt: skip


def texts(as_: As, number: int, *purposes: str) -> list[str]:
    with as_("agent") as uow:
        draft = draft_of(uow, find_ticket(uow, number=number))
        return [one.text for one in offered_texts(uow, draft, purposes or ("reply",))]


def test_a_reply_reads_in_the_language_of_who_asked_and_a_note_in_that_of_who_writes(
    as_: As, new_ticket: Callable[..., int], sample: Sample
) -> None:
    with as_("admin") as uow:
        change_person(uow, person_id=sample.people["requester"].id, changes={"locale": "ru"})
        keep(uow, "hello", "", text=SIGNED)
        keep(uow, "inside", "", text={"en": "for us", "ru": "для нас"}, purpose="note")
    number = new_ticket(requested_for=sample.people["requester"].id)
    assert texts(as_, number) == [f"Requester, №{number} у Agent."]
    assert texts(as_, number, "note") == ["for us"]


def test_what_is_ready_for_the_topic_comes_first(as_: As, new_ticket: Callable[..., int]) -> None:
    with as_("admin") as uow:
        keep(uow, "a", "", text={"en": "general"})
        keep(uow, "b", "", text={"en": "of hardware"}, topics=("hardware",))
    assert texts(as_, new_ticket(topic="hardware.printer")) == ["of hardware", "general"]
    assert texts(as_, new_ticket(topic="network")) == ["general", "of hardware"]


HOSTILE = "**Bob** {{number}} [x](javascript:alert(1)) <b>{{agent}}</b>"


def test_what_a_name_holds_is_text_and_opens_no_second_template(
    as_: As, new_ticket: Callable[..., int], sample: Sample
) -> None:
    with as_("admin") as uow:
        change_person(uow, person_id=sample.people["requester"].id, changes={"name": HOSTILE})
        keep(uow, "hello", "", text={"en": "Dear {{requester}}"})
    (text,) = texts(as_, new_ticket(requested_for=sample.people["requester"].id))
    assert text == (r"Dear \*\*Bob\*\* \{\{number\}\} \[x\](javascript:alert(1)) \<b\>\{\{agent\}\}\</b\>")


def test_a_name_that_there_is_not_is_refused_where_it_is_typed(signed_in: Callable[..., Any]) -> None:
    values = {"v.label.en": "X", "v.text.ru": "Здравствуйте, {{secret_key}}", "do": "save"}
    answer = signed_in("agent").submit("/answers/new/answer", "/answers/new/answer", values)
    assert answer.status_code == 422
    place = answer.text.split('id="p-text.ru"')[1].split("</div>")[0]
    assert "secret_key" in place
    assert "Здравствуйте" in place  # what was typed is kept


@pytest.mark.parametrize("typed", ["", "Fixed.", "Hello Ann,\n\nFixed.", "Hello Ann,\n\nFixed.\n\nYours"])
def test_salutation_and_signature_stand_once(typed: str) -> None:
    around = put_around(put_around(typed, "Hello Ann,", "Yours"), "Hello Ann,", "Yours")
    assert around.count("Hello Ann,") == around.count("Yours") == 1


AROUND = {
    "language": "ru",
    "around": [
        {"group": None, "salutation": {"en": "Hello {{requester}},"}, "signature": {"en": "The desk"}},
        {"group": "l2", "salutation": {"en": "Dear {{requester}},"}, "signature": {"en": "{{agent}}, {{group}}"}},
    ],
}


@pytest.fixture
def around(as_: As) -> None:
    with as_("admin") as uow:
        change_document(uow, name="answers.around", body=AROUND, reason="test", match=None)
        keep(uow, "fixed", "", text={"en": "Fixed."})


@pytest.mark.usefixtures("around")
def test_the_nearest_group_says_how_one_greets_and_signs(
    new_ticket: Callable[..., int], sample: Sample, signed_in: Callable[..., Any]
) -> None:
    asked = sample.people["requester"].id
    for team, expected in (("l1", "Hello Requester,\n\nFixed.\n\nThe desk"),
                           ("l2", "Dear Requester,\n\nFixed.\n\nAgent, Second line")):  # fmt: skip
        number = new_ticket(requested_for=asked, team=sample.teams[team].id)
        agent = signed_in("agent")
        listed = agent.get(f"/tickets/{number}/answers").text
        link = listed.split(f'href="/tickets/{number}/answers/')[1].split('"')[0]
        page = agent.get(f"/tickets/{number}/answers/{link}").text
        assert f">\n{expected}</textarea>" in page
        bare = agent.get(f"/tickets/{number}/answers/{link.split('#')[0]}?bare=1").text
        assert ">\nFixed.</textarea>" in bare


@pytest.mark.usefixtures("around")
def test_answers_are_found_by_a_part_of_their_name(
    new_ticket: Callable[..., int], signed_in: Callable[..., Any], as_: As
) -> None:
    with as_("admin") as uow:
        keep(uow, "parole", "", label={"ru": "Сброс пароля ёлка"}, text={"ru": "Пароль сброшен."})
    number = new_ticket()
    found = signed_in("agent").get(f"/tickets/{number}/answers/find?q=ПАРОЛ елка").json
    assert [item["text"] for item in found["items"]] == ["Пароль сброшен."]
    assert found["signature"] == "The desk"
    assert signed_in("agent").get(f"/tickets/{number}/answers/find?for=note").json["items"] == []
    assert signed_in("requester").get(f"/tickets/{number}/answers/find").status_code == 403


def test_resolution_texts_of_the_topic_are_offered_in_the_step_and_at_once(
    as_: As, new_ticket: Callable[..., int], signed_in: Callable[..., Any]
) -> None:
    with as_("admin") as uow:
        keep(uow, "toner", "", text={"en": "Toner <b>changed</b>."}, purpose="incidents.solution", topics=("hardware",))
        keep(uow, "numbered", "", text={"en": "Nr {{number}} done."}, purpose="incidents.solution")
    agent = signed_in("agent")
    page = agent.get(f"/tickets/{new_ticket(topic='hardware')}").text
    offered = page.split('id="resolve-f-incidents-solution-ready"')[1].split("</details>")[0]
    assert offered.index("Toner &lt;b&gt;changed&lt;/b&gt;.") < offered.index("Nr ")
    at_once = agent.get("/tickets/new?kind=incident&topic=hardware").text
    offered = at_once.split('id="f-incidents-solution-ready"')[1].split("</details>")[0]
    assert "Toner" in offered
    assert "Nr " not in offered  # it has no number yet


def test_other_plugins_bring_texts_too_and_one_that_fails_is_passed_over(
    with_plugin: Callable[..., Any], new_ticket: Callable[..., int], faults: Callable[[], Any]
) -> None:
    def ready_texts(draft: Draft, names: Collection[str]) -> list[ReadyText]:
        assert "incidents.solution" in names
        return [ReadyText("incidents.solution", {"en": "Known error"}, f"As known, see {draft.ticket_id}.")]

    def fails(uow: UnitOfWork) -> list[ReadyText]:
        raise RuntimeError

    number = new_ticket()
    _, app = with_plugin("known", ready_texts=hook(ready_texts))
    assert f"As known, see {number}." in enter(app, "agent").get(f"/tickets/{number}").text
    desk, app = with_plugin("broken", ready_texts=hook(fails))
    assert enter(app, "agent").get(f"/tickets/{number}").status_code == 200
    assert desk.faults.take()


def test_a_key_that_nobody_gives_is_made(signed_in: Callable[..., Any], as_: As) -> None:
    page = "/answers/new/answer"
    for name in ("Один", "Два"):
        values = {"v.label.ru": name, "v.text.ru": "Текст", "do": "save"}
        assert signed_in("agent").submit(page, page, values).status_code == 302
    with as_("agent") as uow:
        assert sorted(keys(uow)) == ["answer1", "answer2"]


def test_the_preview_keeps_the_form_and_reads_as_for_the_ticket(
    signed_in: Callable[..., Any], new_ticket: Callable[..., int]
) -> None:
    number, page = new_ticket("Toner"), "/answers/new/answer"
    values = {"v.label.en": "X", "v.text.en": "About *{{title}}*", "do": "preview", "ticket": str(number)}
    shown = signed_in("agent").submit(page, page, values).text
    assert "<p>About <em>Toner</em></p>" in shown
    assert "About *{{title}}*</textarea>" in shown
    hidden = signed_in("agent").submit(page, page, {**values, "ticket": "999"}).text
    assert "There is no ticket 999." in hidden
