"""Values that are read-only by role and state: in the verb, over the API, on forms."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.errors import Invalid, NotAllowedNow
from itsm.core.tickets.verbs import change_ticket, find_ticket, move_ticket, open_ticket
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast

HEADS = [{"categories": ["new"]}, {"roles": ["head"]}]
RULES = {"rules": [
    {"field": "priority", "writable": HEADS},
    {"field": "incidents.supplier_number", "writable": [{"categories": ["waiting"]}]},
    {"field": "team", "writable": [{"roles": ["head"]}]},
]}  # fmt: skip


@pytest.fixture
def ruled(world: World, cast: Cast) -> Callable[[], int]:
    """The rules are in force; gives the number of a ticket that is in progress."""
    with world.desk.unit_of_work(TESTER) as uow:
        move_ticket(uow, number=cast.ids["ticket"], transition="take")
        put_in_force(uow, RULES)
    return lambda: cast.ids["ticket"]


def put_in_force(uow: Any, body: Any) -> None:
    saved = save_document(uow, name="core.field_rules", body=body, reason="who may change what")
    activate_document(uow, revision_id=saved.id)


def test_a_value_is_changed_where_its_rule_says(world: World, cast: Cast, ruled: Any) -> None:
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow:
        fresh = open_ticket(uow, kind="incident", title="New", priority=2).id
        assert change_ticket(uow, number=fresh, changes={"priority": 1}).priority == 1
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow, pytest.raises(Invalid) as refused:
        change_ticket(uow, number=ruled(), changes={"priority": 1, "team": None, "title": "Renamed"})
    assert sorted(refusal.field for refusal in refused.value.refusals) == ["priority", "team"]
    with world.desk.unit_of_work(cast.act(world, "head")) as uow:
        assert change_ticket(uow, number=ruled(), changes={"priority": 1}).priority == 1


def test_what_stays_as_it_is_may_be_sent_along(world: World, cast: Cast, ruled: Any) -> None:
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow:
        team = find_ticket(uow, number=ruled()).team_id
        assert change_ticket(uow, number=ruled(), changes={"team": team, "title": "Renamed"}).title == "Renamed"


def test_a_role_counts_where_it_was_given(world: World, cast: Cast) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        put_in_force(uow, {"rules": [{"field": "priority", "writable": [{"roles": ["agent"]}]}]})
    with world.desk.unit_of_work(cast.act(world, "scoped")) as uow:
        assert change_ticket(uow, number=cast.ids["ticket"], changes={"priority": 1}).priority == 1
        with pytest.raises(Invalid):
            open_ticket(uow, kind="incident", title="My own", priority=1)


def test_a_step_sets_what_may_be_changed_where_it_leads(world: World, cast: Cast, ruled: Any) -> None:
    wait = {"incidents.wait_reason": "customer", "incidents.supplier_number": "SUP-78"}
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow:
        moved = move_ticket(uow, number=ruled(), transition="wait", changes=wait)
        assert moved.fields["incidents.supplier_number"] == "SUP-78"
    with world.desk.unit_of_work(cast.act(world, "agent")) as uow, pytest.raises(NotAllowedNow) as refused:
        move_ticket(uow, number=ruled(), transition="continue", changes={"team": None})
    assert [refusal.field for refusal in refused.value.refusals] == ["team"]


def test_the_form_shows_it_as_text_and_the_api_names_it(world: World, cast: Cast, ruled: Any) -> None:
    page = cast.browsers["agent"].get(f"/tickets/{ruled()}/edit").text
    assert 'name="priority"' not in page
    assert 'name="title"' in page
    assert 'name="priority"' in cast.browsers["head"].get(f"/tickets/{ruled()}/edit").text
    headers = {"Authorization": f"Bearer {cast.tokens['agent']}", "If-Match": "*"}
    client = world.app.test_client()
    answer = client.patch(f"/api/v1/tickets/{ruled()}", json={"priority": 1}, headers=headers)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "priority")


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"field": "nothing", "writable": HEADS}, "rules.0.field"),
        ({"field": "state", "writable": HEADS}, "rules.0.field"),
        ({"field": "title", "writable": [{"roles": ["kings"]}]}, "rules.0.writable.0.roles"),
        ({"field": "title", "writable": [{}]}, "rules.0.writable.0"),
    ],
)
def test_a_rule_about_nothing_is_refused(world: World, cast: Cast, rule: Any, place: str) -> None:
    with world.desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid) as refused:
        put_in_force(uow, {"rules": [rule]})
    assert refused.value.refusals[0].field == place
