"""A stranger's plugin comes, works, goes and comes back; and when it misbehaves, nobody else suffers."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, text

from tests.journeys.running import RunningDesk, until
from tests.plugins.schema import dump

HUNG_AFTER = 1.0


def engine_of(desk: RunningDesk) -> Engine:
    return create_engine(desk.environment.get("ITSM_DATABASE_URL") or f"sqlite:///{desk.folder}/data/itsm.sqlite3")


def schema(desk: RunningDesk) -> list[str]:
    engine = engine_of(desk)
    try:
        return dump(engine)
    finally:
        engine.dispose()


def rows(desk: RunningDesk, query: str) -> list[Any]:
    engine = engine_of(desk)
    with engine.connect() as connection:
        found = list(connection.execute(text(query)).all())
    engine.dispose()
    return found


def effects(desk: RunningDesk) -> dict[str, int]:
    answer = desk.call("GET", "/gadget/effects")
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()
    return found


def test_a_plugin_from_outside_adds_all_it_brings_and_leaves_without_a_trace(desk: RunningDesk) -> None:
    before = schema(desk)
    desk.start()
    old = desk.open_ticket("before the gadget")
    assert desk.plugin("gadget")["state"] == "installed"

    desk.itsm("plugins", "enable", "gadget")
    number = desk.open_ticket("with a size", fields={"gadget.size": 7})
    until(lambda: effects(desk)["total"] == 1, lambda: f"its observer saw the ticket\n{desk.log()}")
    until(lambda: effects(desk)["ticks"] >= 2, lambda: f"its schedule ticks\n{desk.log()}")
    assert desk.call("GET", "/tickets/count?gadget.size=7").json() == {"count": 1}
    assert "/api/v1/gadget/effects" in desk.call("GET", "/openapi.json").json()["paths"]
    refused = desk.call("POST", "/tickets", json={"kind": "incident", "title": "forbidden"})
    assert (refused.status_code, refused.json()["errors"][0]["source"]) == (422, "gadget")
    assert desk.itsm("gadget", "greet", "name=desk") == "Hello desk\n"

    desk.itsm("plugins", "disable", "gadget")
    assert desk.call("GET", "/gadget/effects").status_code == 404
    assert desk.open_ticket("forbidden") > number
    unknown = desk.call("POST", "/tickets", json={"kind": "incident", "title": "x", "fields": {"gadget.size": 1}})
    assert unknown.status_code == 422
    assert rows(desk, "SELECT count(*) FROM gadget_effect") == [(1,)]

    desk.itsm("plugins", "enable", "gadget")
    assert desk.ticket(number)["fields"] == {"gadget.size": 7}
    assert effects(desk)["total"] == 1

    assert "Only a disabled plugin" in desk.itsm("plugins", "purge", "gadget", "--yes", fails=True)
    desk.itsm("plugins", "disable", "gadget")
    desk.itsm("plugins", "purge", "gadget", "--yes")
    assert schema(desk) == before
    assert desk.ticket(number)["fields"] == {}
    assert desk.ticket(old)["title"] == "before the gadget"
    assert desk.plugin("gadget")["state"] == "installed"


def test_enabling_and_disabling_under_load_fails_no_request(desk: RunningDesk) -> None:
    desk.start()
    desk.itsm("plugins", "enable", "gadget")
    over, failures, opened = threading.Event(), [], []

    def load() -> None:
        while not over.is_set():
            for method, path, more in (
                ("POST", "/tickets", {"json": {"kind": "incident", "title": "load"}}), ("GET", "/tickets?limit=5", {}),
            ):  # fmt: skip
                answer = desk.call(method, path, **more)
                opened.append(answer.status_code)
                if answer.status_code not in (200, 201):
                    failures.append(answer.text)

    clients = [threading.Thread(target=load) for _ in range(3)]
    for client in clients:
        client.start()
    try:
        desk.itsm("plugins", "disable", "gadget")
        desk.itsm("plugins", "enable", "gadget")
    finally:
        over.set()
        for client in clients:
            client.join()
    assert not failures, failures[:3]
    assert len(opened) > 20


def test_a_hook_that_fails_loses_nothing_is_named_and_in_the_end_quarantined(desk: RunningDesk) -> None:
    ways = ("raise", "exit", "break", "record")
    desk.environment["ITSM_QUARANTINE_AFTER"] = str(len(ways))
    desk.start()
    desk.itsm("plugins", "enable", "gadget")
    numbers = {way: desk.open_ticket(way) for way in ways}
    assert {way: failed_plugins(desk, number) for way, number in numbers.items()} == {way: ["gadget"] for way in ways}
    until(lambda: desk.state_of("gadget") == "quarantined", lambda: f"quarantined\n{desk.log()}")
    assert f"{len(ways)} faults within ten minutes" in desk.plugin("gadget")["reason"]
    numbers["raise"] = desk.open_ticket("raise")
    assert failed_plugins(desk, numbers["raise"]) == []
    assert [desk.ticket(number)["title"] for number in numbers.values()] == list(ways)


def failed_plugins(desk: RunningDesk, number: int) -> list[str]:
    events = desk.call("GET", f"/tickets/{number}/events").json()["items"]
    return [event["facts"]["plugin"] for event in events if event["type"] == "plugin_failed"]


def test_a_hook_that_hangs_ends_its_process_and_the_client_s_retry_succeeds(desk: RunningDesk) -> None:
    desk.environment["ITSM_HOOK_HUNG_AFTER"] = str(HUNG_AFTER)
    desk.start()
    desk.itsm("plugins", "enable", "gadget")
    kept = desk.open_ticket("acknowledged before")
    key = {"Idempotency-Key": "the one"}
    body = {"kind": "incident", "title": "hang"}
    assert attempt(lambda: desk.call("POST", "/tickets", json=body, headers=key)) is None
    if not desk.embedded:
        assert desk.processes["web"].wait(20) == 70
        desk.spawn("web", "web", "--port", str(desk.port))
    answer = until(lambda: attempt(lambda: desk.call("POST", "/tickets", json=body, headers=key)), desk.log)
    assert answer.status_code == 201, answer.text
    again = desk.call("POST", "/tickets", json=body, headers=key)
    assert (again.status_code, again.json()["number"]) == (201, answer.json()["number"])
    assert desk.ticket(kept)["title"] == "acknowledged before"
    told = desk.plugin("gadget")
    assert told["state"] == "quarantined"
    assert "ticket_opening hung" in told["reason"]


def attempt(call: Callable[[], Any]) -> Any:
    """The answer, or None when the connection broke."""
    try:
        return call()
    except OSError:
        return None


def test_a_broken_or_missing_plugin_is_named_and_never_stops_the_desk(desk: RunningDesk) -> None:
    desk.itsm("plugins", "enable", "gadget")
    site = desk.environment.pop("PYTHONPATH")
    desk.start()
    assert desk.open_ticket() == 1
    assert "is not installed" in desk.plugin("gadget")["reason"]
    desk.stop()
    broken = desk.folder / "broken"
    (broken / "itsm_gadget").mkdir(parents=True)
    (broken / "itsm_gadget" / "__init__.py").write_text("")
    (broken / "itsm_gadget" / "hooks.py").write_text("raise SystemExit('no')")
    desk.environment["PYTHONPATH"] = f"{broken}:{site}"
    desk.start()
    assert desk.open_ticket() == 2
    assert "cannot be imported" in desk.plugin("gadget")["reason"]
    desk.stop()
    desk.environment["ITSM_STRICT"] = "1"
    web = desk.spawn("web", "web", "--port", str(desk.port))
    assert web.wait(30) not in (0, None)
    assert "plugin gadget: cannot be imported" in desk.log()


def test_a_plugin_that_does_not_fit_is_refused_before_anything_changes(desk: RunningDesk) -> None:
    broken = desk.folder / "broken"
    (broken / "itsm_gadget").mkdir(parents=True)
    (broken / "itsm_gadget" / "__init__.py").write_text("")
    hooks = "from itsm.plugins import hook\n@hook\ndef ticket_openning(uow, draft): ...\n"
    (broken / "itsm_gadget" / "hooks.py").write_text(hooks)
    before = schema(desk)
    desk.environment["PYTHONPATH"] = f"{broken}:{desk.environment['PYTHONPATH']}"
    told = desk.itsm("plugins", "enable", "gadget", fails=True)
    assert "there is no hook ticket_openning; did you mean ticket_opening?" in told
    assert "No plugin nothing is installed" in desk.itsm("plugins", "enable", "nothing", fails=True)
    assert schema(desk) == before
