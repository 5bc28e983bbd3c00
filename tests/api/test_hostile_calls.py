"""Whatever the OpenAPI page allows, and whatever it forbids, gets an answer that the page documents: never a 5xx."""

from typing import Any

import pytest

from itsm.core.access.verbs import add_token
from itsm.core.tickets.verbs import add_comment, open_ticket
from itsm.plugins.testing import TESTER, World
from tests.api.hostile import call_all

EXAMPLES, LONG_EXAMPLES = 20, 200
SCOPES = ("tickets.read", "tickets.open", "people.read")


@pytest.fixture
def filled(world: World) -> World:
    """A desk in which there is something to find."""
    for by in ("agent", "requester"):
        with world.desk.unit_of_work(world.sample.act(world.desk, by)) as uow:
            number = open_ticket(uow, kind="incident", title=f"Сбой {by}").id
        with world.desk.unit_of_work(world.sample.act(world.desk, by)) as uow:
            add_comment(uow, number=number, body="и ещё сканер")
    return world


@pytest.mark.slow
@pytest.mark.parametrize("who", ["admin", "requester", "scoped"])
def test_every_operation_answers_as_documented(filled: World, who: str, pytestconfig: Any) -> None:
    token = filled.sample.tokens["agent" if who == "scoped" else who]
    if who == "scoped":
        with filled.desk.unit_of_work(TESTER) as uow:
            person = filled.sample.people["agent"].id
            token = add_token(uow, person_id=person, name="narrow", scopes=SCOPES)
    told = call_all(filled.app, token, examples=LONG_EXAMPLES if pytestconfig.getoption("long") else EXAMPLES)
    assert not told.failures, str(told)
    met = {(label, phase) for label, phase in told.cases if phase != "stateful"}
    assert met == {(label, phase) for label in told.operations for phase in ("coverage", "fuzzing")}
    assert any(phase == "stateful" for _, phase in told.cases)
