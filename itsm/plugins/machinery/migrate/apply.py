"""Run revisions: up to the newest, or all the way down; each one happens as a whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, text

from itsm.core.db import Base
from itsm.core.errors import DeskError, NotReady
from itsm.core.failpoints import Failpoint
from itsm.core.hookspecs.declarations import Field
from itsm.plugins.machinery.migrate.alone import alone
from itsm.plugins.machinery.migrate.indexes import drop, sync
from itsm.plugins.machinery.migrate.lineage import Lineage, Revision, history, rest
from itsm.plugins.machinery.migrate.pending import version_of


def migrate(
    engine: Engine,
    lineages: Sequence[Lineage],
    fields: Iterable[tuple[str, Field]] = (),
    point: Failpoint = Failpoint(),  # noqa: B008 - frozen
) -> list[str]:
    """Bring every lineage to its newest revision, the core first, then make missing indexes; tells what was done."""
    with alone(engine) as connection:
        done = [line for lineage in sorted(lineages, key=_core_first) for line in _upgrade(connection, lineage, point)]
        return done + sync(connection, fields)


def upgrade_within(connection: Connection, lineages: Sequence[Lineage], until: Mapping[str, str] | None = None) -> None:
    """Run revisions inside the caller's transaction, up to the newest or to those of `until` (lineage → revision)."""
    for lineage in sorted(lineages, key=_core_first):
        following, script = rest(lineage, history(lineage), _version(connection, lineage)), _script(lineage)
        if until is not None:
            following = following[: _place(lineage, following, until[lineage.name])]
        for revision in following:
            _apply(connection, lineage, script, revision)


def purge(engine: Engine, lineage: Lineage, fields: Iterable[tuple[str, Field]] = ()) -> None:
    """Take a lineage back to nothing, with its version table and the indexes of its fields."""
    script = _script(lineage)
    with alone(engine) as connection:
        with connection.begin(), _guarded(connection, lineage):
            rest(lineage, history(lineage), _version(connection, lineage))
            _run(connection, lineage, lambda heads: script._downgrade_revs("base", heads) if heads else [])
            Table(lineage.version_table, MetaData()).drop(connection)
            if left := sorted(filter(lineage.owns, _tables(connection))):
                raise DeskError(f"{lineage.name}: its way down leaves {', '.join(left)}")
        drop(connection, fields)


def _core_first(lineage: Lineage) -> bool:
    return lineage.name != "core"


def _place(lineage: Lineage, revisions: Sequence[Revision], last: str) -> int:
    """How many revisions there are up to `last`."""
    ids = [revision.id for revision in revisions]
    if last not in ids:
        raise NotReady(f"{lineage.name}: what is to be restored is at {last}, newer than the code")
    return ids.index(last) + 1


def _upgrade(connection: Connection, lineage: Lineage, point: Failpoint) -> list[str]:
    """One transaction for each revision, and a fresh look in each: another process may have been faster."""
    revisions, script = history(lineage), _script(lineage)
    done: list[str] = []
    while True:
        with connection.begin():
            following = next(iter(rest(lineage, revisions, _version(connection, lineage))), None)
            if following is None:
                return done
            _apply(connection, lineage, script, following)
            point.reach("mid_migration")
        done.append(f"{lineage.name} {following.id}: {following.title}")


def _apply(connection: Connection, lineage: Lineage, script: ScriptDirectory, revision: Revision) -> None:
    try:
        with _guarded(connection, lineage):
            _run(connection, lineage, lambda heads: script._upgrade_revs(revision.id, heads))
    except Exception as error:
        error.add_note(f"{lineage.name} {revision.id} failed, and nothing of it was kept")
        raise


def _run(connection: Connection, lineage: Lineage, steps: Callable[[Any], Any]) -> None:
    options = {
        "version_table": lineage.version_table,
        "transactional_ddl": True,
        # So that revisions may leave the names of constraints to the convention.
        "target_metadata": MetaData(naming_convention=Base.metadata.naming_convention),
        "fn": lambda heads, _: steps(heads),
    }
    context = MigrationContext.configure(connection, opts=options)
    with Operations.context(context):
        context.run_migrations()


@contextmanager
def _guarded(connection: Connection, lineage: Lineage) -> Iterator[None]:
    """Refuse a revision that makes or drops the tables of others, or leaves a reference to a row that is gone."""
    before = _tables(connection)
    yield
    if strange := sorted(name for name in before ^ _tables(connection) if not lineage.owns(name)):
        raise DeskError(f"{lineage.name}: {', '.join(strange)} is not its own to make or drop")
    if connection.dialect.name == "sqlite":
        for child, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
            raise DeskError(f"{lineage.name}: row {row} of {child} refers to a row of {parent} that is gone")


def _script(lineage: Lineage) -> ScriptDirectory:
    return ScriptDirectory(lineage.folder, version_locations=[lineage.folder])


def _version(connection: Connection, lineage: Lineage) -> str | None:
    return version_of(connection, lineage) if lineage.version_table in _tables(connection) else None


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())
