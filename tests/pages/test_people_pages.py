"""The pages of people, organisations and groups: look, change, merge, confirm, and the history of each."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from itsm.core.ledger.erasing import erase_texts
from itsm.core.ledger.models import Event
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.verbs import add_person, change_person, find_by_address, find_or_meet
from itsm.core.tickets.verbs import change_ticket, move_ticket
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample
from tests.pages.conftest import Visitor, hidden

SignedIn = Callable[[str], Visitor]


def test_a_person_is_made_and_changed_in_a_form_with_history(signed_in: SignedIn, desk: Desk) -> None:
    head = signed_in("head")
    values = {"name": "<b>Анна</b>", "email": "anna@x.example", "phone": "8 900 000-11-22", "locale": "ru"}
    answer = head.post("/people/new", values)
    assert answer.status_code == 302, answer.text
    place = answer.location
    page = head.get(place)
    assert "&lt;b&gt;Анна&lt;/b&gt;" in page.text
    assert "anna@x.example" in page.text
    form = head.get(f"{place}/edit")
    kept = {name: hidden(form, name) for name in ("version", "was")}
    change = {**kept, "name": "Анна К.", "organisation": "Акме", "premium": "true", "reason": "Вышла замуж"}
    assert head.post(f"{place}/edit", change).status_code == 302
    text = head.get(place).text
    for said in ("Анна К.", "Вышла замуж", "Premium", "Акме"):
        assert said in text, said


def test_two_who_change_one_person_both_see_what_the_other_made(signed_in: SignedIn, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        id_ = add_person(uow, name="Анна").id
    head = signed_in("head")
    form = head.get(f"/people/{id_}/edit")
    kept = {name: hidden(form, name) for name in ("version", "was")}
    with desk.unit_of_work(TESTER) as uow:
        change_person(uow, person_id=id_, changes={"name": "Анна Другая", "timezone": "Asia/Omsk"})
    answer = head.post(f"/people/{id_}/edit", {**kept, "name": "Анна Моя"})
    assert answer.status_code == 412
    assert "Анна Моя" in answer.text
    assert "Анна Другая" in answer.text
    again = {name: hidden(answer, name) for name in ("version", "was")}
    assert head.post(f"/people/{id_}/edit", {**again, "name": "Анна Моя"}).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        person = uow.session.get_one(Person, id_)
        assert (person.name, person.timezone) == ("Анна Моя", "Asia/Omsk")


def test_an_organisation_with_contracts_domains_and_a_mark_that_ends(signed_in: SignedIn, desk: Desk) -> None:
    head = signed_in("head")
    values = {"name": "Ромашка", "contracts": "Д-5; 2026-12-31\r\nД-6\r\n", "domains": "romashka.example\r\nРомашка.рф"}
    place = head.post("/organisations/new", values).location
    text = head.get(place).text
    for said in ("Д-5", "Д-6", "31 Dec 2026", "romashka.example, Ромашка.рф"):
        assert said in text, said
    form = head.get(f"{place}/edit")
    kept = {name: hidden(form, name) for name in ("version", "was")}
    untouched = {"contracts": "Д-5; 2026-12-31\r\nД-6"}
    assert head.post(f"{place}/edit", {**kept, **untouched, "premium": "true"}).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        row = uow.session.get_one(Organisation, int(place.rsplit("/", 1)[1]))
        assert (row.premium, row.version) == (True, 3)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "A name has 1 to 200 characters."),
        ({"name": "x", "domains": "gmail.com"}, "Anybody may have an address at gmail.com"),
        ({"name": "x", "contracts": "Д-17"}, "The contract Д-17 exists already."),
        ({"name": "x", "contracts": "1; soon"}, "Write days as 2026-12-31."),
        ({"name": "x", "contracts": "1; 9999-12-31"}, "Must be between"),
        ({"name": "x", "premium_until": "never"}, "Write days as 2026-12-31."),
        ({"name": "x", "strange": "1"}, "strange: Unknown field."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(signed_in: SignedIn, values: dict[str, str], said: str) -> None:
    answer = signed_in("head").post("/organisations/new", values)
    assert answer.status_code in (409, 422)
    assert said in answer.text
    if "strange" not in values:
        assert all(not text or text in answer.text for text in values.values())


def test_a_merge_shows_what_moves_and_then_leads_to_the_survivor(signed_in: SignedIn, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        gone = add_person(uow, name="Анна К.", addresses=[("email", "a@x.example")]).id
        kept = add_person(uow, name="Анна Ким").id
    head = signed_in("head")
    preview = head.get(f"/people/{gone}/merge?into=%23{kept}")
    assert f"Анна К. #{gone} → Анна Ким #{kept}" in preview.text
    assert re.search(r"<dt>Addresses</dt><dd>1</dd>", preview.text)
    values = {"into": str(kept), "version": hidden(preview, "version"), "reason": "Один человек"}
    assert head.post(f"/people/{gone}/merge", values).location == f"/people/{kept}"
    led = head.get(f"/people/{gone}", follow_redirects=True)
    assert "Анна Ким" in led.text
    assert f"Number {gone} was merged into this one." in led.text
    assert "Один человек" in led.text
    assert head.post(f"/people/{gone}/merge", values).location == f"/people/{kept}"
    assert head.get(f"/people/{kept}/merge?into=%23{kept}").status_code == 422
    assert head.post(f"/people/{kept}/merge", {"into": "x", "version": "1"}).status_code == 422


def test_those_who_wait_are_confirmed_or_merged(signed_in: SignedIn, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        met = find_or_meet(uow, type="email", value="new@x.example", name="<i>Кто-то</i>").person.id
        add_person(uow, name="Twin One")
        add_person(uow, name="one twin")
    assert "Confirm</button>" not in signed_in("agent").get("/people/settle").text
    head = signed_in("head")
    page = head.get("/people/settle").text
    assert "&lt;i&gt;Кто-то&lt;/i&gt;" in page
    assert "same name" in page
    assert head.post(f"/people/{met}/confirm").status_code == 302
    assert "Кто-то" not in head.get("/people/settle").text


def test_addresses_are_added_and_removed_on_the_page(signed_in: SignedIn, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        id_ = add_person(uow, name="Анна").id
    head = signed_in("head")
    assert head.post(f"/people/{id_}/addresses", {"type": "email", "value": "nobody"}).status_code == 422
    assert head.post(f"/people/{id_}/addresses", {"type": "email", "value": "agent@example.org"}).status_code == 409
    assert head.post(f"/people/{id_}/addresses", {"type": "chat", "value": "tg:5"}).status_code == 302
    remove = re.search(r'action="(/people/\d+/addresses/\d+/remove)"', head.get(f"/people/{id_}").text)
    assert remove
    assert head.post(remove.group(1)).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert find_by_address(uow, type="chat", value="tg:5") is None


def test_groups_are_made_changed_and_filled(signed_in: SignedIn, desk: Desk, sample: Sample) -> None:
    admin = signed_in("admin")
    values = {"key": "net", "name_ru": "Сеть", "name_en": "Network", "level": "group", "line": "L2", "head": "Head"}
    place = admin.post("/teams/new", values).location
    assert admin.post(f"{place}/members", {"person": "Second"}).status_code == 302
    assert admin.post(f"{place}/members", {"person": "Nobody at all"}).status_code == 422
    form = admin.get(f"{place}/edit")
    kept = {name: hidden(form, name) for name in ("version", "was")}
    assert (
        admin.post(f"{place}/edit", {**kept, "name_en": "Networks", "parent": str(sample.teams["l1"].id)}).status_code
        == 302
    )
    text = admin.get(place).text
    for said in ("Networks", "First line", "Second</a>", "added Second"):
        assert said in text, said
    number = sample.people["second"].id
    assert admin.post(f"{place}/members", {"remove": str(number)}).status_code == 302
    assert "Networks" in admin.get("/teams").text
    with desk.unit_of_work(TESTER, write=False) as uow:
        team = uow.session.get_one(Team, int(place.rsplit("/", 1)[1]))
        assert team.label == {"ru": "Сеть", "en": "Networks"}


def test_history_reads_on_where_its_texts_were_erased(signed_in: SignedIn, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        id_ = add_person(uow, name="Анна").id
        change_person(uow, person_id=id_, changes={"name": "Тайное имя"})
        change_person(uow, person_id=id_, changes={"name": "Анна"})
    agent = signed_in("agent")
    assert "Тайное имя" in agent.get(f"/people/{id_}").text
    with desk.unit_of_work(TESTER) as uow:
        erase_texts(uow, events=select(Event.id), because="test")
    page = agent.get(f"/people/{id_}")
    assert page.status_code == 200
    assert "Тайное имя" not in page.text


PLACES = ["/people/settle", "/people/{p}", "/organisations/{o}", "/teams", "/teams/{t}"]
EDITING = [
    "/people/new",
    "/people/{p}/edit",
    "/organisations/{o}/edit",
    "/people/{p}/merge",
    "/teams/new",
    "/teams/{t}/edit",
]


def test_who_may_see_and_who_may_change(signed_in: SignedIn, sample: Sample) -> None:
    them: Any = sample.people["requester"]
    parts = {"p": them.id, "o": them.organisation_id, "t": sample.teams["l1"].id}
    agent, requester, admin = signed_in("agent"), signed_in("requester"), signed_in("admin")
    for place in PLACES:
        assert requester.get(place.format(**parts)).status_code == 403, place
        assert agent.get(place.format(**parts)).status_code == 200, place
    for place in EDITING:
        assert agent.get(place.format(**parts)).status_code == 403, place
        assert admin.get(place.format(**parts)).status_code == 200, place


def test_pages_of_people_organisations_and_groups_show_their_open_tickets(
    signed_in: SignedIn, new_ticket: Callable[..., int], sample: Sample, as_: Callable[..., Any]
) -> None:
    about = {"requested_for": sample.people["requester"].id, "organisation": sample.organisations["acme"].id}
    open_, urgent, done = (new_ticket(title, **about) for title in ("Принтер <i>", "Сервер", "Отменённое"))
    with as_("head") as uow:
        for number in (open_, urgent):
            change_ticket(uow, number=number, changes={"team": sample.teams["l1"].id})
        change_ticket(uow, number=urgent, changes={"priority": 1, "assignee": sample.people["agent"].id})
        move_ticket(uow, number=done, transition="cancel", changes={"incidents.cancel_reason": "spam"})
    agent = signed_in("agent")
    for path in (
        f"/people/{about['requested_for']}", f"/organisations/{about['organisation']}",
        f"/teams/{sample.teams['l1'].id}",
    ):  # fmt: skip
        shown = agent.get(path).text
        assert shown.index("Сервер") < shown.index("Принтер &lt;i&gt;"), "the urgent one first"
        assert "Отменённое" not in shown
        assert '<span class="count">2</span>' in shown
    assert "Tickets assigned to this person" in agent.get(f"/people/{sample.people['agent'].id}").text
    assert "Tickets assigned to this person" not in agent.get(f"/people/{about['requested_for']}").text


def test_duplicates_are_told_apart_and_either_may_stay(signed_in: SignedIn, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        first = add_person(uow, name="Пётр Ильин", addresses=[("email", "petr@one.example")]).id
        second = add_person(uow, name="Петр Ильин", addresses=[("email", "petr@two.example")]).id
    head = signed_in("head")
    page = head.get("/people/settle").text
    assert "petr@one.example" in page
    assert "petr@two.example" in page
    for gone, kept in ((first, second), (second, first)):
        link = re.search(rf'href="(/people/{gone}/merge\?into=[^"]+)"', page)
        assert link
        assert f"#{gone} → " in head.get(html.unescape(link[1])).text
        assert f'name="into" value="{kept}"' in head.get(html.unescape(link[1])).text
    assert "/merge" not in signed_in("agent").get("/people/settle").text


def test_a_session_is_told_by_its_browser_not_by_its_agent(signed_in: SignedIn, sample: Sample) -> None:
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
    login = {"login": "agent@example.org", "password": "password of agent"}
    signed_in("agent").post("/sign-in", login, headers={"User-Agent": chrome})
    shown = signed_in("admin").get(f"/people/{sample.people['agent'].id}/account").text
    assert "Chrome, Linux" in shown
    assert "AppleWebKit" not in shown
