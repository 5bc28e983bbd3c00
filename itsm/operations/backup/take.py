"""Take a backup of a desk that goes on working: rows in one snapshot, then the files that those rows name."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine

from itsm import __version__
from itsm.core.errors import Conflict, DeskError
from itsm.core.failpoints import Failpoint
from itsm.core.files.models import StoredFile
from itsm.core.files.outside import FileStore
from itsm.operations.backup.archive import Writer, new_archive
from itsm.operations.backup.lines import lines_of
from itsm.operations.backup.manifest import Manifest, Shape, Table
from itsm.operations.backup.postgresql import PostgresqlRows, postgresql_snapshot
from itsm.operations.backup.sqlite import SqliteRows, sqlite_snapshot

VERSIONS = ("version_num",)


class Rows(Protocol):
    """What a backup needs of a database, in one transaction."""

    def names(self) -> list[str]:
        """All tables."""
        ...

    def shape(self, table: str) -> Shape:
        """A table as a part holds it."""
        ...

    def give(self, shape: Shape) -> Iterator[bytes]:
        """Its rows."""
        ...


def rows_of(connection: Connection) -> SqliteRows | PostgresqlRows:
    """The tables of a connection that has begun a transaction."""
    return SqliteRows(connection) if connection.dialect.name == "sqlite" else PostgresqlRows(connection)


def take_backup(engine: Engine, store: FileStore, place: Path, now: datetime, point: Failpoint) -> Manifest:
    """Write the archive `place`; what it holds. Raises `Conflict` when something stands there already."""
    if place.exists():
        raise Conflict(f"{place} is there already; nothing was written.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new_archive(place) as archive:
        with snapshot(engine) as rows:
            tables, revisions = _write_tables(rows, archive, point)
            names, epoch = _stored(rows), _epoch(rows)
        sizes = {name: archive.file(name, store.path(name)) for name in names}
        manifest = Manifest(
            itsm=__version__,
            engine=engine.dialect.name,
            taken_at=now,
            epoch=epoch,
            revisions=revisions,
            tables=tables,
            files={name: size for name, size in sizes.items() if size is not None},
            missing=[name for name, size in sizes.items() if size is None],
        )
        archive.finish(manifest)
    return manifest


def snapshot(engine: Engine) -> AbstractContextManager[SqliteRows | PostgresqlRows]:
    """The rows of a database as they are at this moment, while others go on writing."""
    return sqlite_snapshot(engine) if engine.dialect.name == "sqlite" else postgresql_snapshot(engine)


def _write_tables(rows: Rows, archive: Writer, point: Failpoint) -> tuple[list[Table], dict[str, str]]:
    """The parts, and which revision each lineage is at."""
    tables: list[Table] = []
    revisions: dict[str, str] = {}
    for name in rows.names():
        shape = rows.shape(name)
        if shape.columns == VERSIONS:
            revisions[name.removesuffix("_version")] = next(_column(rows, shape), "")
        else:
            tables.append(archive.table(shape, rows.give(shape)))
            point.reach("mid_backup")
    if "core" not in revisions:
        raise DeskError("There is no desk in this database; nothing to back up.")
    return tables, revisions


def _stored(rows: Rows) -> list[str]:
    """The contents that rows of this snapshot name."""
    return sorted(_column(rows, Shape(StoredFile.__tablename__, ("sha256",))))


def _epoch(rows: Rows) -> int:
    facts = dict(line.split("\t") for line in lines_of(rows.give(Shape("desk_fact", ("name", "value")))))
    return int(facts.get("epoch", 1))


def _column(rows: Rows, shape: Shape) -> Iterator[str]:
    return lines_of(rows.give(shape))
