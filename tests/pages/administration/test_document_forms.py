"""Documents as forms: every document has one, nothing is lost on the way, refusals stand where they belong."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from marshmallow import Schema
from sqlalchemy import select

from itsm.core.configuration.forms.parts import kind_of, schema_of, words_of
from itsm.core.configuration.forms.words import WORDS
from itsm.core.configuration.verbs import document, document_type, normal
from itsm.core.ledger.models import Event
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.testing.forms import forms_of
from tests.fixtures import TESTER
from tests.pages.conftest import Visitor, hidden

SignedIn = Callable[[str], Visitor]
FIELDS = "/configuration/core.fields"
LIFE = "/configuration/workflow.incident"


def body(desk: Desk, name: str) -> Mapping[str, Any]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return normal(document_type(uow, name), document(uow, name).body)


def whole(desk: Desk) -> Mapping[str, Any]:
    return {name: body(desk, name) for name in desk.registry.documents}


def test_a_form_that_is_saved_as_it_stands_changes_nothing_in_any_document(signed_in: SignedIn, desk: Desk) -> None:
    admin, before, sent = signed_in("admin"), whole(desk), 0
    for name, content in before.items():
        page = admin.get(f"/configuration/{name}/form")
        assert page.status_code == 200, name
        links = {a for a in page.text.split('"') if a.startswith(f"/configuration/{name}/form/") and a.count("/") == 5}
        entries = sorted(a for a in links if not a.endswith(("/move", "/remove")))
        assert len(entries) == sum(
            len(v) for v in content.values() if isinstance(v, list) and v and isinstance(v[0], dict)
        )
        actions = {form.action for form in forms_of(page.text)}
        for place in [*([page.request.path] if page.request.path in actions else []), *entries[:3], *entries[-2:]]:
            answer = admin.submit(place, place, {"reason": "As it is", "do": "save"})
            assert answer.status_code == 302, (place, answer.text)
            sent += 1
    assert whole(desk) == before
    assert sent > 30


def test_every_input_of_every_form_has_words_for_people(desk: Desk) -> None:
    """In the schema's `metadata` or among the house's words; the name in the code is no word."""

    def mute(schema: Schema) -> Iterator[str]:
        for name, declared in schema.fields.items():
            if name not in WORDS and "label" not in declared.metadata:
                yield name
            if kind_of(declared) in ("group", "list", "conditions"):
                yield from mute(schema_of(declared))
            inner = getattr(declared, "inner", declared)
            words = declared.metadata.get("words") or inner.metadata.get("words") or {}
            yield from (f"{name}: {word}" for word in words_of(inner) if word and word not in {**WORDS, **words})

    found = {name: list(mute(declared.schema())) for name, declared in desk.registry.documents.items()}
    assert not {name: names for name, names in found.items() if names}


def test_a_field_is_made_changed_and_put_in_order_by_forms(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    given = {"v.name": "desk.region", "v.type": "choice", "v.label.en": "Region", "v.label.ru": "Регион"}
    page = admin.submit(f"{FIELDS}/add/fields", f"{FIELDS}/add/fields", {**given, "do": "add:choices"})
    assert page.status_code == 200
    form = next(form for form in forms_of(page.text) if form.action == f"{FIELDS}/add/fields")
    first = form.filled({"v.choices.0.value": "north", "v.choices.0.label.en": "North", "reason": "Asked for"})
    assert admin.client.post(form.action, data={**first, "do": "save"}).status_code == 302
    entry = body(desk, "core.fields")["fields"][0]
    assert (entry["name"], entry["label"]["ru"]) == ("desk.region", "Регион")
    assert [choice["value"] for choice in entry["choices"]] == ["north"]
    place = f"{FIELDS}/form/fields/desk.region"
    changed = {"v.filterable": "on", "v.label.ru": "Область", "reason": "Its name", "do": "save"}
    assert admin.submit(place, place, changed).status_code == 302
    entry = body(desk, "core.fields")["fields"][0]
    assert (entry["filterable"], entry["label"]["ru"]) == (True, "Область")


def test_what_is_refused_stands_at_its_input_and_everything_typed_stays(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    place = f"{FIELDS}/add/fields"
    typed = {"v.name": "Region!", "v.type": "choice", "v.label.en": "<b>Region</b>", "v.default": "{a", "reason": ""}
    page = admin.submit(place, place, {**typed, "do": "save"})
    assert page.status_code == 422
    assert 'id="e-default"' in page.text
    page = admin.submit(place, place, {**typed, "v.default": "", "v.minimum": "x", "do": "save"})
    assert 'id="e-minimum"' in page.text
    page = admin.submit(place, place, {**typed, "v.default": "", "do": "save"})
    for input_ in ("name", "choices"):
        assert f'id="e-{input_}"' in page.text
    assert 'value="Region!"' in page.text
    assert "&lt;b&gt;Region&lt;/b&gt;" in page.text
    assert "<b>Region" not in page.text
    right = {**typed, "v.name": "desk.region", "v.type": "text", "v.default": "", "do": "save"}
    assert 'id="reason-error"' in admin.submit(place, place, right).text
    assert body(desk, "core.fields")["fields"] == []


def test_a_status_is_removed_with_its_steps_and_its_tickets_go_where_the_form_says(
    signed_in: SignedIn, desk: Desk, new_ticket: Callable[..., int]
) -> None:
    admin, number = signed_in("admin"), new_ticket("Printer")
    place = f"{LIFE}/form/states/new"
    refused = admin.submit(place, f"{place}/remove", {"reason": "Not needed"})
    assert refused.status_code == 422
    assert "There is no state new" in refused.text
    done = admin.submit(place, f"{place}/remove", {"instead": "in_progress", "reason": "Not needed"})
    assert done.status_code == 302
    life = body(desk, "workflow.incident")
    assert (life["initial"], life["mapping"]) == ("in_progress", {"new": "in_progress"})
    assert "take" not in [step["key"] for step in life["transitions"]]
    assert "In progress" in admin.get(f"/tickets/{number}").text
    with desk.unit_of_work(TESTER, write=False) as uow:
        facts = list(uow.session.scalars(select(Event.facts).where(Event.type == "document_activated")))
    assert facts[-1]["document"] == "workflow.incident"


def test_entries_are_put_in_another_order_with_buttons(signed_in: SignedIn, desk: Desk) -> None:
    admin = signed_in("admin")
    page = "/configuration/core.topics/form"
    keys = [entry["key"] for entry in body(desk, "core.topics")["entries"]]
    assert admin.submit(page, f"{page}/entries/{keys[1]}/move", {"to": "up"}).status_code == 302
    assert [e["key"] for e in body(desk, "core.topics")["entries"]][:2] == [keys[1], keys[0]]


def test_of_two_who_change_a_document_by_forms_the_second_sees_what_the_first_did(
    signed_in: SignedIn, desk: Desk
) -> None:
    one, other = signed_in("admin"), signed_in("admin")
    place = "/configuration/core.topics/form/entries/network"
    match = hidden(other.get(place), "match")
    assert one.submit(place, place, {"v.label.en": "Networks", "reason": "Many", "do": "save"}).status_code == 302
    late = {"v.key": "network", "v.label.en": "Nets", "v.active": "on", "reason": "Short", "match": match}
    page = other.post(place, late)
    assert page.status_code == 412
    assert "<ins>Networks</ins>" in page.text
    assert 'value="Nets"' in page.text
    again = {**late, "match": hidden(page, "match")}
    assert other.post(place, again).status_code == 302
    assert next(e for e in body(desk, "core.topics")["entries"] if e["key"] == "network")["label"] == {"en": "Nets"}


@pytest.mark.parametrize("who", ["agent", "head"])
def test_forms_of_documents_are_for_those_who_configure(signed_in: SignedIn, who: str) -> None:
    visitor = signed_in(who)
    for place in (f"{LIFE}/form", f"{LIFE}/form/states/new", f"{LIFE}/add/states"):
        assert visitor.get(place).status_code == 403
        assert visitor.post(place.replace("/add", "/add")).status_code == 403


def test_what_is_not_there_is_not_found(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    for place in ("x/form", "core.topics/form/entries/nobody", "core.topics/form/nothing/0", "core.topics/add/nothing"):
        assert admin.get(f"/configuration/{place}").status_code == 404
    assert admin.post(f"{LIFE}/form/states/nobody/remove", {"reason": "x"}).status_code == 404
