"""A service, then only its sub-services, then only the groups that solve them; without a script by a button."""

import re
from typing import Any

import pytest

from itsm.blocks.services.verbs import add_service, apply_tree, export_tree, set_solvers, solving_teams
from itsm.core.errors import Invalid
from tests.fixtures import TESTER, Sample, World

FORM = {"kind": "incident", "key": "k" * 12, "look": "1", "title": ""}


@pytest.fixture
def services(world: World) -> dict[str, int]:
    """Terminals with two sub-services, of which the second line solves one; a site that nobody was named for."""
    with world.desk.unit_of_work(TESTER) as uow:
        made = {"terminals": add_service(uow, key="terminals", label={"en": "Terminals"}).id}
        for key, parent in (("paper", "terminals"), ("lines", "terminals"), ("site", None)):
            above = made[parent] if parent else None
            made[key] = add_service(uow, key=key, label={"en": key.title()}, parent_id=above).id
        set_solvers(uow, service_id=made["terminals"], teams=["l1", "l2"])
        set_solvers(uow, service_id=made["paper"], teams=["l2"])
    return made


def offered(page: str, name: str) -> list[str]:
    """The values that a choice of the page offers."""
    found = re.search(rf'<select id="f-{name}".*?</select>', page, re.S)
    return [value for value in re.findall(r'<option value="([^"]*)"', found.group(0)) if value] if found else []


def test_a_service_leads_to_its_own_sub_services_and_solvers(
    signed_in: Any, services: dict[str, int], sample: Sample
) -> None:
    agent = signed_in("agent")
    first, second = str(sample.teams["l1"].id), str(sample.teams["l2"].id)
    page = agent.get("/tickets/new").text
    assert offered(page, "service") == [str(services["site"]), str(services["terminals"])]
    assert offered(page, "subservice") == []
    page = agent.post("/tickets/new", {**FORM, "service": str(services["terminals"])}).text
    assert offered(page, "subservice") == [str(services["lines"]), str(services["paper"])]
    assert offered(page, "team") == [first, second]
    chosen = {"service": str(services["terminals"]), "subservice": str(services["paper"])}
    assert offered(agent.post("/tickets/new", {**FORM, **chosen}).text, "team") == [second]
    page = agent.post("/tickets/new", {**FORM, **chosen, "service": str(services["site"])}).text
    assert offered(page, "subservice") == []
    assert offered(page, "team") == [first, second]


def test_the_sub_service_is_the_ticket_s(signed_in: Any, services: dict[str, int], api: Any) -> None:
    agent = signed_in("agent")
    typed = {"kind": "incident", "title": "x", "service": str(services["terminals"])}
    for key, below, wanted in (("a", "paper", "paper"), ("b", "site", "terminals")):
        sent = {**typed, "key": key * 10, "subservice": str(services[below])}
        made = agent.post("/tickets/new", sent)
        assert api("agent", "GET", made.location).json["service"] == services[wanted]
    for strange in ("999999", "x" * 50, "-1"):
        assert agent.post("/tickets/new", {**typed, "key": "c" * 10, "service": strange}).status_code == 422


def test_solvers_are_configuration_that_goes_along(world: World, services: dict[str, int], sample: Sample) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        tree = export_tree(uow)
        assert {e["key"]: e["solved_by"] for e in tree} == {
            "terminals": ["l1", "l2"], "paper": ["l2"], "lines": [], "site": [],
        }  # fmt: skip
        assert apply_tree(uow, tree) == 0
        assert apply_tree(uow, [{**e, "solved_by": []} for e in tree]) == 2
        assert solving_teams(uow, services["paper"]) is None
    with world.desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid):
        set_solvers(uow, service_id=services["site"], teams=["nobody"])
