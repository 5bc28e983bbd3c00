"""One line a request, its id on everything that comes of it, and nothing that people or programs keep to themselves."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from itsm.core.hookspecs.declarations import CallHandler
from itsm.core.hookspecs.marks import hook
from itsm.core.logs import configure_logs
from itsm.core.work.jobs import drain
from itsm.core.work.uow import UnitOfWork
from tests.fixtures import TESTER, World

CANARY = "Канарейкина-7731"
Log = Callable[[], list[dict[str, object]]]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where logs go; afterwards they go where they went before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def log(world: World, stream: io.StringIO) -> Log:
    """The lines logged so far, as production writes them."""
    configure_logs(replace(world.desk.settings, log="json"), "web", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_one_line_of_its_route_and_its_actor_by_number(world: World, log: Log) -> None:
    client = world.app.test_client()
    headers = {"Authorization": f"Bearer {world.sample.tokens['agent']}", "X-Request-Id": "abc-1"}
    body = {"kind": "incident", "title": CANARY, "description": CANARY}
    assert client.post(f"/api/v1/tickets?x={CANARY}", headers=headers, json=body).status_code in (201, 422)
    assert client.post("/api/v1/tickets", headers=headers, json=body).status_code == 201
    *_, line = log()
    assert {key: line[key] for key in ("event", "method", "route", "status", "request_id", "process", "plugin")} == {
        "event": "request", "method": "POST", "route": "/api/v1/tickets", "status": 201, "request_id": "abc-1",
        "process": "web", "plugin": "core",
    }  # fmt: skip
    assert line["actor"] == world.sample.people["agent"].id
    assert isinstance(line["ms"], float)
    assert CANARY not in repr(log())
    assert world.sample.tokens["agent"] not in repr(log())


def test_the_probes_of_monitors_fill_no_log(world: World, log: Log) -> None:
    world.app.test_client().get("/healthz")
    assert log() == []


class Broken:
    """A plugin whose job fails with what people wrote on its lips."""

    @staticmethod
    def call(uow: UnitOfWork, **_: str) -> None:
        try:
            uow.session.execute(text("INSERT INTO person (id, name) VALUES (:id, :name)"), {"id": 1, "name": CANARY})
        except Exception as error:
            raise ValueError(f"cannot do it for {CANARY}") from error

    @hook
    def register_calls(self) -> list[CallHandler]:
        return [CallHandler("broken.do", self.call)]


def test_a_failing_job_is_told_once_by_kinds_and_places_under_the_request_that_owed_it(world: World, log: Log) -> None:
    desk, _ = world.with_plugin("broken", register_calls=Broken().register_calls)
    with desk.unit_of_work(replace(TESTER, request_id="ordered-1")) as uow:
        uow.later("broken.do", whom=CANARY)
    drain(desk)
    (line,) = [line for line in log() if line.get("job") == "broken.do"]
    assert (line["request_id"], line["event"], line["level"], line["attempt"]) == (
        "ordered-1", "call failed", "warning", 1,
    )  # fmt: skip
    assert "ValueError" in str(line["error"])
    assert "IntegrityError" in str(line["error"])
    assert "test_logs.py:" in str(line["error"])
    assert CANARY not in repr(log())


@pytest.mark.parametrize("level", ["info", "debug"])
def test_what_an_error_quotes_is_told_by_debug_alone(world: World, stream: io.StringIO, level: str) -> None:
    configure_logs(replace(world.desk.settings, log="json", log_level=level), "web", stream)
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        logging.getLogger("itsm").exception("unforeseen error")
    assert json.loads(stream.getvalue())["event"] == "unforeseen error"
    assert (CANARY in stream.getvalue()) is (level == "debug")


def test_a_terminal_gets_plain_lines(world: World, stream: io.StringIO) -> None:
    configure_logs(replace(world.desk.settings, log="plain"), "worker", stream)
    logging.getLogger("itsm").warning("waiting for %s", "the database", extra={"attempt": 3})
    assert stream.getvalue().endswith(" worker warning: waiting for the database  attempt=3\n")
