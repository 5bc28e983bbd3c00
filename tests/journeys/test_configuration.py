"""The configuration of the demo desk goes into an empty one, by the commands that people use."""

from collections.abc import Callable
from pathlib import Path

from tests.journeys.running import RunningDesk, running_desk


def test_the_demos_configuration_makes_empty_desks_the_same(
    new_desk: Callable[[str], RunningDesk], tmp_path: Path
) -> None:
    file = tmp_path / "desk.yaml"
    with running_desk(tmp_path / "demo", ITSM_MODE="demo") as demo:
        demo.itsm("fill-demo")
        demo.itsm("export", "config", str(file))
    whole = file.read_text(encoding="utf-8")
    for kind in ("embedded", "distributed"):  # one test: filling the demo takes longer than all the rest
        empty = new_desk(kind)
        assert empty.itsm("export", "config") != whole
        told = empty.itsm("import", "config", str(file), "--dry-run")
        assert "core.teams: 6 changed" in told
        assert "services.tree: 13 changed" in told
        assert "(dry run: nothing was changed)" in told
        assert empty.itsm("export", "config") != whole
        empty.itsm("import", "config", str(file), "--reason", "As in the demo")
        assert empty.itsm("export", "config") == whole
    (tmp_path / "newer.yaml").write_text("format: 99\n")
    refused = empty.itsm("import", "config", str(tmp_path / "newer.yaml"), fails=True)
    assert "line 1, format: This file has format 99" in refused
