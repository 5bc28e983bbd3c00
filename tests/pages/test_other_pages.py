"""Jobs, plugins, configuration, notices, people: what administrators and everybody else find there."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from itsm.blocks.services.verbs import add_service
from itsm.core.ledger.models import Event
from itsm.core.work.models import OwedCall
from itsm.core.work.verbs import hold_calls
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample, World
from tests.pages.conftest import Visitor, hidden

SignedIn = Callable[[str], Visitor]


def test_a_failed_job_is_shown_with_its_fault_and_tried_again(signed_in: SignedIn, desk: Desk, world: World) -> None:
    with desk.unit_of_work(TESTER) as uow:
        fault = "Traceback\nValueError: <b>boom</b>"
        call = OwedCall(name="core.expand", plugin="core", args={"event": 1}, state="dead", due=uow.now, attempts=8)
        call.error, call.created_at = fault, uow.now
        uow.session.add(call)
        uow.session.flush()
        number = call.id
    admin = signed_in("admin")
    page = admin.get("/jobs")
    assert "ValueError: &lt;b&gt;boom" in page.text
    assert "owed" not in page.text.lower()
    assert admin.post(f"/jobs/{number}/retry").status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(OwedCall, number).state == "due"
    assert admin.post(f"/jobs/{number}/retry").status_code == 409
    assert admin.post("/jobs/999999/retry").status_code == 404


def dead_calls(desk: Desk, number: int, *names: str) -> list[int]:
    """Calls that failed for good, in one lane of a ticket."""
    with desk.unit_of_work(TESTER) as uow:
        for name in names:
            uow.later(name, number=number, lane="a lane")
        uow.session.flush()
        rows = uow.session.scalars(select(OwedCall).where(OwedCall.name.in_(names)).order_by(OwedCall.id)).all()
        for row in rows:
            row.state, row.error = "dead", "OSError: the other system is away"
        return [row.id for row in rows]


def told(desk: Desk, type: str) -> list[dict[str, Any]]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return [dict(facts) for facts in uow.session.scalars(select(Event.facts).where(Event.type == type))]


def test_failed_jobs_tell_what_they_are_about_and_are_tried_again_by_name(
    signed_in: SignedIn, desk: Desk, new_ticket: Callable[..., int]
) -> None:
    number = new_ticket("Printer")
    first, second, other = dead_calls(desk, number, "gadget.tell", "gadget.tell", "gadget.mark")
    admin = signed_in("admin")
    page = admin.get("/jobs?state=dead")
    assert f'<a href="/tickets/{number}">' in page.text
    assert admin.submit("/jobs?state=dead", "/jobs/retry", {"name": "gadget.tell"}).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        states = [uow.session.get_one(OwedCall, id_).state for id_ in (first, second, other)]
    assert states == ["due", "due", "dead"]
    assert told(desk, "calls_retried") == [{"calls": [first, second], "names": ["gadget.tell"]}]


def test_a_failed_job_is_given_up_with_a_reason_and_its_lane_goes_on(
    signed_in: SignedIn, desk: Desk, new_ticket: Callable[..., int]
) -> None:
    (call,) = dead_calls(desk, new_ticket("Printer"), "gadget.tell")
    admin = signed_in("admin")
    assert admin.post(f"/jobs/{call}/drop", {"reason": " "}).status_code == 422
    assert admin.submit("/jobs", f"/jobs/{call}/drop", {"reason": "The system is gone"}).status_code == 302
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(OwedCall, call).state == "done"
    assert told(desk, "calls_dropped") == [{"calls": [call], "names": ["gadget.tell"]}]
    assert admin.post(f"/jobs/{call}/drop", {"reason": "again"}).status_code == 409


def test_what_is_held_since_a_restore_is_said_and_released_on_the_page(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    assert "Since a restore" not in admin.get("/jobs").text
    with desk.unit_of_work(TESTER) as uow:
        hold_calls(uow)
    assert "Since a restore" in admin.get("/jobs").text
    assert admin.submit("/jobs", "/jobs/release", {}).status_code == 302
    assert "Since a restore" not in admin.get("/jobs").text


def test_a_document_is_edited_as_text_with_a_reason_and_put_back(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    text = "entries:\n- key: coffee\n  label: {en: Coffee, ru: Кофе}\n"
    assert admin.post("/configuration/core.topics", {"body": text, "reason": ""}).status_code == 422
    assert admin.post("/configuration/core.topics", {"body": text, "reason": "Кофе важен"}).status_code == 302
    page = admin.get("/configuration/core.topics").text
    assert "Кофе важен" in page
    assert "coffee" in page
    assert "Coffee" in admin.get("/tickets/new").text
    again = {"body": "entries: []", "reason": "Пусто", "then": "save"}
    admin.post("/configuration/core.topics", again)
    assert "Coffee" in admin.get("/tickets/new").text
    number = admin.get("/configuration/core.topics").text.split("?revision=")[1].split('"')[0]
    admin.post(f"/configuration/revisions/{number}/activate")
    assert "Coffee" not in admin.get("/tickets/new").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entries: [", "Line "),
        ("entries:\n- key: a\n  key: b\n", "Line 3"),
        ("a: &x [1]\nb: *x\n", "Line 2"),
        ("entries:\n- key: A B\n  label: {en: x}\n", "entries.0.key: Use small letters"),
        ("- 1", "Invalid input type."),
        ("strange: 1\nentries: []", "strange: Unknown field."),
        ("[" * 5000, "This is not YAML"),
        ("", "Invalid input type."),
    ],
)
def test_a_wrong_document_is_refused_with_its_place_and_kept(signed_in: SignedIn, text: str, said: str) -> None:
    answer = signed_in("admin").post("/configuration/core.topics", {"body": text, "reason": "Зачем-то"})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Зачем-то"' in answer.text
    assert text[:20] in answer.text.replace("&amp;", "&")


def test_a_notice_is_counted_in_the_head_until_it_is_read(
    signed_in: SignedIn, work: Callable[[], int], sample: Sample
) -> None:
    """By the hook `nav_marks`."""
    agent = signed_in("agent")
    values = {"kind": "incident", "key": "k" * 9, "title": "<b>Стоп</b>", "requested_for": "requester@example.org"}
    place = agent.post("/tickets/new", values).location
    agent.post(f"{place}/comments", {"body": "Уже смотрим", "public": "true", "key": "c" * 9})
    while work():
        pass
    requester = signed_in("requester")
    assert '<span class="count">1</span>' in requester.get("/").text
    page = requester.get("/notices").text
    assert "&lt;b&gt;Стоп&lt;/b&gt;" in page
    assert f'href="{place}"' in page
    requester.post("/notices/read")
    assert '<span class="count">' not in requester.get("/").text


def test_plugins_are_listed_with_the_command_and_can_be_switched_off(signed_in: SignedIn, api: Any) -> None:
    admin = signed_in("admin")
    page = admin.get("/plugins")
    assert "Incidents" in page.text
    assert admin.get("/plugins/incidents").status_code == 200
    assert admin.get("/plugins/nonsense").status_code == 404
    assert signed_in("agent").post("/plugins/incidents/disable").status_code == 403


def test_people_and_organisations_are_found_by_name_address_and_phone(signed_in: SignedIn, sample: Sample) -> None:
    agent = signed_in("agent")
    page = agent.get("/people?q=requester@")
    assert f"/people/{sample.people['requester'].id}" in page.text
    person = agent.get(f"/people/{sample.people['requester'].id}")
    assert "requester@example.org" in person.text
    organisation = sample.people["requester"].organisation_id
    assert "Д-17" in agent.get(f"/organisations/{organisation}").text
    assert "Акме" in agent.get("/people?q=акме").text
    assert agent.get("/people/999999").status_code == 404
    assert agent.get("/people/99999999999999999999999").status_code == 404
    asked = person.text.split('href="/tickets/new?')[1].split('"')[0].replace("&amp;", "&")
    new = agent.get(f"/tickets/new?{asked}")
    assert f'value="Requester #{sample.people["requester"].id}"' in new.text


def test_a_major_incident_is_declared_on_its_page_and_listed(signed_in: SignedIn) -> None:
    """Its mark comes by the hook `ticket_badges`."""
    agent = signed_in("agent")
    place = agent.post("/tickets/new", {"kind": "incident", "key": "k" * 9, "title": "Всё стоит"}).location
    assert "Declare a major incident" in agent.get(place).text
    agent.post(f"/p/incidents/major/{place.rsplit('/', 1)[1]}", {"major": "true"})
    assert "Всё стоит" in agent.get("/p/incidents/major").text
    assert '<span class="badge alarm">Major incident</span>' in agent.get(place).text


def test_services_of_the_hook_service_names_are_offered_as_a_tree(signed_in: SignedIn, desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        network = add_service(uow, key="z", label={"en": "Network", "ru": "Сеть"})
        add_service(uow, key="a", label={"en": "Wi-Fi"}, parent_id=network.id)
        number = network.id
    agent = signed_in("agent")
    form = agent.get("/tickets/new").text
    assert ">Network<" in form
    assert "Wi-Fi" not in form  # it is offered once its service is chosen
    values = {"kind": "incident", "key": "k" * 9, "title": "Wi-Fi", "service": str(number)}
    assert agent.post("/tickets/new", values).status_code == 302
    assert "· Network" in agent.get(f"/?service={number}").text


def test_errors_are_pages_for_people_and_documents_for_programs(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    lost = agent.get("/no/such/page")
    assert (lost.status_code, lost.mimetype) == (404, "text/html")
    assert "There is no such page" in lost.text
    assert agent.get("/tickets/999999").status_code == 404
    assert agent.get("/tickets/0").status_code == 404
    assert agent.client.put("/").status_code == 405
    assert agent.get("/api/v1/nothing").mimetype == "application/problem+json"
    assert hidden(agent.get("/tickets/new"), "kind") == "incident"
