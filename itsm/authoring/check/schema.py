"""A database's schema as lines of text, so that before and after can be compared."""

import re

from sqlalchemy import Engine, text

POSTGRESQL = """
SELECT 'relation', relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT 'column', attrelid::regclass::text || '.' || attname,
    attnum || format_type(atttypid, atttypmod) || attnotnull || coalesce(pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def dump(engine: Engine) -> list[str]:
    """Everything that the catalogue of the database holds, line by line."""
    query = POSTGRESQL if engine.dialect.name == "postgresql" else "SELECT type, name, sql FROM sqlite_master"
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    # SQLite keeps the table of its counters for ever once it has one.
    return sorted(_unordered(" ".join(map(str, row))) for row in rows if row[1] != "sqlite_sequence")


def _unordered(line: str) -> str:
    """SQLite keeps the words of a table's making: where a later revision added to it, order and quotes differ."""
    if " CREATE TABLE " not in line:
        return line
    head, _, parts = line.replace('"', "").partition("(")
    return head + "; ".join(sorted(part.strip(" \n\t)") for part in re.split(r",\s*(?![^()]*\))", parts)))
