"""Clocks that jump and leaders that die: no timer lost or doubled, each due time of a schedule fired once."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.faults.fire import effects, kill_supervised
from tests.journeys.running import RunningDesk, until

pytestmark = pytest.mark.faults


class Hands:
    """The hands of a clock that goes on, and jumps when it is told to."""

    def __init__(self, path: Path) -> None:
        self.path, self.ahead = path, timedelta()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go)
        self._write()
        self._thread.start()

    def jump(self, **time: float) -> None:
        """Put the clock forward, or back."""
        self.ahead += timedelta(**time)
        self._write()

    def stop(self) -> None:
        """Let go of it."""
        self._over.set()
        self._thread.join()

    def _go(self) -> None:
        while not self._over.wait(0.05):
            self._write()

    def _write(self) -> None:
        aside = self.path.with_name(f"{self.path.name}.{threading.get_ident()}")
        aside.write_text((datetime.now(UTC) + self.ahead).isoformat())
        aside.replace(self.path)


@pytest.fixture
def hands(tmp_path: Path, desk: RunningDesk) -> Iterator[Hands]:
    """The clock of the desk's processes."""
    hands = Hands(tmp_path / "clock")
    desk.environment["ITSM_CLOCK_FILE"] = str(hands.path)
    yield hands
    hands.stop()


def fired(desk: RunningDesk) -> list[str]:
    """The keys of the gadget's schedule, one for each due time that was fired."""
    url = desk.environment.get("ITSM_DATABASE_URL") or f"sqlite:///{desk.folder / 'data' / 'itsm.sqlite3'}"
    engine = create_engine(url)
    with engine.connect() as connection:
        told = text("SELECT key FROM owed_call WHERE name = 'gadget.tick' AND state = 'done' ORDER BY id")
        keys = list(connection.scalars(told))
    engine.dispose()
    return keys


def goes_on(desk: RunningDesk) -> None:
    """The schedule ticks, and what is owed at once is done."""
    ticks, told = effects(desk)["ticks"], len(effects(desk)["told"])
    desk.open_ticket()
    until(lambda: effects(desk)["ticks"] > ticks + 1, lambda: f"ticks\n{desk.log()}")
    until(lambda: len(effects(desk)["told"]) > told, lambda: f"told\n{desk.log()}")


def test_timers_schedules_and_leaders_survive_clocks_that_jump_and_leaders_that_die(
    desk: RunningDesk, hands: Hands
) -> None:
    desk.itsm("gadget", "owe", "marks=10", "minutes=30")
    desk.start()
    desk.spawn("worker2", "worker")
    goes_on(desk)
    assert effects(desk)["marks"] == []
    hands.jump(hours=1)
    until(lambda: effects(desk)["marks"] == list(range(10)), lambda: f"timers\n{desk.log()}")
    goes_on(desk)
    hands.jump(hours=-1)
    desk.open_ticket()
    kill_supervised(desk, "worker")
    goes_on(desk)
    hands.jump(hours=-3)
    goes_on(desk)
    time.sleep(1)  # whatever were to be doubled would be by now
    assert effects(desk)["marks"] == list(range(10)), "each timer once"
    seen = effects(desk)
    assert seen["total"] == seen["tickets"] == len(seen["told"]) == 4 + 1
    keys = fired(desk)
    assert len(keys) == len(set(keys))
    assert abs(effects(desk)["ticks"] - len(keys)) <= 2, "each due time fired once, but for those just now"
