"""Named places where tests end the process: `ITSM_FAILPOINT=before_done:kill`. Refused in production."""

import os
import signal
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failpoint:
    """One armed failpoint; `kill` ends the process as kill -9 does, `sleep` hangs it, `raise` fails the act."""

    name: str = ""
    action: str = ""

    @classmethod
    def parse(cls, text: str) -> "Failpoint":
        """Read `name:action`; the empty text arms nothing."""
        name, _, action = text.partition(":")
        return cls(name, action)

    def reach(self, name: str) -> None:
        """Act when the armed failpoint is this one."""
        if name != self.name:
            return
        if self.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.action == "sleep":
            time.sleep(3600)
        elif self.action == "raise":
            raise RuntimeError(f"failpoint {name}")
