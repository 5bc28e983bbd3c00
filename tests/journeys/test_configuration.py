"""The configuration of the demo desk goes into an empty one, by the commands that people use."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.running import running_desk
from tests.servers import new_database


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of the demo desk."""
    folder = tmp_path_factory.mktemp("demo")
    with running_desk(folder / "desk", ITSM_MODE="demo") as demo:
        demo.itsm("fill-demo")
        demo.itsm("export", "config", str(folder / "desk.yaml"))
        yield folder / "desk.yaml"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_demos_configuration_makes_an_empty_desk_the_same(
    engine: str, file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    whole = file.read_text(encoding="utf-8")
    with ExitStack() as stack:
        url = stack.enter_context(new_database(request.getfixturevalue("postgres_url"))) if engine != "sqlite" else ""
        empty = stack.enter_context(running_desk(tmp_path / "empty", **({"ITSM_DATABASE_URL": url} if url else {})))
        empty.found("incidents")
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
