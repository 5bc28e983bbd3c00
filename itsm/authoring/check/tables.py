"""The plugin's tables and revisions: names, foreign keys, up, the same as the models, down without a trace."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, Table, inspect

from itsm.authoring.check.findings import Report
from itsm.authoring.check.schema import dump
from itsm.core.db import Base, make_engine
from itsm.core.hookspecs.registry import Registry
from itsm.plugins.machinery.lineages import indexed_fields, lineage_of, lineages
from itsm.plugins.machinery.members import Member
from itsm.plugins.machinery.migrate import Lineage
from itsm.plugins.machinery.migrate.apply import migrate, purge

OPEN_TO_ALL = frozenset({"ticket", "person", "organisation", "team", "services_service"})
RULES = frozenset({"RESTRICT", "CASCADE", "SET NULL"})


def check_models(report: Report, member: Member, tables: Sequence[Table]) -> None:
    """Names and foreign keys of the tables that the models declare."""
    classes = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    mine = {table.name for table in tables}
    for table in tables:
        place = classes.get(table)
        if not table.name.startswith(f"{member.name}_"):
            report.add("table-prefix", f"the table {table.name} does not begin with {member.name}_", place)
        for key in table.foreign_keys:
            column = f"{table.name}.{key.parent.name}"
            target = key.target_fullname.partition(".")[0]
            if (key.ondelete or "").upper() not in RULES:
                report.add("foreign-key-rule", f"{column} → {target} does not say what a deletion does", place)
            if target not in OPEN_TO_ALL | mine:
                report.add("foreign-key-target", f"{column} refers to {target}, which is not the plugin's", place)


def check_revisions(
    report: Report, house: Sequence[Member], member: Member, registry: Registry, url: str, tables: Collection[Table]
) -> None:
    """Up, compared with the models, down, compared with before, and up again, on one database."""
    engine = make_engine(url)
    try:
        migrate(engine, lineages(house))
        before = dump(engine)
        known = {table for table in inspect(engine).get_table_names()}
        lineage = _lineage(member, known)
        fields = [(t, f) for t, f in indexed_fields(registry) if f.name.startswith(f"{member.name}.")]
        if lineage is not None and not _up(report, engine, lineage, member, known):
            return
        migrate(engine, [], fields)
        _compare(report, engine, member, {table.name for table in tables})
        if lineage is not None:
            _down(report, engine, lineage, fields, before)
    finally:
        engine.dispose()


def _lineage(member: Member, known: Collection[str]) -> Lineage | None:
    """The plugin's lineage, free to make what it likes: whose names it takes is a finding of its own."""
    if not (member.folder / "migrations").is_dir():
        return None
    return replace(lineage_of(member, [member.name]), owns=lambda table: table not in known)


def _up(report: Report, engine: Engine, lineage: Lineage, member: Member, known: Collection[str]) -> bool:
    try:
        migrate(engine, [lineage])
    except Exception as error:
        report.add("migration", f"on {engine.dialect.name}: {_short(error)}", lineage.folder)
        return False
    for table in sorted(set(inspect(engine).get_table_names()) - set(known)):
        if not table.startswith(f"{member.name}_"):
            report.add("table-prefix", f"a revision makes {table}, which does not begin with {member.name}_",
                       lineage.folder)  # fmt: skip
    return True


def _down(report: Report, engine: Engine, lineage: Lineage, fields: Sequence[object], before: list[str]) -> None:
    on = engine.dialect.name
    try:
        purge(engine, lineage, fields)  # type: ignore[arg-type]
        left = sorted(set(dump(engine)) ^ set(before))
        if left:
            report.add("migration-undo", f"on {on} the way down leaves or takes: {'; '.join(left)[:400]}",
                       lineage.folder)  # fmt: skip
            return
        migrate(engine, [lineage])
    except Exception as error:
        report.add("migration-undo", f"on {on}: {_short(error)}", lineage.folder)


def _compare(report: Report, engine: Engine, member: Member, mine: Collection[str]) -> None:
    """What a revision would still have to do; empty when models and revisions agree."""

    def is_mine(_object: object, name: str | None, type_: str, reflected: bool, *_: object) -> bool:
        own = name in mine or (
            reflected and str(name).startswith(f"{member.name}_") and name != f"{member.name}_version"
        )
        # Alembic cannot compare expression and descending indexes on SQLite.
        return own if type_ == "table" else not (type_ == "index" and engine.dialect.name == "sqlite")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_mine})
        operations = produce_migrations(context, Base.metadata).upgrade_ops
    if operations is not None and not operations.is_empty():
        lines = [line.strip() for line in render_python_code(operations).splitlines() if line.strip().startswith("op.")]
        report.add("migration-model", f"on {engine.dialect.name} the models want: {' '.join(lines)[:400]}",
                   member.folder / "migrations")  # fmt: skip


def _short(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())[:300]
