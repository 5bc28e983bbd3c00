"""Run a check in a process of its own, under a time limit, and gather what it reported."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import itsm
from itsm.authoring.check.findings import Finding
from itsm.core.errors import DeskError
from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.engines import lacking_postgres, new_database, postgres_server
from itsm.plugins.testing.projects import declared_in

LIMIT = 300.0
MODULE = "itsm.authoring.check.steps"


@dataclass
class Outcome:
    """What was found, and what could not be tried."""

    findings: list[Finding] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether there is nothing but warnings."""
        return not any(finding.level == "error" for finding in self.findings)


def check(folder: Path, *, limit: float = LIMIT) -> Outcome:
    """Check the plugins of a source folder, each in a process of its own; raises `Invalid` if it is no such folder."""
    outcome = Outcome()
    members = declared_in(folder)
    if not members:
        outcome.findings.append(Finding("project", "no entry point in the group itsm.plugins", "pyproject.toml"))
    with ExitStack() as stack:
        server = ""
        if reason := lacking_postgres():
            outcome.left_out.append(f"PostgreSQL: {reason}")
        else:
            server = stack.enter_context(postgres_server())
        for member in members:
            _check(outcome, folder.resolve(), member, server, limit)
    return outcome


def _check(outcome: Outcome, folder: Path, member: Member, server: str, limit: float) -> None:
    """One plugin. Databases and folders are made and put away here: the other process may be killed."""
    if member.fault:
        outcome.findings.append(Finding("project", f"{member.name}: {member.fault}", "pyproject.toml"))
        return
    with ExitStack() as stack:
        urls = [stack.enter_context(new_database(server)) for _ in range(2)] if server else []
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        report = place / "report.jsonl"
        report.touch()
        command = [sys.executable, "-m", MODULE, str(folder), member.name, str(report), *urls]
        ended = _run(command, place, limit)
        step = _read(outcome, report.read_text(encoding="utf-8").splitlines())
        words = (place / "said").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    if ended is None:
        outcome.findings.append(Finding("hangs", f"after {limit:g} s the check was still at: {step}"))
    elif step:
        last = " ".join(words[-1:])
        outcome.findings.append(Finding("crash", f"the process ended with {ended} at: {step}. {last}".strip()))


def _run(command: Sequence[str], place: Path, limit: float) -> int | None:
    """The exit code; None when the time was over, and the process and all that it had started were ended."""
    with (place / "said").open("wb") as said:
        process = subprocess.Popen(
            command, cwd=place, env=_environment(place), stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _read(outcome: Outcome, lines: Sequence[str]) -> str:
    """Gather findings; the step that was begun last, '' when all are done."""
    step = "the start"
    for line in lines:
        told = json.loads(line)
        if "finding" in told:
            outcome.findings.append(Finding(**told["finding"]))
        elif "left_out" in told:
            outcome.left_out.append(told["left_out"])
        else:
            step = told["step"]
    return step


def _environment(place: Path) -> dict[str, str]:
    """Without the caller's desk: a check must not touch it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ITSM_")}
    if itsm.__file__ is None:
        raise DeskError("the package itsm has no file")
    paths = [str(Path(itsm.__file__).parents[1]), *sys.path]
    return plain | {"TMPDIR": str(place), "PYTHONPATH": os.pathsep.join(dict.fromkeys(p for p in paths if p))}
