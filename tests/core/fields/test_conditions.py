"""Where fields are visible and mandatory: in the verb, in the form, and as pure rules."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.blocks.services.verbs import add_service
from itsm.core.fields.conditions import Standing, circle, missing, visible
from itsm.core.hookspecs.declarations import Choice, Field, When
from itsm.core.hookspecs.marks import hook
from itsm.core.tickets.verbs import change_ticket
from tests.core.fields.conftest import Fielded
from tests.fixtures import TESTER

LABEL = {"en": "A field", "ru": "Поле"}
LOTTERY = Field(
    "gadgets.lottery", "text", LABEL, mandatory=[When(services=["sales"])], visible=[When(services=["sales"])]
)
PHONE = Field("gadgets.phone", "text", LABEL, mandatory=True)
WHERE = Field("gadgets.where", "choice", LABEL, choices=[Choice("shop", LABEL), Choice("depot", LABEL)], default="shop")
TILL = Field("gadgets.till", "whole", LABEL, visible=[When(fields={"gadgets.where": ["shop"]})], public=True)
CAUSE = Field("gadgets.cause", "text", LABEL, mandatory=[When(states=["resolved"])])
LEAD = Field("gadgets.lead", "text", LABEL, visible=[When(roles=["head"])])
Make = Callable[..., Fielded]
SOLVED = {"incidents.problem": "p", "incidents.solution": "s", "incidents.resolution_code": "fixed"}


def a_service(here: Fielded) -> int:
    """A sub-service of *sales*."""
    with here.desk.unit_of_work(TESTER) as uow:
        sales = add_service(uow, key="sales", label={"en": "Sales"})
        return add_service(uow, key="sales.online", label={"en": "Online"}, parent_id=sales.id).id


def test_every_mandatory_field_is_named_at_once(with_fields: Make) -> None:
    here = with_fields(LOTTERY, PHONE)
    service = a_service(here)
    assert set(here.refused(service=service)) == {"gadgets.lottery", "gadgets.phone"}
    assert set(here.refused()) == {"gadgets.phone"}
    made = here.opened(service=service, fields={"gadgets.lottery": "6/45", "gadgets.phone": "123"})
    assert made["incomplete"] == []


def test_a_value_where_the_field_does_not_apply_is_refused(with_fields: Make) -> None:
    here = with_fields(LOTTERY, TILL, WHERE)
    assert "apply" in here.refused(fields={"gadgets.lottery": "6/45"})["gadgets.lottery"]
    assert "apply" in here.refused(fields={"gadgets.where": "depot", "gadgets.till": 3})["gadgets.till"]
    assert "apply" in here.refused(fields={"gadgets.where": None, "gadgets.till": 3})["gadgets.till"]


def test_a_field_of_another_type_of_ticket_does_not_apply(with_fields: Make) -> None:
    here = with_fields(Field("gadgets.x", "text", LABEL, kinds=["change"]))
    assert set(here.refused(fields={"gadgets.x": "y"})) == {"gadgets.x"}


def test_a_default_is_put_in_at_opening_and_makes_others_apply(with_fields: Make) -> None:
    here = with_fields(TILL, WHERE)
    assert here.opened()["fields"] == {"gadgets.where": "shop"}
    assert here.opened(fields={"gadgets.till": 3})["fields"] == {"gadgets.where": "shop", "gadgets.till": 3}
    assert here.opened(fields={"gadgets.where": "depot"})["fields"] == {"gadgets.where": "depot"}


def test_what_is_mandatory_in_a_state_is_demanded_on_the_way_there(with_fields: Make) -> None:
    here = with_fields(CAUSE)
    number = here.opened()["number"]
    path, step = f"/tickets/{number}/transitions", {"transition": "resolve", "fields": SOLVED}
    refused = here.api("agent", "POST", path, json=step)
    assert (refused.status_code, [e["field"] for e in refused.json["errors"]]) == (422, ["gadgets.cause"])
    done = here.api("agent", "POST", path, json={**step, "fields": {**SOLVED, "gadgets.cause": "dust"}})
    assert done.status_code == 200, done.json


def test_a_field_is_for_those_in_a_role(with_fields: Make) -> None:
    here = with_fields(LEAD)
    assert set(here.refused("agent", fields={"gadgets.lead": "x"})) == {"gadgets.lead"}
    assert here.opened("head", fields={"gadgets.lead": "x"})["fields"] == {"gadgets.lead": "x"}
    assert "gadgets.lead" not in here.signed_in("agent").get("/tickets/new?kind=incident").text
    assert "gadgets.lead" in here.signed_in("head").get("/tickets/new?kind=incident").text


def test_a_new_rule_does_not_lock_old_tickets_but_their_solving(with_fields: Make) -> None:
    number = with_fields().opened()["number"]
    here = with_fields(PHONE)
    with here.as_("agent") as uow:
        change_ticket(uow, number=number, changes={"title": "Другое", "team": here.world.sample.teams["l2"].id})
    refused = here.api(
        "agent", "POST", f"/tickets/{number}/transitions", json={"transition": "resolve", "fields": SOLVED}
    )
    assert [e["field"] for e in refused.json["errors"]] == ["gadgets.phone"]


def test_a_person_cannot_clear_what_is_mandatory(with_fields: Make) -> None:
    here = with_fields(PHONE)
    made = here.opened(fields={"gadgets.phone": "1"})
    cleared = here.api(
        "agent", "PATCH", f"/tickets/{made['number']}", {"If-Match": "*"}, json={"fields": {"gadgets.phone": None}}
    )
    assert (cleared.status_code, cleared.json["errors"][0]["field"]) == (422, "gadgets.phone")


def test_the_form_hides_what_does_not_apply_and_asks_again_when_refused(with_fields: Make) -> None:
    here = with_fields(LOTTERY, TILL, WHERE)
    service = a_service(here)
    client = here.signed_in("agent")
    plain = client.get("/tickets/new?kind=incident").text
    assert 'name="gadgets.lottery"' not in plain
    assert 'name="gadgets.till"' in plain
    assert 'name="gadgets.lottery"' in client.get(f"/tickets/new?kind=incident&service={service}").text
    form = {"kind": "incident", "key": "form-0005", "title": "Касса", "service": service, "gadgets.where": "depot"}
    refused = client.post("/tickets/new", form)
    assert refused.status_code == 422
    assert 'name="gadgets.lottery"' in refused.text
    assert "Mandatory here." in refused.text
    assert 'name="gadgets.till"' not in refused.text
    assert client.post("/tickets/new", {**form, "key": "form-0006", "gadgets.lottery": "6/45"}).status_code == 302


def test_the_edit_form_shows_what_applies_and_what_is_there(with_fields: Make) -> None:
    here = with_fields(LOTTERY, TILL, WHERE)
    number = here.opened(fields={"gadgets.where": "depot"})["number"]
    page = here.signed_in("agent").get(f"/tickets/{number}/edit").text
    assert 'name="gadgets.where"' in page
    assert 'name="gadgets.lottery"' not in page
    assert 'name="gadgets.till"' not in page


def test_a_plugin_whose_conditions_form_a_circle_is_set_aside(with_plugin: Any) -> None:
    @hook
    def register_fields() -> Any:
        one = Field("gadgets.a", "text", LABEL, visible=[When(fields={"gadgets.b": ["x"]})])
        return [one, Field("gadgets.b", "text", LABEL, visible=[When(fields={"gadgets.a": ["x"]})])]

    desk, _ = with_plugin("gadgets", register_fields=register_fields)
    assert "gadgets.a → gadgets.b → gadgets.a" in desk.aside["gadgets"]


NAMES = st.sampled_from(["gadgets.a", "gadgets.b", "gadgets.c", "gadgets.d"])
WHENS = st.builds(
    When,
    kinds=st.lists(st.sampled_from(["incident", "change"]), max_size=2),
    categories=st.lists(st.sampled_from(["new", "open"]), max_size=1),
    roles=st.lists(st.sampled_from(["head", "agent"]), max_size=1),
    fields=st.dictionaries(NAMES, st.lists(st.sampled_from(["x", "y"]), min_size=1, max_size=2), max_size=2),
)
FIELDS = st.builds(
    Field, NAMES, st.just("text"), st.just(LABEL), visible=st.lists(WHENS, max_size=2),
    mandatory=st.one_of(st.booleans(), st.lists(WHENS, max_size=2)),
)  # fmt: skip
PLACES = st.builds(
    Standing, kind=st.sampled_from(["incident", "change"]), category=st.sampled_from(["new", "open"]),
    values=st.dictionaries(NAMES, st.sampled_from(["x", "y", ""])),
)  # fmt: skip


@given(st.lists(FIELDS, max_size=4), PLACES)
def test_only_visible_fields_are_missed_and_roles_only_add(fields: list[Field], at: Standing) -> None:
    declared = {field.name: field for field in fields}
    shown, lacking = visible(declared, at), missing(declared, at)
    assert set(lacking) <= shown
    assert all(not at.values.get(name) for name in lacking)
    if not circle(declared):
        more = Standing(at.kind, at.state, at.category, at.services, frozenset({"head", "agent"}), at.values)
        assert shown <= visible(declared, more)
        assert set(lacking) <= set(missing(declared, more))


@pytest.mark.parametrize("clear", [None, "", []])
def test_an_empty_value_is_missing(clear: Any) -> None:
    assert missing({"gadgets.phone": PHONE}, Standing(values={"gadgets.phone": clear})) == ["gadgets.phone"]
    assert missing({"gadgets.phone": PHONE}, Standing(values={"gadgets.phone": 0})) == []
