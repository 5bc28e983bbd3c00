"""Calls that kill or hang their process among sixty that do not: these are done once, that one is dead in the end."""

import pytest

from tests.faults.fire import effects
from tests.journeys.running import RunningDesk, until

pytestmark = pytest.mark.faults
INNOCENT = 60


@pytest.mark.parametrize("bad", ["kill", "hang"])
def test_of_sixty_calls_one_ends_its_process_and_dies_while_the_others_are_done_once(
    desk: RunningDesk, bad: str
) -> None:
    desk.environment["ITSM_CALL_ATTEMPTS"] = "2"
    desk.itsm("gadget", "owe", f"marks={INNOCENT}", f"bad={bad}")
    desk.start()
    until(lambda: effects(desk)["marks"] == list(range(INNOCENT)), desk.log)
    until(lambda: "gadget." in desk.itsm("calls", "list", "--state", "dead"), desk.log)
    dead = desk.itsm("calls", "list", "--state", "dead", "--json")
    assert f'"gadget.{bad}"' in dead
    assert '"attempts": 2' in dead
    assert "ended before it was done" in dead
    assert effects(desk)["marks"] == list(range(INNOCENT))
    if bad == "hang":
        assert "in hang" in desk.log(), "where it hung stands in the log"
