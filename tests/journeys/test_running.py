"""A desk runs as people run it: opened over HTTP, background work done, timers fired, ended in good order."""

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
import requests

from tests.journeys.running import ADMIN, PASSWORD, ROOT, RunningDesk, running_desk, until
from tests.servers import free_port

DAYS = timedelta(days=1)
EMBEDDED = pytest.mark.parametrize("kind", ["embedded"], indirect=True)
MOST_MEMORY = 350 << 20


def set_clock(path: Path, moment: datetime) -> None:
    half = path.with_suffix(".half")
    half.write_text(moment.isoformat())
    half.replace(path)


@pytest.mark.everyday
def test_a_ticket_is_opened_answered_resolved_and_closed_by_its_timer_two_days_later(desk: RunningDesk) -> None:
    clock, now = desk.folder / "clock", datetime.now(UTC)
    set_clock(clock, now)
    desk.environment["ITSM_CLOCK_FILE"] = str(clock)
    desk.start()
    number = desk.open_ticket("Принтер не печатает")
    texts = {"incidents.problem": "Не печатает", "incidents.solution": "Заменён картридж"}
    fields = {**texts, "incidents.resolution_code": "fixed"}
    body = {"transition": "resolve", "fields": fields, "comment": "Готово"}
    assert desk.call("POST", f"/tickets/{number}/transitions", json=body).status_code == 200
    set_clock(clock, now + 1.9 * DAYS)
    until(lambda: not [c for c in calls(desk, "due") if c["due"] < (now + 1.9 * DAYS).isoformat()], "work of day one")
    assert desk.ticket(number)["state"] == "resolved"
    set_clock(clock, now + 2 * DAYS + timedelta(minutes=1))
    until(lambda: desk.ticket(number)["state"] == "closed", lambda: f"closed by its timer\n{desk.log()}")


def calls(desk: RunningDesk, state: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in desk.itsm("calls", "list", "--state", state, "--json").splitlines()]


def test_health_readiness_and_metrics_are_told_to_everybody(desk: RunningDesk) -> None:
    desk.start()
    address = f"http://127.0.0.1:{desk.port}"
    assert requests.get(f"{address}/healthz", timeout=5).json() == {"alive": True}
    ready = requests.get(f"{address}/readyz", timeout=5).json()
    assert (ready["ready"], ready["database"], ready["schema"]) == (True, "ok", "ok")
    assert ready["redis"] == ("none" if desk.embedded else "ok")
    metrics = requests.get(f"{address}/metrics", timeout=5).text
    assert 'itsm_calls{state="dead"} 0.0' in metrics
    assert "itsm_calls_oldest_seconds" in metrics


def test_all_processes_together_stay_under_350_mb_and_end_on_a_signal(desk: RunningDesk) -> None:
    desk.start()
    for _ in range(30):
        desk.open_ticket()
    family = [p for root in desk.processes.values() for p in [root, *root.children(recursive=True)]]
    assert sum(process.memory_info().rss for process in family) < MOST_MEMORY
    desk.stop()
    assert not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


@EMBEDDED
def test_web_and_worker_end_with_a_supervisor_that_was_killed(desk: RunningDesk) -> None:
    desk.start()
    family = desk.processes["run"].children(recursive=True)
    assert len(family) == 3
    desk.processes["run"].kill()
    desk.processes["run"].wait(5)
    until(lambda: not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE], "all ended")
    desk.start()
    assert desk.open_ticket() == 1


def test_a_second_desk_on_the_same_port_says_so_and_ends(desk: RunningDesk) -> None:
    desk.start()
    told = desk.itsm("web", "--port", str(desk.port), fails=True)
    assert f"Port {desk.port} of 127.0.0.1 is taken" in told


