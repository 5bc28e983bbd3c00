"""Backup, restore and migration as people run them: by commands, killed in the middle, at once, with other code."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.running import RunningDesk, running_desk
from tests.servers import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk on SQLite whose processes do not run."""
    with running_desk(tmp_path_factory.mktemp("operated")) as desk:
        desk.found("incidents")
        yield desk


def sql(desk: RunningDesk, script: str, *values: str) -> list[tuple[str, ...]]:
    """Do something to the desk's database behind its back."""
    with closing(sqlite3.connect(desk.folder / "data" / "itsm.sqlite3", isolation_level=None)) as connection:
        return connection.execute(script, values).fetchall()


def killed(desk: RunningDesk, failpoint: str, *arguments: str) -> None:
    """Run a command that a failpoint kills."""
    environment = desk._environment() | {"ITSM_FAILPOINT": f"{failpoint}:kill"}
    done = subprocess.run([sys.executable, "-m", "itsm", *arguments], cwd=desk.folder, env=environment, timeout=120,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.faults
def test_a_backup_killed_in_the_middle_leaves_nothing_that_looks_whole(desk: RunningDesk) -> None:
    folder = desk.folder / "killed"
    killed(desk, "mid_backup", "backup", "--to", str(folder))
    assert [path.name for path in folder.iterdir() if path.suffix != ".part"] == []
    left = next(folder.iterdir())
    assert "cannot be read as a backup" in desk.itsm("backup", "--check", str(left), fails=True)
    told = json.loads(desk.itsm("backup", "--to", str(folder), "--json"))
    assert told["rows"] > 20
    assert list(folder.iterdir()) == [Path(told["file"])]  # the next one clears up
    assert "rows of" in desk.itsm("backup", "--check", told["file"])


@pytest.mark.faults
def test_a_restore_killed_in_the_middle_leaves_an_empty_database_and_the_next_one_works(
    desk: RunningDesk, tmp_path: Path
) -> None:
    place = json.loads(desk.itsm("backup", "--to", str(tmp_path / "b.zip"), "--json"))["file"]
    killed(desk, "mid_restore", "restore", place, "--into", str(tmp_path / "other"))
    told = desk.itsm("restore", place, "--into", str(tmp_path / "other"))
    assert "itsm calls release" in told
    assert (tmp_path / "other" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert "not empty" in desk.itsm("restore", place, "--into", str(tmp_path / "other"), fails=True)


@pytest.mark.faults
def test_a_migration_killed_in_the_middle_did_not_happen_and_two_at_once_do_it_once(tmp_path: Path) -> None:
    with running_desk(tmp_path / "desk") as desk:
        (desk.folder / "data").mkdir()
        killed(desk, "mid_migration", "migrate")
        assert sql(desk, "SELECT name FROM sqlite_master") == []
        both = [desk.spawn(f"migrate{n}", "migrate") for n in (1, 2)]
        assert [process.wait(90) for process in both] == [0, 0], desk.log()
        said = [(desk.folder / f"migrate{n}.log").read_text() for n in (1, 2)]
        assert sum(text.count("core 0001: ") for text in said) == 1
        assert desk.itsm("migrate").startswith("Nothing to do")


def test_code_older_than_the_schema_is_refused_by_web_worker_and_commands_with_one_sentence(desk: RunningDesk) -> None:
    ((revision,),) = sql(desk, "SELECT version_num FROM core_version")
    sql(desk, "UPDATE core_version SET version_num = '9999'")
    try:
        for name, *arguments in (
            ("web", "--port", str(free_port())), ("worker",), ("calls", "list"), ("migrate",),
        ):  # fmt: skip
            assert desk.spawn(f"old-{name}", name, *arguments).wait(60) == 3, desk.log()
            said = [line for line in (desk.folder / f"old-{name}.log").read_text().splitlines() if "itsm: " in line]
            assert len(said) == 1, said
            assert "newer than the code" in said[0]
            assert "itsm migrate" not in said[0]
        assert "could not note its backup" in subprocess.run(
            [sys.executable, "-m", "itsm", "backup"], cwd=desk.folder, env=desk._environment(), text=True,
            capture_output=True, check=True,
        ).stderr  # fmt: skip
    finally:
        sql(desk, "UPDATE core_version SET version_num = ?", revision)
