"""An author's way: a new plugin is made, checked, installed, enabled on a running desk, and leaves without a trace."""

from pathlib import Path

from sqlalchemy import create_engine

from itsm.authoring.check.schema import dump
from tests.journeys.gadget import install
from tests.journeys.running import RunningDesk, running_desk, until


def schema(desk: RunningDesk) -> list[str]:
    """The desk's tables as text."""
    engine = create_engine(f"sqlite:///{desk.folder}/data/itsm.sqlite3")
    try:
        return dump(engine)
    finally:
        engine.dispose()


def test_a_plugin_fresh_from_the_command_goes_all_the_way(tmp_path: Path) -> None:
    with running_desk(tmp_path / "desk") as desk:
        told = desk.itsm("plugins", "new", "scores", "--into", str(tmp_path))
        source = tmp_path / "itsm-scores"
        assert str(source) in told
        assert desk.itsm("plugins", "check", str(source)).endswith("No findings.\n")
        desk.environment["PYTHONPATH"] = str(install(source, tmp_path / "site"))
        desk.found("incidents")
        before = schema(desk)
        desk.start()
        assert desk.plugin("scores")["state"] == "installed"
        assert "is installed already" in desk.itsm("plugins", "new", "scores", "--into", str(tmp_path), fails=True)
        desk.itsm("plugins", "enable", "scores")
        number = desk.open_ticket(fields={"scores.score": 4})
        until(lambda: desk.call("GET", "/scores/changes").status_code == 200, desk.log)
        assert [c["ticket"] for c in desk.call("GET", "/scores/changes").json()["items"]] == [number]
        refused = desk.call("POST", "/tickets", json={"kind": "incident", "title": "x", "fields": {"scores.score": 5}})
        assert (refused.status_code, refused.json()["errors"][0]["source"]) == (422, "scores")
        desk.itsm("plugins", "disable", "scores")
        desk.itsm("plugins", "purge", "scores", "--yes")
        assert schema(desk) == before
        assert desk.ticket(number)["fields"] == {}
