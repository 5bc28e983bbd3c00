"""How long each call of a hook took: noted in memory by every process, added up and written now and then."""

import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

BOUNDS = (0.001, 0.01, 0.1, 1.0)  # seconds; the columns within_… of HookTime
MANY = 2_000
WRITE_EVERY = 60.0
Name = tuple[str, str]


@dataclass(slots=True)
class Tally:
    """What the calls of one hook of one plugin took; between: how many fell between the `BOUNDS`."""

    seconds: float = 0.0
    longest: float = 0.0
    between: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    @property
    def count(self) -> int:
        """How many calls."""
        return sum(self.between)

    @property
    def within(self) -> list[int]:
        """How many took at most as long as each of `BOUNDS`."""
        return list(accumulate(self.between))[: len(BOUNDS)]

    def add(self, seconds: float) -> None:
        """One more call."""
        self.seconds += seconds
        if seconds > self.longest:
            self.longest = seconds
        self.between[bisect_left(BOUNDS, seconds)] += 1

    def join(self, other: "Tally") -> None:
        """The calls of another tally too."""
        self.seconds += other.seconds
        self.longest = max(self.longest, other.longest)
        self.between = [mine + more for mine, more in zip(self.between, other.between, strict=True)]


class Times:
    """The times since the last `take`; shared by the threads of one process.

    Noting one is an append to a queue, which needs no lock; they are added up when there are many, or when taken.
    """

    def __init__(self) -> None:
        self._noted: deque[tuple[str, str, float]] = deque()
        self._tallies: dict[Name, Tally] = {}
        self._lock = threading.Lock()
        self._taken = time.monotonic()

    def note(self, plugin: str, place: str, seconds: float) -> None:
        """A call of `plugin` at `place` (a hook, a panel, an owed call) took so long."""
        self._noted.append((plugin, place, seconds))
        if len(self._noted) >= MANY:
            with self._lock:
                self._add_up()

    @property
    def due(self) -> bool:
        """Whether there is something that has waited for a minute to be written."""
        return time.monotonic() - self._taken > WRITE_EVERY and bool(self._noted or self._tallies)

    def take(self) -> Mapping[Name, Tally]:
        """Everything noted so far, now the caller's to write."""
        with self._lock:
            self._add_up()
            taken, self._tallies = self._tallies, {}
            self._taken = time.monotonic()
        return taken

    def put_back(self, taken: Mapping[Name, Tally]) -> None:
        """They could not be written; a later `take` gives them again."""
        with self._lock:
            for name, tally in taken.items():
                self._tallies.setdefault(name, Tally()).join(tally)

    def _add_up(self) -> None:
        tallies, next_one = self._tallies, self._noted.popleft
        for _ in range(len(self._noted)):
            plugin, place, seconds = next_one()
            tally = tallies.get((plugin, place))
            if tally is None:
                tally = tallies[plugin, place] = Tally()
            tally.add(seconds)
