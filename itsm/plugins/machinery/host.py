"""What a process lends to every desk that it builds, generation after generation."""

from collections.abc import Callable
from dataclasses import dataclass, field

from itsm.core.settings import Settings
from itsm.plugins.machinery.faults import Faults
from itsm.plugins.machinery.watchdog import Watchdog


@dataclass
class Host:
    """faults: noted and not yet written. watchdog: runs only where `start` was called. ring: wakes the workers."""

    watchdog: Watchdog
    faults: Faults = field(default_factory=Faults)
    ring: Callable[[], None] | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Host":
        """The host of a process with these settings; nothing runs yet."""
        return cls(Watchdog(settings.data_dir / "hung", settings.hook_hung_after))
