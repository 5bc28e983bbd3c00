"""Administrators' fields: read from the document in force, put beside those of the plugins, indexed on demand."""

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import inspect, select

from itsm.core.configuration.models import ActiveRevision, Revision
from itsm.core.desk.verbs import begin_generation
from itsm.core.fields.schemas import read_fields
from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.registry import Registry
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.child import run_child

DOCUMENT = "core.fields"
LOG = logging.getLogger("itsm")


class Stored(NamedTuple):
    """What the document in force says, or why it cannot be read."""

    fields: Sequence[Field] = ()
    fault: Exception | None = None


def stored_fields(database: Database) -> Stored:
    """The fields that administrators made; a document that cannot be read brings none, and the desk goes on."""
    if not inspect(database.engine).has_table(ActiveRevision.__tablename__):
        return Stored()
    statement = select(Revision.body).join(ActiveRevision, ActiveRevision.revision_id == Revision.id)
    with database.session(write=False) as session:
        session.ours = True
        body = session.scalars(statement.where(ActiveRevision.document == DOCUMENT)).first()
    try:
        return Stored(read_fields(body) if body is not None else ())
    except Exception as error:
        LOG.exception("the document %s cannot be read; the desk goes on without its fields", DOCUMENT)
        return Stored(fault=error)


def put_fields(registry: Registry, fields: Iterable[Field]) -> None:
    """Put them beside those of the plugins."""
    for field in fields:
        registry.fields.setdefault(field.subject, {})[field.name] = field
        registry.owners[f"field:{field.subject}:{field.name}"] = "desk"


def tell_processes(database: Database) -> None:
    """Indexes were made: every process builds its desk anew, and filters by what has become filterable."""
    with database.session(write=True) as session:
        session.ours = True
        begin_generation(session)
        session.commit()


def index_fields(uow: UnitOfWork) -> None:
    """Embedded, make the indexes that new filterable fields lack; elsewhere a page shows the command to type.

    In a process of its own, before this act touches the database: SQLite has one writer.
    """
    if uow.session.get_bind().dialect.name == "sqlite":
        run_child("migrate")
