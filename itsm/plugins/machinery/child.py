"""Run another command of `itsm` in a process of its own: schema changes happen in `itsm migrate` alone."""

import subprocess
import sys

from itsm.core.errors import DeskError


def run_child(*arguments: str) -> str:
    """What the command printed; raises `DeskError` with its last words when it failed."""
    command = [sys.executable, "-m", "itsm", *arguments]
    done = subprocess.run(command, check=False, text=True, capture_output=True)  # noqa: S603 - our own commands
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise DeskError(f"`itsm {' '.join(arguments)}` failed: {words}")
    return done.stdout
