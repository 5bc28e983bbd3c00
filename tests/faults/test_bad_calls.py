"""Calls that kill or hang their process among sixty that do not: these are done once, those are dead in the end."""

import json

import pytest
import requests

from tests.faults.fire import effects
from tests.journeys.running import RunningDesk, until

pytestmark = pytest.mark.faults
INNOCENT = 60
WITHIN = 240  # five starts of a worker, on a machine that may be busy


def test_of_sixty_calls_two_end_their_process_and_die_while_the_others_are_done_once(desk: RunningDesk) -> None:
    desk.environment["ITSM_CALL_ATTEMPTS"] = "2"
    desk.itsm("gadget", "owe", f"marks={INNOCENT}", "bad=kill,hang")
    desk.start()

    def both_dead() -> bool:
        told = requests.get(f"http://127.0.0.1:{desk.port}/metrics", timeout=10).text
        return 'itsm_calls{state="dead"} 2.0' in told

    until(lambda: effects(desk)["marks"] == list(range(INNOCENT)), desk.log, WITHIN)
    until(both_dead, desk.log, WITHIN)
    dead = [json.loads(line) for line in desk.itsm("calls", "list", "--state", "dead", "--json").splitlines()]
    assert {(call["name"], call["attempts"]) for call in dead} == {("gadget.kill", 2), ("gadget.hang", 2)}
    assert all("ended before it was done" in call["error"] for call in dead)
    assert effects(desk)["marks"] == list(range(INNOCENT))
    assert "in hang" in (desk.folder / "run.log").read_text(), "where it hung stands in the log"
