"""What the search block asks of plugins."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itsm.core.hookspecs.marks import spec
from itsm.core.texts import Label

if TYPE_CHECKING:
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class SearchText:
    """What can be found of one subject.

    title: shown in answers, and found by. public: further texts, also numbers and keys, that everybody who may see the
    subject may find it by. internal: those that need the kind's permission `internal`. measure: the larger, the
    earlier among equals; for what has a date, its moment in seconds.
    """

    id: int
    title: str
    public: Sequence[str] = ()
    internal: Sequence[str] = ()
    measure: float = 0.0


@dataclass(frozen=True, slots=True)
class Searchable:
    """A kind of things that can be found.

    model: its table, with a column `id`; who sees a row is what `register_visibility` says. texts(uow, ids): what is
    found by; an id that is left out cannot be found any more. url(id): where an answer leads. permission: who may
    search this kind at all. internal: the permission to find by internal texts, '' for nobody. stream: the stream of
    the ledger whose events change these texts. numbered: `12` and `#12` are answered with the subject of that id.
    """

    name: str
    label: Label
    model: Any
    texts: "Callable[[UnitOfWork, Sequence[int]], Iterable[SearchText]]"
    url: Callable[[int], str]
    permission: str
    internal: str = ""
    stream: str = ""
    order: int = 100
    numbered: bool = False


@spec("registers")
def register_search() -> Sequence[Searchable]:
    """Kinds of things that the one search finds: their texts, where they lead, and who may find them."""
    return ()
