"""Run a check in a process of its own, under a time limit, and gather what it reported."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import itsm
from itsm.authoring.check.findings import Finding
from itsm.core.errors import DeskError
from itsm.plugins.testing.engines import lacking_postgres, postgres_server
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
    """Check the plugins of a source folder; raises `Invalid` when it is no such folder."""
    declared_in(folder)
    outcome = Outcome()
    with ExitStack() as stack:
        postgres = ""
        if reason := lacking_postgres():
            outcome.left_out.append(f"PostgreSQL: {reason}")
        else:
            postgres = stack.enter_context(postgres_server())
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _run(outcome, folder.resolve(), place, postgres, limit)
    return outcome


def _run(outcome: Outcome, folder: Path, place: Path, postgres: str, limit: float) -> None:
    path = place / "report.jsonl"
    path.touch()
    command = [sys.executable, "-m", MODULE, str(folder), str(path), postgres]
    try:
        done = subprocess.run(
            command,
            cwd=place,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=limit,
            stdin=subprocess.DEVNULL,
        )
        ended, words = done.returncode, done.stderr
    except subprocess.TimeoutExpired:
        ended, words = None, ""
    step = _read(outcome, path.read_text(encoding="utf-8").splitlines())
    if ended is None:
        outcome.findings.append(Finding("hangs", f"after {limit:g} s the check was still at: {step}"))
    elif step:
        last = " ".join(words.strip().splitlines()[-1:])
        outcome.findings.append(Finding("crash", f"the process ended with {ended} at: {step}. {last}"))


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


def _environment() -> dict[str, str]:
    """Without the caller's desk: a check must not touch it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ITSM_")}
    if itsm.__file__ is None:
        raise DeskError("the package itsm has no file")
    paths = [str(Path(itsm.__file__).parents[1]), *sys.path]
    return plain | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(p for p in paths if p))}
