"""Each revision happens as a whole or not at all, whoever else is at it, and a purged plugin leaves no trace."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from itsm.core.errors import DeskError, NotReady
from itsm.core.hookspecs.declarations import Field
from itsm.plugins.machinery.migrate import Lineage, pending
from itsm.plugins.machinery.migrate.apply import migrate, purge
from tests.plugins.schema import CORE, FIRST, FIRST_DOWN, dump, gadgets, write_revision, writing

ROOT = Path(__file__).parents[2]
SIZE = Field("gadgets.size", "whole", {"en": "Size"}, filterable=True)
ANOTHER_PROCESS = """
import json, sys
from tests.plugins.schema import CORE, Lineage, Path
from itsm.core.db import make_engine
from itsm.plugins.machinery.migrate.apply import migrate
from tests.plugins.test_migrate import SIZE
gadgets = Lineage("gadgets", Path(sys.argv[2]), lambda table: table.startswith("gadgets_"))
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(migrate(make_engine(sys.argv[1]), [CORE, gadgets], [("ticket", SIZE)])))
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Lineage:
    """A plugin with one revision."""
    lineage = gadgets(tmp_path / "migrations")
    write_revision(lineage, 1, FIRST, FIRST_DOWN)
    return lineage


def test_what_was_done_is_told_and_the_second_time_there_is_nothing_to_do(engine: Engine, plugin: Lineage) -> None:
    lacking = pending(engine, [CORE, plugin])
    assert migrate(engine, [plugin, CORE]) == lacking  # the core goes first in any case
    assert lacking[0].startswith("core 0001: ")
    assert lacking[-1] == "gadgets 0001: Step 1"
    before = dump(engine)
    assert migrate(engine, [CORE, plugin]) == pending(engine, [CORE, plugin]) == []
    assert dump(engine) == before


def test_a_purged_plugin_leaves_the_schema_as_it_was(engine: Engine, plugin: Lineage) -> None:
    migrate(engine, [CORE])
    before = dump(engine)
    write_revision(plugin, 2, 'op.add_column("gadgets_item", sa.Column("name", sa.String(9)))')
    migrate(engine, [CORE, plugin], [("ticket", SIZE)])
    assert any("ix_ticket_gadgets__size" in line for line in dump(engine))
    purge(engine, plugin, [("ticket", SIZE)])
    assert dump(engine) == before
    purge(engine, plugin, [("ticket", SIZE)])
    assert dump(engine) == before


@pytest.mark.parametrize("fault", ['op.execute("SELECT * FROM nowhere")', "raise RuntimeError('no')"])
def test_a_failing_revision_leaves_nothing_half_done(engine: Engine, plugin: Lineage, fault: str) -> None:
    migrate(engine, [CORE, plugin])
    before = dump(engine)
    write_revision(plugin, 2, f'op.create_table("gadgets_bag", sa.Column("id", sa.Integer))\n    {fault}')
    with pytest.raises((DBAPIError, RuntimeError)) as failure:
        migrate(engine, [CORE, plugin])
    assert failure.value.__notes__ == ["gadgets 0002 failed, and nothing of it was kept"]
    assert dump(engine) == before
    assert pending(engine, [CORE, plugin]) == ["gadgets 0002: Step 2"]


def test_a_way_down_that_leaves_tables_changes_nothing(engine: Engine, plugin: Lineage) -> None:
    write_revision(plugin, 2, 'op.create_table("gadgets_bag", sa.Column("id", sa.Integer))')
    migrate(engine, [CORE, plugin])
    before = dump(engine)
    with pytest.raises(DeskError, match="leaves gadgets_bag"):
        purge(engine, plugin)
    assert dump(engine) == before


@pytest.mark.parametrize(
    "body", ['op.create_table("ticket_bag", sa.Column("id", sa.Integer))', 'op.drop_table("lease")']
)
def test_a_plugin_makes_and_drops_its_own_tables_only(engine: Engine, plugin: Lineage, body: str) -> None:
    migrate(engine, [CORE, plugin])
    before = dump(engine)
    write_revision(plugin, 2, body)
    with pytest.raises(DeskError, match="not its own"):
        migrate(engine, [CORE, plugin])
    assert dump(engine) == before


