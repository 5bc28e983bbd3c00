"""Which texts were erased by which event, and a ledger that gives up texts by an erasure alone."""

# ruff: noqa: S608 - no statement here holds anything that comes from outside
import sqlalchemy as sa
from alembic import op

from itsm.core.db.base import BigId

revision = "0008"
down_revision = "0007"

MESSAGE = "the ledger is only added to"
UNERASED = "texts go by an erasure alone"
ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
THERE = "stream = NEW.stream AND subject_id = NEW.subject_id AND seq = NEW.seq"
BEFORE = "event_text_not_changed", "event_text_not_replaced", "event_not_changed", "event_not_deleted"
ON_SQLITE = {
    "event_not_changed": f"BEFORE UPDATE ON event {ABORT}",
    "event_not_deleted": f"BEFORE DELETE ON event {ABORT}",
    "event_not_replaced": (
        f"BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id OR ({THERE})) {ABORT}"
    ),
    "event_text_not_changed": f"BEFORE UPDATE ON event_text {ABORT}",
    "event_text_not_replaced": (
        f"BEFORE INSERT ON event_text WHEN EXISTS (SELECT 1 FROM event_text WHERE event_id = NEW.event_id) {ABORT}"
    ),
    "event_text_not_deleted": (
        "BEFORE DELETE ON event_text WHEN NOT EXISTS (SELECT 1 FROM erased_text WHERE event_id = OLD.event_id) "
        f"BEGIN SELECT RAISE(ABORT, '{UNERASED}'); END"
    ),
    "erased_text_not_changed": f"BEFORE UPDATE ON erased_text {ABORT}",
    "erased_text_not_deleted": f"BEFORE DELETE ON erased_text {ABORT}",
    "erased_text_not_replaced": (
        f"BEFORE INSERT ON erased_text WHEN EXISTS (SELECT 1 FROM erased_text WHERE event_id = NEW.event_id) {ABORT}"
    ),
}
REFUSE_UNERASED = (
    "DECLARE found integer; BEGIN "
    "EXECUTE format('SELECT 1 FROM %I.erased_text WHERE event_id = $1', TG_TABLE_SCHEMA) "
    "INTO found USING OLD.event_id; "
    f"IF found IS NULL THEN RAISE EXCEPTION '{UNERASED}' USING ERRCODE = 'restrict_violation'; END IF; "
    "RETURN OLD; END"
)
REFUSE_CHANGE = f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END"
ON_POSTGRESQL = {
    "event_text_not_deleted": "BEFORE DELETE ON event_text FOR EACH ROW EXECUTE FUNCTION refuse_unerased()",
    "erased_text_stays": ("BEFORE UPDATE OR DELETE ON erased_text FOR EACH ROW EXECUTE FUNCTION refuse_change()"),
    "erased_text_not_emptied": ("BEFORE TRUNCATE ON erased_text FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"),
}


def upgrade() -> None:
    """Make the table, and every guard anew as it is from now on."""
    op.create_table(
        "erased_text",
        sa.Column(
            "event_id", BigId, sa.ForeignKey("event.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
        ),
        sa.Column("erasure", BigId, nullable=False, index=True),
    )
    if op.get_context().dialect.name == "postgresql":
        for name, body in (("refuse_change", REFUSE_CHANGE), ("refuse_unerased", REFUSE_UNERASED)):
            _execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        guards = ON_POSTGRESQL
    else:
        for name in BEFORE:
            _execute(f"DROP TRIGGER {name}")
        guards = ON_SQLITE
    for name, rest in guards.items():
        _execute(f"CREATE TRIGGER {name} {rest}")


def downgrade() -> None:
    """Forget what was erased; the older guards are the first ones without what speaks of erasures."""
    if op.get_context().dialect.name == "postgresql":
        _execute("DROP TRIGGER event_text_not_deleted ON event_text")
        op.drop_table("erased_text")
        _execute("DROP FUNCTION refuse_unerased()")
        return
    for name in ("event_not_replaced", "event_text_not_deleted"):
        _execute(f"DROP TRIGGER {name}")
    op.drop_table("erased_text")


def _execute(statement: str) -> None:
    op.execute(sa.text(statement.replace(":", r"\:")))
