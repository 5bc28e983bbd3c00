"""What the parts of a desk hold about people: how it is written down for them, and how it is erased."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose data it is about: ids of people (one person and who was merged into them), ids of their tickets.

    Either may be empty: large erasures come in portions, and texts of old tickets are erased without any person.
    """

    people: frozenset[int] = frozenset()
    tickets: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One part's personal data, named `<plugin>.<what>`.

    collect: `(uow, whose)` → rows of plain JSON; a member `sha256` names a stored file, which is then handed out too.
    erase: `(uow, whose)` takes the texts away and leaves ids, codes and times; called in the transaction of the
    erasure, in order. What points to a person by a foreign key that CASCADEs is handed out and erased without that.
    """

    name: str
    collect: "Callable[[UnitOfWork, Whose], Iterable[Mapping[str, Any]]] | None" = None
    erase: "Callable[[UnitOfWork, Whose], None] | None" = None
    order: int = 500


@dataclass(frozen=True, slots=True)
class Retained:
    """Something that is kept for a while only, named `<plugin>.<what>`; the days stand in `core.retention`.

    forget: `(uow, before, limit)` forgets at most `limit` of what is older and returns how many. days: by default; None
    keeps it for ever. least: days that nobody may go below.
    """

    name: str
    label: Mapping[str, str]
    forget: "Callable[[UnitOfWork, Any, int], int]"
    days: int | None = None
    least: int = 1
