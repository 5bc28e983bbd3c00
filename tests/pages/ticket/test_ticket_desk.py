"""The desk of one ticket: writing with a step, values changed where they stand, long histories, who else is here."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.tickets.verbs import add_comment, change_ticket, open_ticket
from tests.fixtures import Clock, Sample, World
from tests.pages.conftest import Visitor
from tests.statements import statements

SignedIn = Callable[[str], Visitor]
SOLVED = {"incidents.problem": "Не печатает", "incidents.solution": "Заправлен", "incidents.resolution_code": "fixed"}


@pytest.fixture
def number(as_: Any, sample: Sample) -> int:
    """An incident of the requester."""
    with as_("agent") as uow:
        ticket = open_ticket(uow, kind="incident", title="Принтер", requested_for=sample.people["requester"].id)
    return int(ticket.id)


def value(visitor: Visitor, number: int, name: str, new: str, was: str) -> Any:
    """Change one value as the page does, where its input held `was` when it was opened."""
    form = {name: new, "was": json.dumps({name: [was]})}
    return visitor.post(f"/tickets/{number}/values/{name}", form)


def test_a_reply_and_the_step_that_follows_it_are_one_act(signed_in: SignedIn, number: int, api: Any) -> None:
    agent, page = signed_in("agent"), f"/tickets/{number}"
    half = {"body": "Готово, проверьте", "public": "true", "then": "resolve"}
    refused = agent.submit(page, f"{page}/comments", half)
    assert refused.status_code == 422
    assert "Готово, проверьте" in refused.text
    assert 'id="then-f-incidents-solution"' in refused.text
    assert api("agent", "GET", page).json["state_category"] == "new"
    assert not [e for e in api("agent", "GET", f"{page}/events").json["items"] if e["type"] == "comment_added"]
    whole = agent.submit(f"{page}?then=resolve", f"{page}/comments", {**half, **SOLVED})
    assert whole.status_code == 302
    assert api("agent", "GET", page).json["state_category"] == "resolved"
    assert "Готово, проверьте" in signed_in("requester").get(page).text


def test_who_may_not_work_on_a_ticket_brings_no_step_with_a_reply(signed_in: SignedIn, number: int, api: Any) -> None:
    page = f"/tickets/{number}"
    form = {"body": "Закройте", "public": "true", "key": "k" * 16, "then": "resolve", **SOLVED}
    assert signed_in("requester").post(f"{page}/comments", form).status_code == 403
    assert api("agent", "GET", page).json["state_category"] == "new"


def test_the_preview_is_what_the_page_will_show(signed_in: SignedIn, number: int) -> None:
    agent, page, text = signed_in("agent"), f"/tickets/{number}", "**да** <script>x</script> [a](javascript:b)"
    shown = agent.post("/tickets/preview", {"body": text}).text.split('dir="auto">')[1].split("</div>")[0].strip()
    agent.submit(page, f"{page}/comments", {"body": text, "public": "false"})
    assert shown in agent.get(page).text
    assert "<strong>да</strong>" in shown
    assert "<script>" not in shown


def test_one_value_is_changed_where_it_stands_and_a_refusal_stands_there_too(
    signed_in: SignedIn, number: int, sample: Sample, api: Any
) -> None:
    agent, page = signed_in("agent"), f"/tickets/{number}"
    opened = agent.get(f"{page}?edit=assignee").text
    assert opened.count("data-editing") == 1
    assert 'id="f-assignee"' in opened
    assert value(agent, number, "assignee", "Second", "").status_code == 302
    assert api("agent", "GET", page).json["assignee"] == sample.people["second"].id
    wrong = value(agent, number, "assignee", "Никто Никтоев", f"Second #{sample.people['second'].id}")
    assert wrong.status_code == 422
    assert 'id="f-assignee-error"' in wrong.text
    assert "Никто Никтоев" in wrong.text
    assert value(agent, number, "state", "closed", "").status_code == 404
    assert value(agent, number, "title", "", "Принтер").status_code == 422
    assert value(signed_in("requester"), number, "title", "Мой", "Принтер").status_code == 403


def test_of_two_who_change_one_value_the_second_sees_both(signed_in: SignedIn, number: int, api: Any) -> None:
    agent, second, page = signed_in("agent"), signed_in("second"), f"/tickets/{number}"
    assert value(second, number, "title", "Их тема", "Принтер").status_code == 302
    assert value(agent, number, "description", "Мой рассказ", "").status_code == 302  # another value disturbs nobody
    both = value(agent, number, "title", "Моя тема", "Принтер")
    assert both.status_code == 412
    assert 'value="Моя тема"' in both.text
    assert "<strong>Их тема</strong>" in both.text
    assert agent.submit(f"{page}?edit=title", f"{page}/values/title", {"title": "Моя тема"}).status_code == 302
    assert api("agent", "GET", page).json["title"] == "Моя тема"


def test_a_step_that_was_overtaken_keeps_what_was_typed_and_shows_both(
    signed_in: SignedIn, number: int, api: Any
) -> None:
    agent, page = signed_in("agent"), f"/tickets/{number}"
    version = api("agent", "GET", page).json["version"]
    assert value(signed_in("second"), number, "incidents.solution", "Их рассказ", "").status_code == 302
    late = {**SOLVED, "version": str(version), "was": json.dumps({"incidents.solution": [""]})}
    answer = agent.post(f"{page}/moves/resolve", late)
    assert answer.status_code == 412
    assert '<details open id="step-resolve">' in answer.text
    assert "Заправлен" in answer.text
    assert "<strong>Их рассказ</strong>" in answer.text
    first = agent.post(f"{page}/moves/take", {"version": str(version)})
    assert first.status_code == 412
    assert agent.post(f"{page}/moves/cancel", {"version": str(version), "title": "Набранное"}).text.count("Набранное")


def test_a_step_is_not_disturbed_by_what_has_nothing_to_do_with_it(signed_in: SignedIn, number: int, api: Any) -> None:
    agent, page = signed_in("agent"), f"/tickets/{number}"
    now = api("agent", "GET", page).json
    assert value(signed_in("second"), number, "title", "Другая тема", "Принтер").status_code == 302
    form = {"version": str(now["version"]), "state": now["state"], "was": "{}"}
    assert agent.post(f"{page}/moves/take", form).status_code == 302
    late = agent.post(f"{page}/moves/resolve", {**form, **SOLVED})
    assert late.status_code == 412  # it stands elsewhere now
    assert "Заправлен" in late.text


def test_what_may_not_be_changed_is_not_offered(signed_in: SignedIn, number: int) -> None:
    requester = signed_in("requester").get(f"/tickets/{number}?edit=title").text
    assert "pencil" not in requester
    assert "data-editing" not in requester
    agent = signed_in("agent")
    assert 'id="f-source"' not in agent.get(f"/tickets/{number}?edit=source").text
    agent.post(
        f"/tickets/{number}/comments", {"body": "x", "public": "true", "key": "k" * 16, "then": "resolve", **SOLVED}
    )
    page = f"/tickets/{number}"
    version = agent.get(page).text.split('name="version" value="')[1].split('"')[0]
    assert agent.post(f"{page}/moves/close", {"version": version}).status_code == 302
    assert "pencil" not in agent.get(f"{page}?edit=title").text


def test_a_long_text_is_folded_and_read_whole_on_demand(signed_in: SignedIn, number: int) -> None:
    agent, page = signed_in("agent"), f"/tickets/{number}"
    long = "\n".join(f"строка {line}" for line in range(2000))
    agent.submit(page, f"{page}/comments", {"body": long, "public": "false"})
    shown = agent.get(page).text
    assert "строка 0<" in shown
    assert "строка 1000" not in shown
    address = shown.split('hx-get="')
    whole = next(part.split('"')[0] for part in address if "/comments/" in part.split('"')[0])
    assert "строка 1999" in agent.get(whole).text
    assert signed_in("requester").get(whole).status_code == 404
    assert agent.get(whole.replace(f"/{number}/", f"/{number + 1}/")).status_code == 404


def test_older_entries_come_on_demand_and_a_filter_leaves_the_conversation(
    signed_in: SignedIn, number: int, as_: Any
) -> None:
    agent, page = signed_in("agent"), f"/tickets/{number}"
    with as_("agent") as uow:
        add_comment(uow, number=number, body="Самое первое слово")
        for turn in range(260):
            change_ticket(uow, number=number, changes={"title": f"Тема {turn}"})
    shown = agent.get(page).text
    assert "Тема 259" in shown
    assert "Тема 100<" not in shown
    seen, steps = shown.count('<li class="event"'), 0
    while 'class="earlier"' in shown:
        earlier = shown.split('class="earlier">')[1].split('href="')[1].split("#")[0]
        shown, steps = agent.get(earlier.replace("&amp;", "&")).text, steps + 1
        seen += shown.count('<li class="event"')
    assert "Самое первое слово" in shown
    assert (seen, steps) == (261, 2)
    talk = agent.get(f"{page}?show=talk").text
    assert "Самое первое слово" in talk
    assert "Тема 200" not in talk.split('id="history"')[1]


def test_who_else_is_here_is_told_to_staff_alone_and_forgotten_after_a_minute(
    signed_in: SignedIn, number: int, clock: Clock
) -> None:
    agent, second, requester, page = (
        signed_in("agent"),
        signed_in("second"),
        signed_in("requester"),
        f"/tickets/{number}",
    )
    assert second.get(f"{page}/live").status_code == 200
    assert "Second is looking at this too" in agent.get(page).text
    second.get(f"{page}/live?editing=1")
    assert "Second is writing here now" in agent.get(page).text
    assert "Second is" not in second.get(page).text
    requester.get(f"{page}/live?editing=1")
    assert "Requester is" not in agent.get(page).text
    assert "is writing here" not in requester.get(page).text
    clock.forward(seconds=61)
    assert "Second is" not in agent.get(page).text


def test_a_refresh_with_nothing_new_is_a_304_and_three_queries(
    signed_in: SignedIn, number: int, world: World, clock: Clock
) -> None:
    agent, second, page = signed_in("agent"), signed_in("second"), f"/tickets/{number}"
    tag = _tag(agent, page)
    assert agent.get(f"{page}/live", headers={"If-None-Match": tag}).status_code == 304
    with statements(world) as made:
        assert agent.get(f"{page}/live", headers={"If-None-Match": tag}).status_code == 304
    assert len(made) <= 3, made
    second.get(f"{page}/live")
    here = agent.get(f"{page}/live", headers={"If-None-Match": tag})
    assert here.status_code == 200
    assert "Second is looking" in here.text
    clock.forward(seconds=61)
    agent.submit(page, f"{page}/comments", {"body": "Новое слово", "public": "false"})
    assert "Новое слово" in agent.get(f"{page}/live", headers={"If-None-Match": tag}).text
    assert signed_in("stranger").get(f"{page}/live").status_code == 404


def _tag(visitor: Visitor, page: str) -> str:
    """The tag of what is shown, as the page sends it."""
    return visitor.get(page).text.split('data-live="')[1].split('" ')[0].replace("&quot;", '"')


def test_files_may_come_with_a_note_and_stay_inside(signed_in: SignedIn, number: int) -> None:
    agent, page = signed_in("agent"), f"/tickets/{number}"
    picture = (io.BytesIO(b"png"), "picture-1.png")
    sent = {"body": "Снимок", "public": "false", "key": "k" * 16, "files": picture}
    assert agent.post(f"{page}/comments", sent).status_code == 302
    assert "picture-1.png" in agent.get(page).text
    theirs = signed_in("requester").get(page).text
    assert "picture-1.png" not in theirs
    assert "Снимок" not in theirs
