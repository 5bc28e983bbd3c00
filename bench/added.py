"""What the code since an earlier commit adds to creating a ticket, in CPU time: both trees by turns in one run."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.desks import databases

ROOT = Path(__file__).parents[1]
BEFORE = "3dc0260"
ROUNDS = 12
PASSWORD = "a password for measuring"  # noqa: S105


@contextmanager
def tree(commit: str) -> Iterator[Path]:
    """The files of a commit in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "worktree", "add", "-q", "--detach", folder, commit], cwd=ROOT, check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=ROOT, check=True)


@contextmanager
def creating(code: Path, url: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that creates tickets with the code of a tree, on a fresh desk."""
    with tempfile.TemporaryDirectory() as folder:
        paths = os.pathsep.join([str(code), str(code / "plugins/incidents")])
        own = {"PYTHONPATH": paths, "ITSM_DATA_DIR": folder, "ITSM_DATABASE_URL": url, "ITSM_MODE": "test"}
        environment = {**os.environ, **own}
        itsm = [sys.executable, "-m", "itsm"]
        quiet: dict[str, Any] = {"env": environment, "cwd": folder, "check": True, "text": True, "capture_output": True}
        subprocess.run([*itsm, "init", "--admin-email", "a@example.org", "--admin-password", PASSWORD], **quiet)
        made = subprocess.run([*itsm, "token", "add", "--user", "a@example.org"], **quiet)
        command = [sys.executable, str(ROOT / "bench/blocks.py")]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        child = subprocess.Popen(command, env={**environment, "TOKEN": made.stdout.strip()}, cwd=folder, **pipes)
        try:
            yield child
        finally:
            child.terminate()
            child.wait(20)


def block_of(child: "subprocess.Popen[str]") -> float:
    """CPU milliseconds of one creation, over one block."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    return float(child.stdout.readline())


def main() -> None:
    """Print what is added on each database."""
    before = sys.argv[1] if len(sys.argv) > 1 else BEFORE
    with databases() as makers, tree(before) as old_code:
        for name, make in makers.items():
            with ExitStack() as stack:
                old, new = (stack.enter_context(creating(c, stack.enter_context(make()))) for c in (old_code, ROOT))
                pairs = [(block_of(old), block_of(new)) for _ in range(ROUNDS)]
            was, now = (statistics.median(side) for side in zip(*pairs, strict=True))
            added = statistics.median(b - a for a, b in pairs)
            print(f"{name}: {was:.2f} ms of CPU before, {now:.2f} now: {added:+.2f} ms", flush=True)


if __name__ == "__main__":
    main()
