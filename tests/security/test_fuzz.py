"""Every form and every JSON route under hostile values: no 5xx, nothing that runs, one verdict on both databases."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from itsm.plugins.testing.visitors import Visitor, enter
from tests.security.furnished import Furnished
from tests.security.hostile import TEXTS, share
from tests.security.looks import active
from tests.security.shots import Shot, address, forms_on, shots_at_api, shots_at_form, shots_at_rule

ENGINES = ("sqlite", "postgresql")
NAMED = re.compile(r'id="([^"]*)-error"')
# Nothing that one request asks for may hold a worker longer than this, on a slow machine.
PATIENCE = 10.0
# These desks are made without revisions: it says 503, and is right.
NOT_READY = "/readyz"
# werkzeug leaves the buffer of a file open when the body breaks off inside it; the process closes it.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
Verdict = tuple[int, tuple[str, ...]]


@dataclass
class Target:
    """One desk under fire, with a browser and a token of each attacker."""

    made: Furnished
    visitors: dict[str, Visitor] = field(default_factory=dict)
    forms_token: dict[str, str] = field(default_factory=dict)

    def visitor(self, who: str) -> Visitor:
        """The browser of one of the sample people."""
        if who not in self.visitors:
            self.visitors[who] = enter(self.made.app, who)
            self.forms_token[who] = self.visitors[who].token()
        return self.visitors[who]

    def hit(self, who: str, shot: Shot) -> TestResponse:
        """The answer; whatever it changed is undone."""
        visitor = self.visitor(who)
        api = shot.path.startswith("/api/")
        headers = {"Authorization": f"Bearer {self.made.world.sample.tokens[who]}"} if api else {}
        headers |= {k: self.forms_token[who] if v == "?" else v for k, v in shot.headers.items()}
        data = shot.data
        if isinstance(data, dict):
            data = {k: [_again(v) for v in values] for k, values in data.items()} | {
                "csrf_token": self.forms_token[who]
            }
        client = self.made.app.test_client() if api or "Cookie" in headers else visitor.client
        point = self.made.world.connection.begin_nested()
        try:
            return client.open(
                shot.path, method=shot.method, data=data, headers=headers, content_type=shot.content_type, buffered=True
            )
        finally:
            point.rollback()
            self.made.desk.registry.revisions.clear()
            self.made.desk.registry.parsed.clear()


def _again(value: Any) -> Any:
    """A file to be sent is read to its end: the next desk gets it from the beginning."""
    if isinstance(value, tuple):
        from io import BytesIO

        return (BytesIO(b"x"), value[1])
    return value


def verdict(answer: TestResponse) -> Verdict:
    """The status and the names of the fields that were refused."""
    if answer.mimetype == "application/problem+json":
        return answer.status_code, tuple(sorted(error["field"] for error in answer.json.get("errors", ())))
    return answer.status_code, tuple(sorted(NAMED.findall(answer.text))) if answer.mimetype == "text/html" else ()


def fire(targets: list[Target], who: str, shots: Iterable[Shot]) -> tuple[int, list[str]]:
    """Send the same to every desk; how many were sent, and what should not have happened."""
    sent, wrong = 0, []
    for shot in shots:
        sent += 1
        verdicts = []
        for target in targets:
            begun = time.monotonic()
            answer = target.hit(who, shot)
            took = time.monotonic() - begun
            verdicts.append(verdict(answer))
            if answer.status_code >= 500 or answer.status_code == 429:
                wrong.append(f"{answer.status_code} {target.made.world.connection.dialect.name}: {who} {shot}")
            if took > PATIENCE:
                wrong.append(f"{took:.0f} s: {who} {shot}")
            if answer.mimetype == "text/html" and (found := active(answer.text)):
                wrong.append(f"{found[:3]} on the page: {who} {shot}")
        if len(set(verdicts)) > 1:
            wrong.append(f"{verdicts}: {who} {shot}")
    return sent, wrong


@pytest.fixture(scope="module")
def targets(furnished: Callable[[str], Furnished]) -> list[Target]:
    """Two desks that differ in nothing but their database."""
    made = [Target(furnished(engine)) for engine in ENGINES]
    assert made[0].made.places == made[1].made.places
    return made


@pytest.fixture(scope="module")
def most(request: pytest.FixtureRequest) -> int | None:
    """How many of the values each field gets; `--long`: all."""
    return None if request.config.getoption("long") else 2


def pages_of(target: Target, who: str) -> Iterator[str]:
    """The addresses of all pages that this person may open."""
    for rule in target.made.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/static/")):
            for turn in range(2 if rule.arguments else 1):
                path = address(rule, target.made.places, turn)
                if target.visitor(who).get(path).status_code == 200:
                    yield path


@pytest.mark.parametrize(("who", "at_least"), [("admin", 40), ("requester", 8)])
def test_hostile_values_in_every_form_break_nothing_and_get_one_verdict(
    targets: list[Target], most: int | None, who: str, at_least: int
) -> None:
    turn = count()
    pages = list(pages_of(targets[0], who))
    forms = list(forms_on(targets[0].made, targets[0].visitor(who), pages))
    assert len(forms) >= at_least
    sent, wrong = fire(targets, who, chain.from_iterable(shots_at_form(page, form, turn, most) for page, form in forms))
    assert not wrong, "\n".join(wrong)
    print(f"{who}: {sent} requests to {len(forms)} forms")


def test_hostile_values_in_every_property_and_parameter_of_the_api_get_one_verdict(
    targets: list[Target], most: int | None
) -> None:
    headers = {"Authorization": f"Bearer {targets[0].made.world.sample.tokens['admin']}"}
    spec = targets[0].made.app.test_client().get("/api/v1/openapi.json", headers=headers).json
    sent, wrong = fire(targets, "admin", shots_at_api(targets[0].made, spec, count(), most))
    assert not wrong, "\n".join(wrong)
    print(f"{sent} requests to {len(spec['paths'])} paths")


def test_hostile_paths_headers_and_bodies_at_every_route_get_one_verdict(
    targets: list[Target], most: int | None
) -> None:
    turn = count()
    rules = [rule for rule in targets[0].made.app.url_map.iter_rules() if rule.rule != NOT_READY]
    shots = chain.from_iterable(shots_at_rule(targets[0].made, rule, turn, most) for rule in rules)
    sent, wrong = fire(targets, "agent", shots)
    assert not wrong, "\n".join(wrong)
    print(f"{sent} requests to {len(rules)} routes")


def test_hostile_filters_of_the_queue_get_one_verdict(targets: list[Target], most: int | None) -> None:
    """It takes every filter of the API, of which its form shows a few."""
    headers = {"Authorization": f"Bearer {targets[0].made.world.sample.tokens['agent']}"}
    spec = targets[0].made.app.test_client().get("/api/v1/openapi.json", headers=headers).json
    names = [p["name"] for p in spec["paths"]["/api/v1/tickets"]["get"]["parameters"] if p.get("in") == "query"]
    turn = count()
    words = ["1", "true", "none", "x"]
    shots = (
        Shot("GET", f"/?{urlencode({name: value})}", f"?{name}={value[:60]!r}")
        for name in names
        for value in [*words, *share(TEXTS, next(turn), most)]
    )
    sent, wrong = fire(targets, "agent", shots)
    assert not wrong, "\n".join(wrong)
    print(f"{sent} requests by {len(names)} filters")