def test_the_help_answers_at_once_and_loads_neither_flask_nor_sqlalchemy() -> None:
    program = (
        "import sys, itsm.cli\ntry: itsm.cli.main(['--help'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert "plugins" in done.stdout
    assert not [name for name in ("'flask'", "'sqlalchemy'", "'marshmallow'", "'itsm.app'") if name in loaded]


def test_a_desk_is_founded_once_with_a_secret_for_its_owner_alone(tmp_path: Path) -> None:
    with running_desk(tmp_path / "desk") as desk:
        assert "There is no desk here" in desk.itsm("plugins", "list", fails=True)
        desk.found("incidents")
        assert (desk.folder / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
        before = (desk.folder / "data" / "secret_key").read_text()
        again = ("init", "--admin-email", ADMIN, "--admin-password", PASSWORD)
        assert "There is a desk already" in desk.itsm(*again, fails=True)
        assert (desk.folder / "data" / "secret_key").read_text() == before


@EMBEDDED
def test_a_port_that_is_taken_while_web_is_started_again_ends_nothing(desk: RunningDesk) -> None:
    desk.start()
    web = next(child for child in desk.processes["run"].children() if "web" in child.cmdline())
    for process in [web, *web.children(recursive=True)]:  # its own children too: they would hold the port for a while
        process.kill()
    with until(lambda: taken(desk.port), "the port to be free"):
        until(lambda: "web ended with 2; it is started again" in desk.log(), desk.log)
    desk.wait_until_ready()
    assert desk.open_ticket() == 1


def taken(port: int) -> socket.socket | None:
    """The port, held by this test; none while another listens there."""
    held = socket.socket()
    try:
        held.bind(("127.0.0.1", port))
        held.listen()
    except OSError:
        held.close()
        return None
    return held


@EMBEDDED
def test_a_child_whose_parent_is_killed_before_it_is_up_ends_too(desk: RunningDesk) -> None:
    web = desk.spawn("web", "web", "--port", str(desk.port))
    family = until(lambda: web.children(recursive=True), "a child")
    web.kill()
    web.wait(5)
    until(lambda: not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE], "ended", 30)


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("ITSM_REDIS_URI", "x", "ITSM_REDIS_URI is not a setting; did you mean ITSM_REDIS_URL?"),
        ("ITSM_TIMEZONE", "Mars/Phobos", "ITSM_TIMEZONE: 'Mars/Phobos' is no zone"),
    ],
)
@pytest.mark.parametrize("command", [("plugins", "list"), ("run", "--port", "0"), ("worker",)])
def test_wrong_settings_end_every_command_with_code_2_and_a_sentence(
    tmp_path: Path, setting: str, value: str, sentence: str, command: tuple[str, ...]
) -> None:
    with running_desk(tmp_path / "desk", **{setting: value}) as desk:
        process = desk.spawn("wrong", *(str(free_port()) if word == "0" else word for word in command))
        assert process.wait(30) == 2
        assert sentence in desk.log()


@EMBEDDED
def test_a_user_and_a_token_are_added_by_command_and_the_token_is_printed_alone(desk: RunningDesk) -> None:
    desk.itsm("user", "add", "--email", "tom@example.org", "--role", "agent", "--password", PASSWORD)
    token = desk.itsm("token", "add", "--user", "tom@example.org", "--scopes", "tickets.read")
    assert token.startswith("itsm_")
    assert token == f"{token.strip()}\n"
    assert "Nobody has the login" in desk.itsm("token", "add", "--user", "nobody@example.org", fails=True)
    assert "Nobody declares" in desk.itsm("token", "add", "--user", ADMIN, "--scopes", "no.such", fails=True)


@EMBEDDED
def test_an_old_schema_is_told_by_web_and_mended_by_run(desk: RunningDesk) -> None:
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])\nc.executescript(sys.argv[2])"
    script = "DROP TABLE services_solver; DROP TABLE services_service; DROP TABLE services_version;"
    database = desk.folder / "data" / "itsm.sqlite3"
    subprocess.run([sys.executable, "-c", program, str(database), script], check=True)
    assert desk.spawn("web", "web", "--port", str(desk.port)).wait(30) == 3
    assert "Run `itsm migrate`" in desk.log()
    desk.start()
    assert desk.open_ticket() == 1


def test_the_demo_fills_itself_once_and_lets_three_people_in(tmp_path: Path) -> None:
    with running_desk(tmp_path / "desk") as desk:
        desk.spawn("demo", "demo", "--port", str(desk.port))
        desk.wait_until_ready()
        desk.token = desk.itsm("token", "add", "--user", "anna@demo.example").strip()
        until(lambda: "requester" in desk.log(), "the logins are printed")
        counts = {c: desk.call("GET", f"/tickets/count?state_category={c}").json()["count"]
                  for c in ("new", "open", "waiting", "resolved", "closed")}  # fmt: skip
        assert sum(counts.values()) > 55
        assert all(counts.values()), counts
        assert desk.call("GET", "/tickets/count?incidents.major=true").json()["count"] == 1
        desk.stop()
        desk.spawn("demo", "demo", "--port", str(desk.port))
        desk.wait_until_ready()
        assert desk.call("GET", "/tickets/count").json()["count"] == sum(counts.values())
