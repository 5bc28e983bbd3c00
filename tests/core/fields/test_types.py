"""Money, files and references: what is stored, what is refused, who may see it."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.fields.rules import Wrong, clean
from itsm.core.fields.verbs import move_references
from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.marks import hook
from itsm.core.people.models import Person
from itsm.core.people.verbs import add_organisation, change_person
from itsm.core.tickets.models import Ticket
from tests.core.fields.conftest import Fielded

LABEL = {"en": "A field"}
PRICE = Field("gadgets.price", "money", LABEL, minimum=0, maximum=10_000)
PAPER = Field("gadgets.paper", "file", LABEL, public=True)
SHOP = Field("gadgets.shop", "reference", LABEL, reference="organisation")
NOTE = Field("gadgets.note", "file", LABEL)
BUYER = Field("gadgets.buyer", "reference", LABEL, reference="person", filterable=True)
Make = Callable[..., Fielded]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"amount": "1250.5", "currency": "RUB"}, "1250.50 RUB"),
        ({"amount": "7", "currency": "EUR"}, "7.00 EUR"),
        ({"amount": "0.1250", "currency": "KWD"}, "0.125 KWD"),
        ("1 250,50 rub", "1250.50 RUB"),
        ("10\u00a0000 RUB", "10000.00 RUB"),
    ],
)
def test_money_is_stored_as_decimal_text_and_accepted_again_unchanged(given: Any, stored: str) -> None:
    value = clean(PRICE, given)
    assert f"{value['amount']} {value['currency']}" == stored
    assert clean(PRICE, value) == value


@pytest.mark.parametrize(
    "given",
    [
        "a lot", 12, {"amount": 12.5, "currency": "RUB"}, {"amount": "1e3", "currency": "RUB"}, "-1 RUB", "10001 RUB",
        {"amount": "1", "currency": "rubles"}, {"amount": "1.00001", "currency": "RUB"}, {"amount": "1"}, ["1 RUB"],
        {"amount": "NaN", "currency": "RUB"}, {"amount": "1" * 400, "currency": "RUB"},
    ],
)  # fmt: skip
def test_what_is_no_amount_of_money_is_refused(given: Any) -> None:
    with pytest.raises(Wrong):
        clean(PRICE, given)


@pytest.mark.parametrize(
    ("type", "reason"), [("money", "currencies"), ("file", "yes_no"), ("long_text", "long"), ("choices", "several")]
)
def test_what_cannot_be_filtered_by_says_why(with_plugin: Any, type: Any, reason: str) -> None:
    @hook
    def register_fields() -> Any:
        return [Field("gadgets.x", type, LABEL, filterable=True)]

    desk, _ = with_plugin("gadgets", register_fields=register_fields)
    assert reason in desk.aside["gadgets"]


def test_money_stands_in_the_answer_as_it_was_stored(with_fields: Make) -> None:
    here = with_fields(PRICE)
    made = here.opened(fields={"gadgets.price": {"amount": "99.9", "currency": "RUB"}})
    assert made["fields"]["gadgets.price"] == {"amount": "99.90", "currency": "RUB"}
    page = here.signed_in("agent").get(f"/tickets/{made['number']}").text
    assert "99.90 RUB" in page


def test_a_file_is_uploaded_named_by_a_field_and_read_by_who_sees_the_ticket(with_fields: Make) -> None:
    here = with_fields(PAPER, NOTE)
    kept = here.api("requester", "POST", "/files", data={"file": (io.BytesIO(b"scan"), "скан.pdf")})
    assert (kept.status_code, kept.json["name"], kept.json["size"]) == (201, "скан.pdf", 4)
    made = here.opened("requester", fields={"gadgets.paper": {**kept.json, "size": 999}})
    assert made["fields"]["gadgets.paper"]["size"] == 4
    place = f"/files/ticket/{made['number']}/gadgets.paper"
    assert here.api("agent", "GET", place).data == b"scan"
    assert here.api("requester", "GET", place).data == b"scan"
    assert here.api("stranger", "GET", place).status_code == 404
    assert here.api("requester", "GET", f"/files/ticket/{made['number']}/gadgets.note").status_code == 404


def test_a_file_in_an_internal_field_is_not_for_requesters(with_fields: Make) -> None:
    here = with_fields(NOTE)
    kept = here.api("agent", "POST", "/files", data={"file": (io.BytesIO(b"secret"), "note.txt")}).json
    requester = here.world.sample.people["requester"].id
    number = here.opened(requested_for=requester, fields={"gadgets.note": kept})["number"]
    assert here.api("agent", "GET", f"/files/ticket/{number}/gadgets.note").data == b"secret"
    assert here.api("requester", "GET", f"/files/ticket/{number}/gadgets.note").status_code == 404


@pytest.mark.parametrize(
    "value",
    [
        {"sha256": "0" * 64, "name": "never.pdf"}, {"sha256": "../../etc/passwd", "name": "x"}, "x.pdf",
        {"sha256": "0" * 64, "name": "a/b"}, {"sha256": "0" * 64}, {"sha256": "0" * 64, "name": "a\nb"},
    ],
)  # fmt: skip
def test_a_file_that_was_never_uploaded_is_refused(with_fields: Make, value: Any) -> None:
    assert set(with_fields(PAPER).refused(fields={"gadgets.paper": value})) == {"gadgets.paper"}


def test_a_form_takes_a_file_and_keeps_it_when_it_is_refused(with_fields: Make) -> None:
    here = with_fields(PAPER)
    client = here.signed_in("agent")
    form = {"kind": "incident", "key": "form-0001", "title": "", "gadgets.paper": (io.BytesIO(b"scan"), "скан.pdf")}
    refused = client.post("/tickets/new", form)
    assert refused.status_code == 422
    assert "скан.pdf" in refused.text
    held = refused.text.split('type="hidden" name="gadgets.paper" value="')[1].split('"')[0].replace("&#34;", '"')
    again = {"kind": "incident", "key": "form-0002", "title": "С файлом", "gadgets.paper": held}
    made = client.post("/tickets/new", again)
    assert made.status_code == 302, made.text
    number = made.headers["Location"].rsplit("/", 1)[1]
    assert client.get(f"/files/ticket/{number}/gadgets.paper").data == b"scan"
    assert "скан.pdf" in client.get(f"/tickets/{number}").text


def test_a_reference_to_nothing_and_to_the_invisible_is_refused_in_the_same_words(with_fields: Make) -> None:
    here = with_fields(BUYER)
    other = here.world.sample.people["stranger"].id
    nothing = here.refused("requester", fields={"gadgets.buyer": 10**9})
    assert nothing == here.refused("requester", fields={"gadgets.buyer": other})
    assert nothing == here.refused("requester", fields={"gadgets.buyer": "x"})
    assert nothing == here.refused("requester", fields={"gadgets.buyer": 2**62})
    made = here.opened("agent", fields={"gadgets.buyer": other})
    assert made["fields"]["gadgets.buyer"] == other
    found = here.api("agent", "GET", f"/tickets/count?gadgets.buyer={other}").json
    assert found == {"count": 1}


def test_suggestions_hold_only_what_one_may_see(with_fields: Make) -> None:
    here = with_fields(BUYER)
    assert [i["name"] for i in here.api("agent", "GET", "/references/person?q=stran").json["items"]] == ["Stranger"]
    assert here.api("requester", "GET", "/references/person?q=stran").json["items"] == []
    assert here.api("agent", "GET", "/references/unicorn?q=x").status_code == 404
    teams = here.api("agent", "GET", "/references/team?q=перв").json["items"]
    assert [t["name"]["en"] for t in teams] == ["First line"]


def test_a_form_takes_a_name_that_only_one_bears(with_fields: Make) -> None:
    here = with_fields(BUYER)
    client = here.signed_in("agent")
    assert client.get("/fields/suggest/person?q=stranger").get_json()["items"][0].startswith("Stranger #")
    form = {"kind": "incident", "key": "form-0003", "title": "Покупка", "gadgets.buyer": "Stranger"}
    number = client.post("/tickets/new", form).headers["Location"].rsplit("/", 1)[1]
    person = here.world.sample.people["stranger"].id
    page = client.get(f"/tickets/{number}").text
    assert f'href="/people/{person}"' in page
    several = client.post("/tickets/new", {**form, "key": "form-0004", "gadgets.buyer": "e"})
    assert several.status_code == 422


def test_a_reference_to_what_was_merged_is_stored_as_its_survivor(with_fields: Make) -> None:
    here = with_fields(BUYER, SHOP)
    people = here.world.sample.people
    with here.as_("admin") as uow:
        uow.session.get_one(Person, people["stranger"].id).merged_into_id = people["requester"].id
        one, two = add_organisation(uow, name="One"), add_organisation(uow, name="Two")
        three = add_organisation(uow, name="Three")
        one.merged_into_id, two.merged_into_id = two.id, three.id
        last = three.id
    made = here.opened(fields={"gadgets.buyer": people["stranger"].id, "gadgets.shop": one.id})
    assert made["fields"] == {"gadgets.buyer": people["requester"].id, "gadgets.shop": last}


def test_references_move_in_batches_each_with_its_event(with_fields: Make) -> None:
    here = with_fields(BUYER, Field("gadgets.boss", "reference", LABEL, subject="person", reference="person"))
    old, new = (here.world.sample.people[name].id for name in ("stranger", "requester"))
    numbers = [here.opened(fields={"gadgets.buyer": old})["number"] for _ in range(3)]
    with here.as_("admin") as uow:
        change_person(uow, person_id=here.world.sample.people["agent"].id, changes={"gadgets.boss": old})
    with here.as_("admin") as uow:
        assert move_references(uow, "person", old, new, limit=2) == 2
    with here.as_("admin") as uow:
        assert move_references(uow, "person", old, new) == 2
        assert move_references(uow, "person", old, new) == 0
    with here.as_("admin") as uow:
        assert {uow.session.get_one(Ticket, n).fields["gadgets.buyer"] for n in numbers} == {new}
    events = here.api("agent", "GET", f"/tickets/{numbers[0]}/events").json["items"]
    assert events[-1]["facts"]["gadgets.buyer"] == [old, new]
    assert here.api("agent", "GET", f"/tickets/count?gadgets.buyer={new}").json == {"count": 3}
