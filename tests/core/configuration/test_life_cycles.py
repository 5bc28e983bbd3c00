"""A life cycle that loses a state carries the mapping for the tickets that stand there."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from itsm.core.configuration.verbs import activate_document, document, save_document, try_document
from itsm.core.errors import Invalid
from itsm.core.ledger.verbs import history
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import add_comment, find_ticket, move_ticket, open_ticket
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Clock

As = Callable[..., AbstractContextManager[UnitOfWork]]
Api = Callable[..., Any]


def without(uow: UnitOfWork, state: str, **mapping: str) -> dict[str, Any]:
    """The life cycle of incidents without one state, and without the ways to and from it."""
    body = copy.deepcopy(dict(document(uow, "workflow.incident").body))
    body["states"] = [s for s in body["states"] if s["key"] != state]
    body["transitions"] = [
        {**t, "from": [key for key in t["from"] if key != state]} for t in body["transitions"] if t["to"] != state
    ]
    return body | {"mapping": mapping}


def put(uow: UnitOfWork, body: Any) -> int:
    revision = save_document(uow, name="workflow.incident", body=body, reason="We wait no more")
    return activate_document(uow, revision_id=revision.id).id


def waiting(uow: UnitOfWork, count: int = 1) -> list[int]:
    numbers = [open_ticket(uow, kind="incident", title=f"Ждёт {n}").id for n in range(count)]
    for number in numbers:
        move_ticket(uow, number=number, transition="wait", changes={"incidents.wait_reason": "customer"})
    return numbers


def moves(uow: UnitOfWork, number: int) -> list[Any]:
    uow.flush()
    told = [event for event, _ in history(uow.session, "ticket", number) if event.type == "ticket_moved"]
    return [event.facts["state"] for event in told if event.facts.get("mapped")]


def test_a_state_in_which_tickets_stand_is_not_removed_without_a_mapping(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        waiting(uow, 2)
        bare = without(uow, "waiting")
        for act in (save_document, try_document):
            more = {"reason": "a test"} if act is save_document else {}
            with pytest.raises(Invalid) as refused:
                act(uow, name="workflow.incident", body=bare, **more)
            (reason,) = refused.value.refusals
            assert reason.field == "mapping.waiting"
            assert str(reason.message).startswith("2 tickets stand in the state waiting")


def test_a_state_in_which_nobody_stands_needs_none(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        put(uow, without(uow, "waiting"))
        assert uow.session.scalars(select(OwedCall).where(OwedCall.name == "core.remap")).all() == []


def test_a_saved_revision_is_refused_when_tickets_came_to_stand_there_since(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        revision = save_document(uow, name="workflow.incident", body=without(uow, "waiting"), reason="later")
        waiting(uow)
        with pytest.raises(Invalid, match="1 tickets stand"):
            activate_document(uow, revision_id=revision.id)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"waiting": "nowhere"}, "There is no state nowhere"),
        ({"new": "in_progress"}, "The state new is still there"),
    ],
)
def test_a_mapping_leads_from_removed_states_to_states(desk: Desk, mapping: dict[str, str], said: str) -> None:
    with desk.unit_of_work(TESTER) as uow, pytest.raises(Invalid, match=said):
        save_document(uow, name="workflow.incident", body=without(uow, "waiting", **mapping), reason="a test")


def test_trying_tells_how_many_tickets_pass_where(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        waiting(uow, 3)
        found = try_document(uow, name="workflow.incident", body=without(uow, "waiting", waiting="new")).findings
        assert [(f.place, str(f.message), f.level) for f in found] == [
            ("mapping.waiting", "3 tickets pass from waiting to new.", "warn")
        ]


def test_a_ticket_in_a_mapped_state_is_at_once_in_the_new_one(desk: Desk, api: Api, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        number, other = waiting(uow, 2)
        put(uow, without(uow, "waiting", waiting="in_progress"))
    seen = api("agent", "GET", f"/tickets/{number}").json
    assert (seen["state"], seen["state_category"]) == ("in_progress", "open")
    clock.forward(minutes=1)
    texts = {"incidents.resolution_code": "fixed", "incidents.problem": "П", "incidents.solution": "Р"}
    match = {"If-Match": f'"{seen["version"]}"'}
    answer = api(
        "agent",
        "POST",
        f"/tickets/{number}/transitions",
        json={"transition": "resolve", "fields": texts},
        headers=match,
    )
    assert answer.status_code == 200, answer.json
    with desk.unit_of_work(TESTER) as uow:
        assert moves(uow, number) == [["waiting", "in_progress"]]
        add_comment(uow, number=other, body="И этот", public=False)
        assert find_ticket(uow, number=other).state == "in_progress"
        assert moves(uow, other) == [["waiting", "in_progress"]]


def test_the_others_follow_in_batches_each_with_its_event(desk: Desk, work: Callable[[], int]) -> None:
    with desk.unit_of_work(TESTER) as uow:
        numbers = waiting(uow, 5)
        put(uow, without(uow, "waiting", waiting="resolved"))
        (call,) = uow.session.scalars(select(OwedCall).where(OwedCall.name == "core.remap"))
        call.args = {**call.args, "batch": 2}
    work()
    with desk.unit_of_work(TESTER) as uow:
        uow.later("core.remap", kind="incident", states=["waiting"])
    work()  # it may come a second time
    with desk.unit_of_work(TESTER) as uow:
        rows = uow.session.scalars(select(Ticket).where(Ticket.id.in_(numbers))).all()
        assert {(t.state, t.category, t.outcome) for t in rows} == {("resolved", "resolved", "solved")}
        assert all(t.resolved_at is not None for t in rows)
        assert all(moves(uow, number) == [["waiting", "resolved"]] for number in numbers)
        calls = uow.session.scalars(select(OwedCall).where(OwedCall.name == "core.remap").order_by(OwedCall.id)).all()
        assert {call.state for call in calls} == {"done"}
        assert [call.args["done"] for call in calls if "done" in call.args] == [2, 4]


def test_a_state_that_comes_back_is_left_alone_by_the_job(desk: Desk, work: Callable[[], int]) -> None:
    with desk.unit_of_work(TESTER) as uow:
        (number,) = waiting(uow)
        whole = dict(document(uow, "workflow.incident").body)
        put(uow, without(uow, "waiting", waiting="new"))
        put(uow, whole)
    work()
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert find_ticket(uow, number=number).state == "waiting"


def test_a_second_change_still_knows_who_has_not_been_moved_yet(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        (number,) = waiting(uow)
        put(uow, without(uow, "waiting", waiting="new"))
        again = dict(document(uow, "workflow.incident").body) | {"mapping": {}}
        with pytest.raises(Invalid, match="1 tickets stand in the state waiting"):
            put(uow, again)
        put(uow, again | {"mapping": {"waiting": "in_progress"}})
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert find_ticket(uow, number=number).state == "in_progress"


def test_the_page_says_that_the_ticket_followed(desk: Desk, signed_in: Any, work: Callable[[], int]) -> None:
    with desk.unit_of_work(TESTER) as uow:
        (number,) = waiting(uow)
        put(uow, without(uow, "waiting", waiting="in_progress"))
    page = signed_in("agent").get(f"/tickets/{number}").text
    assert 'value="resolve"' in page or "/resolve" in page or "Resolve" in page
    work()
    assert "followed the changed life cycle" in signed_in("agent").get(f"/tickets/{number}").text
