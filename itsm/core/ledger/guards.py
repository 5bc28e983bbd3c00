"""What the database itself refuses, whoever asks: the ledger is only added to, and texts go by an erasure alone.

The revisions of the core say the same; a test compares them. `itsm verify` names a guard that is missing.
"""

# ruff: noqa: S608 - no statement here holds anything that comes from outside

from collections.abc import Mapping

from sqlalchemy import DDL, Table, event
from sqlalchemy.sql.ddl import ExecutableDDLElement

MESSAGE = "the ledger is only added to"
UNERASED = "texts go by an erasure alone"

_ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
_THERE = "stream = NEW.stream AND subject_id = NEW.subject_id AND seq = NEW.seq"
# INSERT OR REPLACE deletes without a word to DELETE triggers, unless `recursive_triggers` is on, and whoever opens the
# file decides that: so what would be replaced is looked for beforehand.
SQLITE: Mapping[str, tuple[str, str]] = {
    "event_not_changed": ("event", f"BEFORE UPDATE ON event {_ABORT}"),
    "event_not_deleted": ("event", f"BEFORE DELETE ON event {_ABORT}"),
    "event_not_replaced": (
        "event",
        f"BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id OR ({_THERE})) {_ABORT}",
    ),
    "event_text_not_changed": ("event_text", f"BEFORE UPDATE ON event_text {_ABORT}"),
    "event_text_not_replaced": (
        "event_text",
        f"BEFORE INSERT ON event_text WHEN EXISTS (SELECT 1 FROM event_text WHERE event_id = NEW.event_id) {_ABORT}",
    ),
    "event_text_not_deleted": (
        "event_text",
        "BEFORE DELETE ON event_text WHEN NOT EXISTS (SELECT 1 FROM erased_text WHERE event_id = OLD.event_id) "
        f"BEGIN SELECT RAISE(ABORT, '{UNERASED}'); END",
    ),
    "erased_text_not_changed": ("erased_text", f"BEFORE UPDATE ON erased_text {_ABORT}"),
    "erased_text_not_deleted": ("erased_text", f"BEFORE DELETE ON erased_text {_ABORT}"),
    "erased_text_not_replaced": (
        "erased_text",
        f"BEFORE INSERT ON erased_text WHEN EXISTS (SELECT 1 FROM erased_text WHERE event_id = NEW.event_id) {_ABORT}",
    ),
}
FUNCTIONS: Mapping[str, str] = {
    "refuse_change": f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END",
    # The schema is named, or a temporary table of the same name would be asked.
    "refuse_unerased": (
        "DECLARE found integer; BEGIN "
        "EXECUTE format('SELECT 1 FROM %I.erased_text WHERE event_id = $1', TG_TABLE_SCHEMA) "
        "INTO found USING OLD.event_id; "
        f"IF found IS NULL THEN RAISE EXCEPTION '{UNERASED}' USING ERRCODE = 'restrict_violation'; END IF; "
        "RETURN OLD; END"
    ),
}
_ROWS = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
_EMPTY = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
POSTGRESQL: Mapping[str, tuple[str, str]] = {
    "event_stays": ("event", f"BEFORE UPDATE OR DELETE ON event {_ROWS}"),
    "event_not_emptied": ("event", f"BEFORE TRUNCATE ON event {_EMPTY}"),
    "event_text_stays": ("event_text", f"BEFORE UPDATE ON event_text {_ROWS}"),
    "event_text_not_emptied": ("event_text", f"BEFORE TRUNCATE ON event_text {_EMPTY}"),
    "event_text_not_deleted": (
        "event_text",
        "BEFORE DELETE ON event_text FOR EACH ROW EXECUTE FUNCTION refuse_unerased()",
    ),
    "erased_text_stays": ("erased_text", f"BEFORE UPDATE OR DELETE ON erased_text {_ROWS}"),
    "erased_text_not_emptied": ("erased_text", f"BEFORE TRUNCATE ON erased_text {_EMPTY}"),
}


def guard(*tables: Table) -> None:
    """Let `create_all` make the guards of these tables, the first of which brings the functions."""
    for name, body in FUNCTIONS.items():
        made = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
        _when(tables[0], "after_create", "postgresql", made)
        _when(tables[0], "after_drop", "postgresql", f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    for table in tables:
        for dialect, guards in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
            for name, (place, rest) in guards.items():
                if place == table.name:
                    _when(table, "after_create", dialect, f"CREATE TRIGGER {name} {rest}")


def _when(table: Table, moment: str, dialect: str, statement: str) -> None:
    ddl: ExecutableDDLElement = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, moment, ddl.execute_if(dialect=dialect))
