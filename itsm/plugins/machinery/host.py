"""What a process lends to every desk that it builds, generation after generation."""

from dataclasses import dataclass, field
from typing import Protocol

from itsm.core.settings import Settings
from itsm.plugins.machinery.faults import Faults
from itsm.plugins.machinery.see.requests import Requests
from itsm.plugins.machinery.see.times import Times
from itsm.plugins.machinery.watchdog import Watchdog


class Doorbell(Protocol):
    """Wakes the workers."""

    def ring(self) -> None:
        """Something may be due; returns at once whatever happens."""
        ...

    def answers(self) -> bool:
        """Whether it can be heard."""
        ...


@dataclass
class Host:
    """faults, times: noted and not yet written. requests: answered by this process. watchdog: runs only where `start`
    was called. bell: None without Redis."""

    watchdog: Watchdog
    faults: Faults = field(default_factory=Faults)
    times: Times = field(default_factory=Times)
    requests: Requests = field(default_factory=Requests)
    bell: Doorbell | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Host":
        """The host of a process with these settings; nothing runs yet."""
        return cls(Watchdog(settings.data_dir / "hung", settings.hook_hung_after))
