"""What records hold is not taken out of a list under them."""

import copy
from typing import Any

import pytest

from itsm.core.configuration.verbs import activate_document, document, save_document, try_document
from itsm.core.errors import Invalid
from itsm.core.tickets.verbs import change_ticket, move_ticket, open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER


def without(uow: UnitOfWork, name: str, part: str, gone: Any, identity: str = "key") -> dict[str, Any]:
    body = copy.deepcopy(dict(document(uow, name).body))
    body[part] = [entry for entry in body[part] if entry[identity] != gone]
    return body


def put(uow: UnitOfWork, name: str, body: Any) -> None:
    activate_document(uow, revision_id=save_document(uow, name=name, body=body, reason="a test").id)


@pytest.mark.parametrize(
    ("name", "part", "key", "other"),
    [
        ("core.topics", "entries", "network", "software"),
        ("core.priorities", "ranks", 4, 1),
        ("incidents.wait_reasons", "entries", "parts", "change"),
    ],
)
def test_an_entry_that_a_ticket_holds_is_not_removed(desk: Desk, name: str, part: str, key: Any, other: Any) -> None:
    identity = "rank" if part == "ranks" else "key"
    with desk.unit_of_work(TESTER) as uow:
        ticket = open_ticket(uow, kind="incident", title="Держит", topic="network", priority=4)
        move_ticket(uow, number=ticket.id, transition="wait", changes={"incidents.wait_reason": "parts"})
        held = without(uow, name, part, key, identity)
        (found,) = try_document(uow, name=name, body=held).findings
        assert (found.place, found.level) == (f"{part}.{key}", "error")
    with pytest.raises(Invalid, match=f"1 records hold {key}"), desk.unit_of_work(TESTER) as uow:
        put(uow, name, held)
    with desk.unit_of_work(TESTER) as uow:
        assert document(uow, name).revision == 0
        put(uow, name, without(uow, name, part, other, identity))


def test_an_entry_that_nobody_holds_any_more_goes(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        ticket = open_ticket(uow, kind="incident", title="Держал", topic="network")
        change_ticket(uow, number=ticket.id, changes={"topic": "software"})
        put(uow, "core.topics", without(uow, "core.topics", "entries", "network"))


def test_priorities_have_each_rank_once_and_a_default_among_them(desk: Desk) -> None:
    ranks = [{"rank": 1, "key": "a", "label": {"en": "A"}}, {"rank": 1, "key": "b", "label": {"en": "B"}}]
    with desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid) as refused:
        save_document(uow, name="core.priorities", body={"ranks": ranks, "default": 2}, reason="a test")
    assert [refusal.field for refusal in refused.value.refusals] == ["ranks.1.rank", "default"]
