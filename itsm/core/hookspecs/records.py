"""*Records*: called in the transaction of the change, each in a savepoint of its own, to write the plugin's tables.

A failure rolls back that savepoint alone; with `on_fault="refuse"` the whole act is refused.
"""

from typing import TYPE_CHECKING, Any

from itsm.core.hookspecs.marks import spec

if TYPE_CHECKING:
    from itsm.core.hookspecs.guards import Draft
    from itsm.core.work.uow import UnitOfWork


@spec("records")
def ticket_recorded(uow: "UnitOfWork", ticket_id: int, draft: "Draft") -> Any:
    """A ticket was opened or changed as `draft` says; its row is written, the commit is still to come."""
