"""What the database lacks, or has too much of, for this code; asked at the start of every process."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, column, inspect, select, table

from itsm.core.db.engine import WRITE
from itsm.core.errors import NotReady
from itsm.plugins.machinery.migrate.lineage import Lineage, history, rest


def pending(engine: Engine, lineages: Sequence[Lineage]) -> list[str]:
    """One line for each revision that is not applied yet, and for each lineage that is newer than the code."""
    with engine.connect().execution_options(**{WRITE: False}) as connection:  # whoever writes keeps no one waiting
        there = set(inspect(connection).get_table_names())
        versions = {x.name: version_of(connection, x) for x in lineages if x.version_table in there}
    return [line for lineage in lineages for line in _lines(lineage, versions.get(lineage.name))]


def version_of(connection: Connection, lineage: Lineage) -> str | None:
    """The revision that the database is at; its version table must exist."""
    return connection.scalar(select(column("version_num")).select_from(table(lineage.version_table)))


def _lines(lineage: Lineage, version: str | None) -> list[str]:
    try:
        missing = rest(lineage, history(lineage), version)
    except NotReady as newer:
        return [str(newer)]
    return [f"{lineage.name} {revision.id}: {revision.title}" for revision in missing]
