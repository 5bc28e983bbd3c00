"""Forms per role: what they ask, preset and take is one rule of the verb, for pages and the API alike."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.blocks.services.verbs import add_service
from itsm.core.access.verbs import add_account, add_token, grant_role, save_role
from itsm.core.configuration.verbs import activate_document, check_document, save_document
from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import Field, Kind
from itsm.core.hookspecs.marks import hook
from itsm.core.people.verbs import add_person
from itsm.core.tickets.verbs import add_comment, change_ticket, open_ticket
from itsm_incidents.settings import WORKFLOW
from tests.core.fields.conftest import Fielded
from tests.fixtures import TESTER

LOTTERY = Field("gadgets.lottery", "text", {"en": "Lottery", "ru": "Лотерея"}, public=True)
PHONE = Field("gadgets.phone", "text", {"en": "Phone", "ru": "Телефон"})
CALL: dict[str, Any] = {
    "key": "call", "label": {"en": "Lottery call", "ru": "Звонок"}, "kinds": ["incident"], "roles": ["dispatcher"],
    "fields": ["title", "gadgets.lottery", "gadgets.phone", "description", "service"],
    "mandatory": [{"field": "gadgets.lottery"}, {"field": "gadgets.phone", "services": ["terminals"]}],
    "preset": {"team": "l1", "topic": "hardware"}, "source": "phone",
}  # fmt: skip
MAY = {"tickets.open", "tickets.read", "tickets.read_all", "tickets.comment", "people.read"}
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def desk(with_fields: Callable[..., Fielded]) -> Fielded:
    """A desk with a lottery and a phone on its tickets, and two services."""
    here = with_fields(LOTTERY, PHONE)
    with here.desk.unit_of_work(TESTER) as uow:
        terminals = add_service(uow, key="terminals", label={"en": "Terminals"}).id
        here.ids = {"terminal": add_service(uow, key="t.paper", label={"en": "Paper"}, parent_id=terminals).id}
        here.ids["site"] = add_service(uow, key="site", label={"en": "Site"}).id
    return here


@pytest.fixture
def dispatcher(desk: Fielded) -> Fielded:
    """The same with an outsourced dispatcher, whose role holds within one organisation and has one form."""
    acme = desk.world.sample.organisations["acme"].id
    with desk.desk.unit_of_work(TESTER) as uow:
        save_role(uow, key="dispatcher", label={"en": "Dispatcher"}, permissions=MAY)
        them = add_person(uow, name="Dispatcher", addresses=[("email", "dispatcher@example.org")]).id
        add_account(uow, person_id=them, login="dispatcher@example.org", password="password of dispatcher")
        grant_role(uow, person_id=them, role="dispatcher", organisation_id=acme)
        desk.world.sample.tokens["dispatcher"] = add_token(uow, person_id=them, name="tests")
    put(desk, CALL)
    return desk


def put(desk: Fielded, *forms: dict[str, Any]) -> None:
    """Put these forms in force."""
    with desk.desk.unit_of_work(TESTER) as uow:
        revision = save_document(uow, name="core.forms", body={"forms": list(forms)}, reason="trying")
        activate_document(uow, revision_id=revision.id)


def test_the_api_demands_what_the_form_of_ones_role_demands(dispatcher: Fielded) -> None:
    assert set(dispatcher.refused("dispatcher")) == {"gadgets.lottery"}
    paper = {"service": dispatcher.ids["terminal"]}
    assert set(dispatcher.refused("dispatcher", **paper)) == {"gadgets.lottery", "gadgets.phone"}
    fields = {"gadgets.lottery": "6/45", "gadgets.phone": "112"}
    made = dispatcher.opened("dispatcher", fields=fields, **paper)
    assert made["organisation"] == dispatcher.world.sample.organisations["acme"].id
    assert dispatcher.opened("agent")["incomplete"] == []  # nobody asks an agent


def test_what_the_form_presets_is_put_in_and_what_is_not_on_it_refused(dispatcher: Fielded) -> None:
    fields = {"gadgets.lottery": "6/45"}
    made = dispatcher.opened("dispatcher", fields=fields)
    assert (made["team"], made["topic"]) == (dispatcher.world.sample.teams["l1"].id, "hardware")
    strange = {"team": dispatcher.world.sample.teams["l2"].id, "priority": 1}
    refused = dispatcher.refused("dispatcher", fields={**fields, "incidents.impact": "high"}, **strange)
    assert set(refused) == {"team", "priority", "incidents.impact"}


def test_only_ones_own_forms_and_their_types_can_be_named(dispatcher: Fielded) -> None:
    put(dispatcher, CALL, {**CALL, "key": "other", "roles": ["head"]})
    for form in ("other", "nonsense"):
        assert set(dispatcher.refused("dispatcher", form=form)) == {"form"}
        assert dispatcher.signed_in("dispatcher").get(f"/tickets/new?form={form}").status_code == 404
    assert "form" in dispatcher.refused("agent", form="call")


def test_a_form_for_some_services_takes_no_other(dispatcher: Fielded) -> None:
    put(dispatcher, {**CALL, "services": ["terminals"]})
    fields = {"gadgets.lottery": "6/45", "gadgets.phone": "112"}
    assert set(dispatcher.refused("dispatcher", fields=fields, service=dispatcher.ids["site"])) == {"service"}
    assert dispatcher.opened("dispatcher", fields=fields, service=dispatcher.ids["terminal"])["number"]
    page = dispatcher.signed_in("dispatcher").get("/tickets/new").text
    assert ">Paper<" in page.replace("\u2003", "")
    assert ">Site<" not in page


def test_what_comes_without_a_form_is_marked_by_the_form_for_everybody(desk: Fielded) -> None:
    put(desk, {**CALL, "roles": [], "mandatory": [{"field": "gadgets.lottery"}, {"field": "service"}]})
    with desk.as_("agent") as uow:
        number = open_ticket(uow, kind="incident", title="Mail", source="mail").id
    assert desk.api("agent", "GET", f"/tickets/{number}").json["incomplete"] == ["gadgets.lottery", "service"]
    with desk.as_("agent") as uow, pytest.raises(Invalid, match="First fill in"):
        change_ticket(uow, number=number, changes={"team": desk.world.sample.teams["l2"].id})
    with desk.as_("agent") as uow:
        change_ticket(uow, number=number, changes={"gadgets.lottery": "6/45"})
        assert change_ticket(uow, number=number, changes={"service": desk.ids["site"]}).incomplete is None


def test_the_page_shows_one_button_few_fields_and_keeps_what_was_typed(dispatcher: Fielded) -> None:
    browser = dispatcher.signed_in("dispatcher")
    assert browser.get("/tickets").text.count('href="/tickets/new"') >= 1  # although the role holds in one organisation
    page = browser.get("/tickets/new").text
    assert 'aria-label="Forms"' not in page
    assert page.count(">Register</button>") == 1
    assert "Lottery call" in page
    for absent in ("f-team", "f-priority", "f-assignee", "f-incidents-impact", "f-requested_for"):
        assert f'id="{absent}"' not in page
    typed = {"form_key": "call", "kind": "incident", "key": "k" * 10, "title": "Нет бумаги", "gadgets.phone": EVIL}
    refused = browser.post("/tickets/new", typed)
    assert refused.status_code == 422
    assert 'id="f-gadgets-lottery-error"' in refused.text
    assert "Нет бумаги" in refused.text
    assert "<script>alert" not in refused.text
    made = browser.post("/tickets/new", {**typed, "gadgets.lottery": "6/45", "key": "m" * 10})
    assert made.status_code == 302, made.text
    assert dispatcher.api("agent", "GET", made.location).json["source"] == "phone"
    for strange in ({"team": "1"}, {"gadgets.none": "1"}):
        assert browser.post("/tickets/new", {**typed, **strange}).status_code == 422


def test_the_dispatcher_sees_neither_notes_nor_other_organisations(dispatcher: Fielded) -> None:
    with dispatcher.as_("agent") as uow:
        people = dispatcher.world.sample.people
        ours = open_ticket(uow, kind="incident", title="Ours", requested_for=people["requester"].id).id
        theirs = open_ticket(uow, kind="incident", title="Theirs", requested_for=people["stranger"].id).id
        add_comment(uow, number=ours, body="Between us", public=False)
    browser = dispatcher.signed_in("dispatcher")
    page = browser.get(f"/tickets/{ours}")
    assert page.status_code == 200
    assert "Between us" not in page.text
    assert "internal note" not in page.text.lower()
    assert browser.get(f"/tickets/{theirs}").status_code == 404
    note = {"body": "x", "public": "false", "key": "n" * 10}
    assert browser.post(f"/tickets/{ours}/comments", note).status_code == 403


def test_a_form_of_several_types_asks_which_it_is(with_fields: Callable[..., Fielded]) -> None:
    @hook
    def register_kinds() -> Any:
        return (Kind("request", {"en": "Service request", "ru": "Запрос"}, WORKFLOW, order=20),)

    desk = with_fields(LOTTERY, register_kinds=register_kinds)
    form = {**CALL, "kinds": ["incident", "request"], "roles": [], "fields": ["title"], "mandatory": [], "preset": {}}
    put(desk, form)
    browser = desk.signed_in("agent")
    page = browser.get("/tickets/new").text
    assert page.count('type="radio" name="kind"') == 2
    sent = {"form_key": "call", "kind": "request", "key": "k" * 10, "title": "A chair"}
    made = browser.post("/tickets/new", sent)
    assert desk.api("agent", "GET", made.location).json["kind"] == "request"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"fields": ["description"]}, "forms.0.fields"),
        ({"fields": ["title", "nonsense"], "mandatory": []}, "forms.0.fields"),
        ({"fields": ["title", "state"], "mandatory": []}, "forms.0.fields"),
        ({"kinds": ["nonsense"]}, "forms.0.kinds"),
        ({"roles": ["nonsense"]}, "forms.0.roles"),
        ({"services": ["nonsense"]}, "forms.0.services"),
        ({"mandatory": [{"field": "priority"}]}, "forms.0.mandatory"),
        ({"mandatory": [{"field": "title", "services": ["nonsense"]}]}, "forms.0.services"),
        ({"preset": {"assignee": "x"}}, "forms.0.preset.assignee"),
        ({"preset": {"team": 7}}, "forms.0.preset.team"),
        ({"preset": {"incidents.impact": "nonsense"}}, "forms.0.preset.incidents.impact"),
        ({"source": "mail"}, "forms.0.source"),
    ],
)
def test_a_document_that_this_desk_cannot_follow_is_refused_where_it_is_wrong(
    desk: Fielded, change: dict[str, Any], place: str
) -> None:
    with desk.desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid) as refused:
        check_document(uow, name="core.forms", body={"forms": [{**CALL, "roles": [], **change}]})
    assert place in {refusal.field for refusal in refused.value.refusals}
