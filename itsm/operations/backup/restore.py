"""Restore a backup into an empty database of either kind: in one transaction, so that it happens or does not."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence

import psycopg
from sqlalchemy import Connection, delete, text, update

from itsm.core.access.models import LoginSession
from itsm.core.desk.models import DeskFact
from itsm.core.desk.verbs import new_generation
from itsm.core.errors import Conflict, DeskError
from itsm.core.files.outside import FileStore
from itsm.core.ledger.models import StreamHead
from itsm.core.ledger.verbs import append
from itsm.core.work.models import Lease
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import hold_calls
from itsm.operations.backup.archive import Reader
from itsm.operations.backup.manifest import BadBackup, Manifest, Table
from itsm.operations.backup.postgresql import PostgresqlRows
from itsm.operations.backup.sqlite import SqliteRows
from itsm.operations.backup.take import rows_of
from itsm.plugins.machinery.migrate import Lineage
from itsm.plugins.machinery.migrate.apply import upgrade_within


def empty(connection: Connection, *, force: bool) -> None:
    """Have an empty database: one with tables is written over only when that is asked for."""
    rows = rows_of(connection)
    names = rows.names()
    if names and not force:
        raise Conflict(
            f"The database is not empty: it has {len(names)} tables. Restore into another one, or lose them all with "
            "--force."
        )
    if names:
        rows.drop_all()


def refuse_strange(manifest: Manifest, known: Iterable[str], left_out: Collection[str]) -> None:
    """Data of plugins that are not installed here cannot be restored, for their revisions make the tables."""
    if strange := sorted(manifest.revisions.keys() - set(known) - set(left_out)):
        options = " ".join(f"--without {name}" for name in strange)
        raise DeskError(
            f"The backup holds data of {', '.join(strange)}, which is not installed here or cannot be loaded. "
            f"Install it, or leave its data out with {options}."
        )


def load_tables(
    connection: Connection, backup: Reader, lineages: Sequence[Lineage], left_out: Collection[str] = ()
) -> None:
    """Make the tables as they were, fill them, and bring them to this code's revisions.

    lineages: those of the house and of every plugin whose data are wanted. left_out: plugins whose data are not.
    """
    recorded = backup.manifest.revisions
    upgrade_within(connection, [lineage for lineage in lineages if lineage.name in recorded], recorded)
    rows = rows_of(connection)
    tables = [table for table in backup.manifest.tables if not _is_of(table, left_out)]
    if lost := sorted({table.shape.name for table in tables} - set(rows.names())):
        raise DeskError(f"The backup holds {', '.join(lost)}, which nothing that is installed here makes.")
    with rows.at_rest():
        for table in tables:
            connection.execute(text(f'DELETE FROM "{table.shape.name}"'))  # noqa: S608 - what revisions wrote
            _take(rows, table, backup)
    upgrade_within(connection, lineages)


def store_files(backup: Reader, store: FileStore) -> None:
    """Put the files into the store, which may hold some already."""
    for sha256 in backup.manifest.files:
        if not store.path(sha256).is_file():
            backup.store_file(sha256, store)


def begin_again(uow: UnitOfWork, *, manifest: Manifest, epoch: int) -> int:
    """What was restored is not what went on: a new epoch, all calls held, nobody signed in; how many calls are held.

    Positions in the ledger are ids of transactions of a server that this one knows nothing of: heads forget theirs.
    """
    session = uow.session
    uow.epoch = epoch
    session.execute(update(StreamHead).values(position=0))
    session.merge(DeskFact(name="epoch", value=str(epoch)))
    session.execute(delete(Lease))
    session.execute(update(LoginSession).where(LoginSession.revoked_at.is_(None)).values(revoked_at=uow.now))
    held = hold_calls(uow)
    about = {"taken_at": manifest.taken_at.isoformat(), "itsm": manifest.itsm, "engine": manifest.engine}
    append(uow, stream="desk", subject_id=0, type="desk_restored", facts={"epoch": epoch, **about})
    new_generation(uow)
    return held


def _take(rows: SqliteRows | PostgresqlRows, table: Table, backup: Reader) -> None:
    try:
        rows.take(table.shape, backup.rows(table))
    except (ValueError, psycopg.DataError, psycopg.IntegrityError, sqlite3.IntegrityError) as error:
        raise BadBackup(f"The rows of {table.shape.name} do not fit: {error}") from error


def _is_of(table: Table, plugins: Collection[str]) -> bool:
    return any(table.shape.name.startswith(f"{name}_") for name in plugins)
