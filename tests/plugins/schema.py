"""The schema of a database as text, what the models want it to be, and a small plugin's revisions to try."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, Table

import itsm.core
from itsm.authoring.check.schema import dump
from itsm.core.db import Base
from itsm.plugins.machinery.migrate import Lineage

__all__ = [
    "CORE",
    "FIRST",
    "FIRST_DOWN",
    "Lineage",
    "Path",
    "dump",
    "gadgets",
    "wanted_operations",
    "write_revision",
    "writing",
]

ROOM = Path(itsm.core.__file__).parent
MODELS = [import_module(f"itsm.core.{path.parent.name}.models") for path in sorted(ROOM.glob("*/models.py"))]
MAPPERS = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("itsm.core.")]
TABLES = [table for mapper in MAPPERS for table in mapper.tables if isinstance(table, Table)]
CORE = Lineage("core", ROOM / "migrations", lambda table: not table.startswith("gadgets_"))
FIRST = """
    op.create_table("gadgets_box", sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
    op.create_table(
        "gadgets_item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("gadgets_box.id", ondelete="CASCADE"), index=True),
    )
"""
FIRST_DOWN = """
    op.drop_table("gadgets_item")
    op.drop_table("gadgets_box")
"""


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection that writes and commits."""
    with engine.connect().execution_options(itsm_write=True) as connection, connection.begin():
        yield connection


def wanted_operations(engine: Engine) -> str:
    """The body of the revision that would bring the core's tables to its models; empty when they agree."""
    core = {table.name for table in TABLES}

    def is_core(_object: object, name: str | None, type_: str, *_: object) -> bool:
        # Alembic cannot compare descending indexes on SQLite; the catalogue itself is compared beside this.
        return name in core if type_ == "table" else not (type_ == "index" and engine.dialect.name == "sqlite")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_core})
        operations = produce_migrations(context, Base.metadata).upgrade_ops
    assert operations is not None
    return "" if operations.is_empty() else render_python_code(operations)


def gadgets(folder: Path) -> Lineage:
    """A plugin with no revision yet."""
    folder.mkdir()
    return Lineage("gadgets", folder, lambda table: table.startswith("gadgets_"))


def write_revision(lineage: Lineage, number: int, up: str, down: str = "pass") -> None:
    """Add or replace a revision; `up` and `down` are the bodies."""
    before = f'"{number - 1:04}"' if number > 1 else None
    lines = [f'"""Step {number}."""', "import os", "import sqlalchemy as sa", "from alembic import op"]
    lines += [f'revision = "{number:04}"', f"down_revision = {before}"]
    bodies = [f"def {name}():\n    {body.strip()}" for name, body in (("upgrade", up), ("downgrade", down))]
    (lineage.folder / f"{number:04}_step.py").write_text("\n".join(lines + bodies) + "\n")
