"""Queue, ticket and new ticket as people use them: nothing typed is lost, nothing hidden is shown."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from itsm.core.tickets.verbs import move_ticket
from tests.fixtures import Clock, Sample, World
from tests.pages.conftest import Visitor, hidden
from tests.statements import statements

SignedIn = Callable[[str], Visitor]
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def registered(visitor: Visitor, title: str = "Принтер не печатает", **more: Any) -> str:
    """Register an incident; the address of its page."""
    answer = visitor.post("/tickets/new", {"kind": "incident", "key": f"key {hash(title)}", "title": title, **more})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_a_form_sent_twice_makes_one_ticket(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    values = {"kind": "incident", "key": hidden(agent.get("/tickets/new"), "key"), "title": "Once"}
    first, again = agent.post("/tickets/new", values), agent.post("/tickets/new", values)
    assert first.location == again.location
    other = agent.post("/tickets/new", {**values, "title": "Twice"})
    assert other.status_code == 422
    assert 'value="Twice"' in other.text
    assert hidden(other, "key") != values["key"]


def test_a_refused_form_keeps_what_was_typed_and_says_why_at_the_field(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    typed = {
        "title": "",
        "description": "Долгий рассказ",
        "requested_for": "Никто Никтоевич",
        "incidents.impact": "odd",
    }
    answer = agent.post("/tickets/new", {"kind": "incident", "key": "k" * 10, **typed})
    assert answer.status_code == 422
    for kept in ("Долгий рассказ", "Никто Никтоевич"):
        assert kept in answer.text
    for name in ("title", "requested_for", "incidents-impact"):
        assert f'id="f-{name}-error"' in answer.text
    assert "Nothing is found for" in answer.text
    strange = agent.post("/tickets/new", {"kind": "incident", "key": "k" * 10, "title": "x", "state": "closed"})
    assert strange.status_code == 422
    assert "state: Unknown field." in strange.text


@pytest.mark.parametrize("typed", ["requester@example.org", "Requester", "requester"])
def test_a_requester_is_found_by_what_one_types(signed_in: SignedIn, typed: str, api: Any, sample: Sample) -> None:
    place = registered(signed_in("agent"), requested_for=typed)
    made = api("agent", "GET", place).json
    assert made["requested_for"] == sample.people["requester"].id
    assert made["organisation"] == sample.people["requester"].organisation_id


def test_suggestions_are_for_staff_and_never_the_whole_list(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    assert agent.get("/people/suggest/person?q=").json == {"items": []}
    assert agent.get("/people/suggest/person?q=requ").json["items"][0].startswith("Requester #")
    assert agent.get("/people/suggest/organisation?q=АКМЕ").json["items"][0].startswith("Акме #")
    assert signed_in("requester").get("/people/suggest/person?q=requ").status_code == 403


def test_the_life_of_an_incident_stands_in_one_timeline(signed_in: SignedIn, sample: Sample) -> None:
    agent = signed_in("agent")
    place = registered(agent, requested_for="requester@example.org")
    assert agent.post(f"{place}/claim").status_code == 302
    assert agent.post(f"{place}/moves/take", {"version": hidden(agent.get(place), "version")}).status_code == 302
    agent.post(f"{place}/comments", {"body": "Только для **нас**", "public": "false", "key": "c1" * 8})
    agent.post(f"{place}/comments", {"body": "Для клиента", "public": "true", "key": "c2" * 8})
    edit = {"version": hidden(agent.get(f"{place}/edit"), "version"), "was": "{}", "reason": "Позвонил директор"}
    assert agent.post(f"{place}/edit", {**edit, "priority": "1", "team": str(sample.teams["l2"].id)}).status_code == 302
    page = agent.get(place).text
    for seen in ("Только для <strong>нас</strong>", "Internal note", "Для клиента", "Позвонил директор"):
        assert seen in page
    assert '<ins dir="auto">Critical</ins>' in page
    assert '<ins dir="auto">Second line</ins>' in page
    assert page.index("registered the ticket") < page.index("took it into work") < page.index("Для клиента")
    theirs = signed_in("requester").get(place).text
    assert "Для клиента" in theirs
    for unseen in ("Только для", "Позвонил директор", "Second line", "Edit", "Assign to me", "Work time"):
        assert unseen not in theirs


def test_a_step_asks_for_its_texts_in_place_and_keeps_them(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    place = registered(agent)
    version = hidden(agent.get(place), "version")
    answer = agent.post(f"{place}/moves/resolve", {"version": version, "incidents.problem": "Слова клиента"})
    assert answer.status_code == 422
    assert '<details open id="step-resolve">' in answer.text
    assert "Слова клиента" in answer.text
    assert 'id="resolve-f-incidents-solution-error"' in answer.text
    texts = {
        "incidents.problem": "Слова клиента",
        "incidents.solution": "Сделано",
        "incidents.resolution_code": "fixed",
    }
    assert agent.post(f"{place}/moves/resolve", {"version": version, **texts}).status_code == 302
    assert "Resolved" in agent.get(place).text
    assert agent.post(f"{place}/moves/nonsense", {"version": "1"}).status_code == 412


def test_a_conflict_keeps_both_what_was_typed_and_what_others_did(signed_in: SignedIn, api: Any) -> None:
    agent, second = signed_in("agent"), signed_in("second")
    place = registered(agent, "Old")
    mine, theirs = agent.get(f"{place}/edit"), second.get(f"{place}/edit")
    was, version = hidden(mine, "was"), hidden(mine, "version")
    values = {"version": hidden(theirs, "version"), "was": hidden(theirs, "was")}
    changed = {"title": "Theirs", "description": "", "incidents.impact": "high"}
    assert second.post(f"{place}/edit", {**values, **changed}).status_code == 302
    typed = {"title": "Mine", "description": "My long text", "incidents.impact": ""}
    conflict = agent.post(f"{place}/edit", {"version": version, "was": was, **typed})
    assert conflict.status_code == 412
    assert 'value="Mine"' in conflict.text
    assert "My long text" in conflict.text
    assert "<strong>Theirs</strong>" in conflict.text
    assert '<option value="high" selected>' in conflict.text
    again = {"version": hidden(conflict, "version"), "was": hidden(conflict, "was")}
    assert agent.post(f"{place}/edit", {**again, **typed, "incidents.impact": "high"}).status_code == 302
    now = api("agent", "GET", place).json
    assert (now["title"], now["description"], now["fields"]["incidents.impact"]) == ("Mine", "My long text", "high")


def test_a_comment_in_between_does_not_disturb_somebody_who_edits(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    place = registered(agent)
    form = agent.get(f"{place}/edit")
    signed_in("second").post(f"{place}/comments", {"body": "Смотрю", "public": "false", "key": "c" * 16})
    values = {"version": hidden(form, "version"), "was": hidden(form, "was"), "title": "Ещё одна тема"}
    assert agent.post(f"{place}/edit", values).status_code == 302


def test_of_two_who_claim_the_second_is_told_and_sees_the_ticket(signed_in: SignedIn) -> None:
    agent, second = signed_in("agent"), signed_in("second")
    place = registered(agent)
    assert agent.post(f"{place}/claim").status_code == 302
    late = second.post(f"{place}/claim")
    assert late.status_code == 409
    assert "is claimed already" in late.text


def test_a_file_keeps_its_name_and_is_never_run(signed_in: SignedIn) -> None:
    agent, name = signed_in("agent"), "Отчёт «кот» за май.svg"
    place = registered(agent)
    upload = {"body": "", "public": "false", "key": "f" * 16, "files": (io.BytesIO(b"<svg/>"), name)}
    assert agent.post(f"{place}/comments", upload).status_code == 302
    page = agent.get(place).text
    assert "Отчёт «кот» за май.svg" in page
    address = page.split('class="file"><a href="')[1].split('"')[0]
    answer = agent.get(address)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"<svg/>", "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''%D0%9E%D1%82" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in("stranger").get(address).status_code == 404
    assert agent.get(address.replace("/tickets/", "/tickets/9")).status_code == 404


def test_what_hangs_around_a_ticket_is_put_on_and_taken_off(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    one, two = registered(agent, "One"), registered(agent, "Two")
    number = two.rsplit("/", 1)[1]
    agent.post(f"{one}/tags", {"tag": "срочно"})
    agent.post(f"{one}/watchers", {"person": "second@example.org"})
    agent.post(f"{one}/links", {"to": f"#{number}", "type": "causes"})
    agent.post(f"{one}/parent", {"number": number})
    agent.post(f"{one}/work", {"minutes": "95", "note": "разбор"})
    page = agent.get(one).text
    for seen in ("срочно", "Second", "causes", "Parent ticket", "1:35"):
        assert seen in page
    assert "Child ticket" in agent.get(two).text
    agent.post(f"{one}/tags/remove", {"tag": "срочно"})
    agent.post(f"{one}/links/remove", {"to": number, "type": "causes"})
    assert 'name="tag" value="срочно"' not in agent.get(one).text
    wrong = agent.post(f"{one}/work", {"minutes": "много", "note": "разбор полётов"})
    assert wrong.status_code == 422
    assert "разбор полётов" in wrong.text
    assert agent.post(f"{one}/merge", {"number": one.rsplit("/", 1)[1]}).status_code == 422
    merged = agent.post(f"{one}/merge", {"number": number})
    assert merged.location == two
    assert "Merged into" in agent.get(one).text


def test_messages_are_split_off_into_a_new_ticket(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    place = registered(agent)
    agent.post(f"{place}/comments", {"body": "И ещё мышь", "public": "true", "key": "c" * 16})
    comment = agent.get(place).text.split('name="comments" value="')[1].split('"')[0]
    fresh = agent.post(f"{place}/split", {"comments": comment, "title": "Мышь"})
    assert fresh.status_code == 302
    assert "И ещё мышь" in agent.get(fresh.location).text


def test_a_reply_to_a_closed_ticket_leads_to_the_new_one(signed_in: SignedIn, as_: Any, clock: Clock) -> None:
    requester = signed_in("requester")
    place = registered(requester)
    number = int(place.rsplit("/", 1)[1])
    with as_("admin") as uow:
        texts = {"incidents.problem": "а", "incidents.solution": "б", "incidents.resolution_code": "fixed"}
        move_ticket(uow, number=number, transition="resolve", changes=texts)
        move_ticket(uow, number=number, transition="close")
    answer = requester.post(f"{place}/comments", {"body": "Опять", "public": "true", "key": "c" * 16})
    assert answer.location.split("#")[0] != place
    assert f"The ticket #{number} is finished" in requester.get(answer.location.split("#")[0]).text


def test_foreign_tickets_are_nowhere(signed_in: SignedIn) -> None:
    place = registered(signed_in("requester"), "Секрет")
    stranger = signed_in("stranger")
    assert stranger.get(place).status_code == 404
    assert "Секрет" not in stranger.get("/?state_category=all").text
    for act, values in (("comments", {"body": "x", "public": "true", "key": "k" * 16}), ("watchers", {})):
        assert stranger.post(f"{place}/{act}", values).status_code == 404
    for act in ("claim", "moves/take", "edit", "tags", "links", "merge", "split", "work", "parent"):
        assert stranger.post(f"{place}/{act}").status_code == 403
    own = signed_in("requester")
    assert own.post(f"{place}/comments", {"body": "x", "public": "false", "key": "k" * 16}).status_code == 403


def test_the_queue_filters_by_its_address_and_pages_by_keys(signed_in: SignedIn, api: Any, sample: Sample) -> None:
    agent, team = signed_in("agent"), sample.teams["l2"].id
    for number in range(53):
        body = {"kind": "incident", "title": f"Обращение {number}", "team": team, "fields": {"incidents.impact": "low"}}
        assert api("agent", "POST", "/tickets", json=body).status_code == 201
    page = agent.get(f"/?team={team}&incidents.impact=low")
    assert page.text.count("<tr id=") == 50
    assert "53 tickets" in page.text
    assert "Second line" in page.text
    following = page.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    rest = agent.get(following)
    assert rest.text.count("<tr id=") == 3
    assert "Обращение 0<" in rest.text
    assert "Обращение 52" not in rest.text
    assert agent.get("/?q=ОБРАЩЕНИЕ+52&state_category=all").text.count("<tr id=") == 1
    assert agent.get("/?assignee=me&state_category=unfinished").text.count("<tr id=") == 0


WRONG_FILTERS = (
    "nonsense=1", "team=x", "state_category=odd", "after=zzz", "_external=1", "_scheme=x", "incidents.major=ы",
    "incidents.reopened=1e9", "priority=9999999999999999999999", "q=" + "a" * 600, "team=" + "1," * 60,
)  # fmt: skip


@pytest.mark.parametrize("query", WRONG_FILTERS)
def test_a_wrong_filter_is_refused_in_words_and_the_page_stands(signed_in: SignedIn, query: str) -> None:
    answer = signed_in("agent").get(f"/?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_number_of_queries_does_not_depend_on_the_rows(
    signed_in: SignedIn, api: Any, world: World, sample: Sample
) -> None:
    agent = signed_in("agent")

    def opened(count: int) -> None:
        for number in range(count):
            people = [sample.people[name].id for name in ("requester", "stranger", "agent", "second")]
            body = {"kind": "incident", "title": f"x{number}", "requested_for": people[number % 4]}
            made = api("agent", "POST", "/tickets", json={**body, "team": sample.teams["l1"].id})
            api("agent", "POST", f"/tickets/{made.json['number']}/comments", json={"body": "x"})

    def queries(path: str) -> int:
        with statements(world) as seen:
            assert agent.get(path).status_code == 200
        return len(seen)

    opened(2)
    few = queries("/")
    opened(20)
    assert queries("/") == few
    number = api("agent", "GET", "/tickets?limit=1").json["items"][0]["number"]
    short = queries(f"/tickets/{number}")
    for index in range(12):
        who = ("agent", "second", "head", "admin")[index % 4]
        api(who, "POST", f"/tickets/{number}/comments", json={"body": f"Ещё {index}"})
    assert queries(f"/tickets/{number}") == short


@pytest.mark.parametrize("text", [EVIL, "{{7*7}} {% raw %} %s %(x)s {x}", "‮מדפסת‬", "ы" * 300, "&lt;b&gt;"])
def test_hostile_text_stays_text(signed_in: SignedIn, text: str) -> None:
    agent = signed_in("agent")
    place = registered(agent, text, description=text, requested_for="requester@example.org")
    agent.post(
        f"{place}/comments",
        {"body": f"{text}\n\n[x](javascript:alert(1)) ![p](http://evil/x.png)", "public": "true", "key": "k" * 16},
    )
    agent.post(f"{place}/tags", {"tag": text[:60]})
    for path in (
        place,
        "/",
        f"{place}/edit",
        "/?q=%3Cscript%3Ealert(1)",
        f"/tickets/new?title={text[:50]}",
        "/notices",
    ):
        page = agent.get(path)
        assert page.status_code == 200
        for wrong in ("<script>alert", "<img", 'href="javascript', "onerror=alert(1)>"):
            assert wrong not in page.text.replace("onerror=alert(1)&gt;", "")


def test_a_plugin_that_fails_on_the_page_becomes_a_card_with_its_name(signed_in: SignedIn, world: World) -> None:
    agent = signed_in("agent")
    place = registered(agent)
    panels = world.desk.registry.panels

    def broken(*_: Any) -> None:
        raise SystemExit("panel")

    try:
        world.desk.registry.panels = [replace(panel, context=broken) for panel in panels]
        page = agent.get(place)
    finally:
        world.desk.registry.panels = panels
    assert {fault.plugin for fault in world.desk.faults.take()} >= {"incidents"}
    assert page.status_code == 200
    assert "The plugin incidents failed here" in page.text
    assert "Принтер не печатает" in page.text


def test_a_ticket_whose_plugin_is_off_can_be_read_commented_and_closed(signed_in: SignedIn, world: World) -> None:
    agent = signed_in("agent")
    place = registered(agent)
    kinds = world.desk.registry.kinds
    try:
        world.desk.registry.kinds = {}
        page = agent.get(place)
        assert "switched off" in page.text
        assert agent.get("/").status_code == 200
        assert agent.get("/tickets/new").status_code == 200
        assert agent.post(f"{place}/comments", {"body": "x", "public": "true", "key": "k" * 16}).status_code == 302
        assert agent.post(f"{place}/moves/close", {"version": hidden(page, "version")}).status_code == 302
        assert "Closed" in agent.get(place).text
    finally:
        world.desk.registry.kinds = kinds
