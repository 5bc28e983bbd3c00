"""A move from the wish to the new room."""

from collections.abc import Callable
from typing import Any

import pytest

from itsm.plugins import Invalid, change_ticket, move_ticket
from itsm.plugins.testing import Clock, Visitor


def step(as_: Callable[..., Any], number: int, transition: str, **changes: Any) -> None:
    """One step of the life cycle, by an agent."""
    with as_("agent") as uow:
        named = {f"moves.{name}": value for name, value in changes.items()}
        move_ticket(uow, number=number, transition=transition, changes=named)


def test_a_move_goes_through_its_life(new_ticket: Callable[..., int], as_: Callable[..., Any]) -> None:
    number = new_ticket("Marketing moves", kind="move", fields={"moves.from": "101"})
    with pytest.raises(Invalid) as refused:
        step(as_, number, "plan")
    assert {refusal.field for refusal in refused.value.refusals} == {"moves.on", "moves.to"}
    step(as_, number, "plan", on="2026-03-05", to="202")
    for transition in ("start", "finish", "settle"):
        step(as_, number, transition)


def test_nobody_moves_into_the_room_they_are_in_nor_yesterday(
    new_ticket: Callable[..., int], as_: Callable[..., Any]
) -> None:
    number = new_ticket("Accounting moves", kind="move", fields={"moves.from": "101"})
    with pytest.raises(Invalid, match="the room they are in"), as_("agent") as uow:
        change_ticket(uow, number=number, changes={"moves.to": "101"})
    with pytest.raises(Invalid, match="That day is over"):
        step(as_, number, "plan", on="2026-03-01", to="202")


def test_the_page_lists_moves_and_the_day_itself_is_marked(
    new_ticket: Callable[..., int], as_: Callable[..., Any], signed_in: Callable[[str], Visitor], clock: Clock
) -> None:
    number = new_ticket("Marketing moves", kind="move", fields={"moves.from": "101"})
    step(as_, number, "plan", on="2026-03-05", to="202")
    agent = signed_in("agent")
    assert "101 → 202" in agent.get("/p/moves/").text
    assert "Moves today" not in agent.get(f"/tickets/{number}").text
    clock.forward(days=3)
    assert "Moves today" in signed_in("agent").get(f"/tickets/{number}").text
