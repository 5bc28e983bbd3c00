"""*Guards*: asked before the write. They complete the draft or return refusals, and write nothing.

All refusals of all guards are shown at once. A guard that fails counts as passed, unless it is declared
`@hook(on_fault="refuse")`. Over 2 seconds is a fault; over 5 the process is ended and the plugin quarantined.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from itsm.core.errors import Refusal
from itsm.core.hookspecs.marks import spec

if TYPE_CHECKING:
    from itsm.core.work.uow import UnitOfWork


@dataclass(slots=True)
class Draft:
    """What a ticket is about to become.

    values: the whole ticket after the act, by column or field name; a guard completes it by writing here.
    before: the same before the act, `category` and `outcome` among it; empty for a new ticket. transition: its key, or
    '' for a plain change. category, outcome: after the act (new, open, waiting, resolved, closed; '', solved,
    cancelled, merged, duplicate). by_person: false when a machine, an import or a propagation acts. notes: what a guard
    leaves on the event, ids and codes only, under a name of its plugin.
    """

    kind: str
    values: dict[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)
    transition: str = ""
    ticket_id: int | None = None
    category: str = "new"
    outcome: str = ""
    by_person: bool = True
    notes: dict[str, Any] = field(default_factory=dict)

    def changed(self, name: str) -> bool:
        """Whether the act changes `name`."""
        return bool(self.values.get(name) != self.before.get(name))


@spec("guards")
def ticket_opening(uow: "UnitOfWork", draft: Draft) -> Iterable[Refusal] | None:
    """A ticket is about to be opened."""


@spec("guards")
def ticket_changing(uow: "UnitOfWork", draft: Draft) -> Iterable[Refusal] | None:
    """A ticket is about to change: fields, assignment, or a transition (`draft.transition`)."""