def test_a_rebuilt_table_keeps_the_rows_that_refer_to_it(engine: Engine, plugin: Lineage) -> None:
    migrate(engine, [CORE, plugin])
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO gadgets_box (id) VALUES (1)"))
        connection.execute(text("INSERT INTO gadgets_item (id, box_id) VALUES (1, 1)"))
    batch = 'op.batch_alter_table("gadgets_box", recreate="auto")'
    write_revision(plugin, 2, f'with {batch} as box: box.alter_column("id", type_=sa.BigInteger)')
    migrate(engine, [CORE, plugin])
    with writing(engine) as connection:
        assert connection.execute(text("SELECT id, box_id FROM gadgets_item")).all() == [(1, 1)]
        connection.execute(text("DELETE FROM gadgets_box"))
        assert connection.execute(text("SELECT id, box_id FROM gadgets_item")).all() == []


def test_a_revision_that_leaves_a_dangling_reference_is_refused(engine: Engine, plugin: Lineage) -> None:
    migrate(engine, [CORE, plugin])
    write_revision(plugin, 2, 'op.execute("INSERT INTO gadgets_item (id, box_id) VALUES (1, 7)")')
    with pytest.raises((DeskError, DBAPIError), match=r"gadgets_box|box_id"):
        migrate(engine, [CORE, plugin])
    assert pending(engine, [plugin]) == ["gadgets 0002: Step 2"]


def test_a_database_newer_than_the_code_is_named_and_left_alone(engine: Engine, plugin: Lineage) -> None:
    write_revision(plugin, 2, "pass")
    migrate(engine, [CORE, plugin])
    (plugin.folder / "0002_step.py").unlink()
    assert pending(engine, [CORE, plugin]) == ["gadgets: the database is at 0002, newer than the code"]
    for act in (lambda: migrate(engine, [plugin]), lambda: purge(engine, plugin)):
        with pytest.raises(NotReady, match="newer than the code"):
            act()


def test_a_branch_is_refused_before_anything_runs(engine: Engine, plugin: Lineage) -> None:
    twin = (plugin.folder / "0001_step.py").read_text().replace("0001", "0001b")
    (plugin.folder / "0001b_step.py").write_text(twin)
    before = dump(engine)
    with pytest.raises(DeskError, match="unbranched"):
        migrate(engine, [plugin])
    assert dump(engine) == before


def test_of_two_processes_at_once_one_does_the_work(engine: Engine, database_url: str, plugin: Lineage) -> None:
    # Asked first, so that the file is there: how two connections make it at once is the engine's matter.
    lacking = pending(engine, [CORE, plugin])
    processes = [_another_process(database_url, plugin) for _ in range(2)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        print("go", file=process.stdin, flush=True)
    told = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    done = sorted(line for out, _ in told for line in json.loads(out))
    assert done == [*lacking, "index ix_ticket_gadgets__size"]
    assert migrate(engine, [CORE, plugin], [("ticket", SIZE)]) == []


@pytest.mark.faults
def test_a_process_killed_in_a_revision_leaves_nothing_of_it(
    engine: Engine, database_url: str, plugin: Lineage
) -> None:
    migrate(engine, [CORE, plugin], [("ticket", SIZE)])
    before = dump(engine)
    table = 'op.create_table("gadgets_bag", sa.Column("id", sa.Integer))'
    write_revision(plugin, 2, f"{table}\n    os.kill(os.getpid(), 9)")
    process = _another_process(database_url, plugin)
    process.communicate("go\n", timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert dump(engine) == before
    write_revision(plugin, 2, table)
    assert migrate(engine, [CORE, plugin]) == ["gadgets 0002: Step 2"]


def _another_process(url: str, plugin: Lineage) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS, url, str(plugin.folder)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
