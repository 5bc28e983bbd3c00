"""Hostile calls made from the OpenAPI page by schemathesis: every phase, every check, no operation left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.specs.openapi.schemas import OpenApiSchema
from schemathesis.transport.wsgi import WSGI_TRANSPORT, WSGITransport

PAGE = "/api/v1/openapi.json"
# Valid by the page and refused all the same: the desk knows what a schema cannot say (numbers of things that are not
# there, states, versions).
REFUSED_WITH_REASON = ["2xx", "401", "403", "404", "409", "412", "422", "429"]
REJECTED = ["400", "401", "403", "404", "405", "409", "412", "415", "422", "428", "429"]


class InProcess(WSGITransport):
    """Calls without a socket; schemathesis' probes without credentials hand on what only sockets understand."""

    def send(self, case: Any, *, session: Any = None, **given: Any) -> Response:
        """One call."""
        for name in ("max_redirects", "verify", "cert"):
            given.pop(name, None)
        return super().send(case, session=session, **given)


class Page(OpenApiSchema):
    """The page of an application in this process."""

    @property
    def transport(self) -> InProcess:
        """How its operations are called."""
        transport = InProcess()
        transport._copy_serializers_from(WSGI_TRANSPORT)
        return transport


@dataclass
class Told:
    """What a run found: failures by operation and kind, how many cases each operation met in each phase."""

    operations: set[str]
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    cases: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __str__(self) -> str:
        return "\n\n".join(f"{label}: {text}" for (label, _), text in sorted(self.failures.items()))


def call_all(app: Flask, token: str, *, examples: int, phases: Sequence[str] = (), seed: int = 1) -> Told:
    """Run all phases (or these) against every operation of the application as the holder of a token."""
    content = app.test_client().get(PAGE).json
    page = Page(raw_schema=content, config=_config(token, examples, phases, seed).projects.get(content), location=PAGE)
    page.app = app
    told = Told({one.ok().label for one in page.get_all_operations()})
    for event in from_schema(page).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(told, event.phase.value, event.recorder)
        elif isinstance(event, events.NonFatalError):
            told.failures[event.label, type(event.value).__name__] = str(event.value)
        elif isinstance(event, events.FatalError):
            raise event.exception
    return told


def _config(token: str, examples: int, phases: Sequence[str], seed: int) -> SchemathesisConfig:
    config: dict[str, Any] = {
        "seed": seed,
        "headers": {"Authorization": f"Bearer {token}"},
        "workers": 1,
        "cache": {"enabled": False},
        "continue-on-failure": True,
        "generation": {"max-examples": examples, "database": "none"},
        "checks": {
            "positive_data_acceptance": {"expected-statuses": REFUSED_WITH_REASON},
            "negative_data_rejection": {"expected-statuses": REJECTED},
            "missing_required_header": {"expected-statuses": REJECTED},
            # A 404 may speak of what the body names (a role, the other ticket), not of what was just made.
            "ensure_resource_availability": {"enabled": False},
        },
    }
    if phases:
        config["phases"] = {n: {"enabled": n in phases} for n in ("examples", "coverage", "fuzzing", "stateful")}
    return SchemathesisConfig.from_dict(config)


def _note(told: Told, phase: str, recorder: ScenarioRecorder) -> None:
    for node in recorder.cases.values():
        told.cases[node.value.operation.label, phase] += 1
    for case_id, checks in recorder.checks.items():
        case = recorder.cases[case_id].value
        for check in checks:
            if check.failure_info is None or (check.name == "negative_data_rejection" and _lost_its_fault(case)):
                continue
            failure = check.failure_info.failure
            text = f"{phase}: {failure}\n{check.failure_info.code_sample}\nits body was meant as {case.body!r:.500}"
            told.failures.setdefault((case.operation.label, failure.title), text)


def _lost_its_fault(case: Case) -> bool:
    """A list without members is no part of a multipart form: the member that was too much is not in what was sent."""
    return case.media_type == "multipart/form-data" and isinstance(case.body, dict) and [] in case.body.values()
