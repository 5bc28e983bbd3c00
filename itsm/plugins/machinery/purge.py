"""What a purged plugin leaves behind: nothing but the past.

Gone: its tables and indexes (by its own way down), its fields' values, its owed calls and schedules, its faults and
times, its permissions in roles, and which revisions of its documents are in force. Kept: the ledger, the revisions
themselves and its tickets, because events and decisions name them; such tickets can still be read, commented on and
closed.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, or_, select, text, update

from itsm.core.access.models import Role
from itsm.core.access.verbs import save_role
from itsm.core.configuration.models import ActiveRevision
from itsm.core.desk.models import PluginFault
from itsm.core.work.models import OwedCall, ScheduleRow
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.see.models import HookTime

SUBJECTS = ("ticket", "person", "organisation", "team")
KEYS = {
    "sqlite": "SELECT DISTINCT e.key FROM {table} t, json_each(t.fields) e WHERE substr(e.key, 1, :length) = :prefix",
    "postgresql": "SELECT DISTINCT e.key FROM {table} t, jsonb_object_keys(t.fields) e(key) "
    "WHERE left(e.key, :length) = :prefix",
}
REMOVE = {
    "sqlite": "UPDATE {table} SET fields = json_remove(fields, :path) WHERE json_type(fields, :path) IS NOT NULL",
    "postgresql": "UPDATE {table} SET fields = fields - :key WHERE jsonb_exists(fields, :key)",
}


def forget_plugin(uow: UnitOfWork, *, name: str, kinds: Iterable[str]) -> None:
    """Remove everything that a disabled plugin left in the core's tables; `kinds` are the ticket types it brought."""
    uow.require("core.plugins")
    for table in SUBJECTS:
        _forget_values(uow, table, f"{name}.")
    workflows = [f"workflow.{kind}" for kind in kinds]
    mine = ActiveRevision.document.startswith(f"{name}.", autoescape=True)
    uow.session.execute(delete(ActiveRevision).where(or_(mine, ActiveRevision.document.in_(workflows))))
    dropped = {"state": "done", "done_at": uow.now, "error": "dropped: the plugin was purged"}
    undone = (OwedCall.plugin == name, OwedCall.state != "done")
    uow.session.execute(update(OwedCall).where(*undone).values(dropped))
    uow.session.execute(delete(ScheduleRow).where(ScheduleRow.name.startswith(f"{name}.", autoescape=True)))
    uow.session.execute(delete(PluginFault).where(PluginFault.plugin == name))
    uow.session.execute(delete(HookTime).where(HookTime.plugin == name))
    _forget_permissions(uow, f"{name}.")


def _forget_values(uow: UnitOfWork, table: str, prefix: str) -> None:
    dialect = uow.session.get_bind().dialect.name
    query = text(KEYS[dialect].format(table=table))
    keys: Sequence[str] = uow.session.scalars(query, {"prefix": prefix, "length": len(prefix)}).all()
    for key in keys:
        values = {"path": f'$."{key}"'} if dialect == "sqlite" else {"key": key}
        uow.session.execute(text(REMOVE[dialect].format(table=table)), values)


def _forget_permissions(uow: UnitOfWork, prefix: str) -> None:
    for role in uow.session.scalars(select(Role)):
        kept = [permission for permission in role.permissions if not permission.startswith(prefix)]
        if len(kept) < len(role.permissions):
            save_role(uow, key=role.key, label=role.label, permissions=kept)
