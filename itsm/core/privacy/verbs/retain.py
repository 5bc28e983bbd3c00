"""Forget what is older than the desk wants to keep it, a few at a time."""

from collections.abc import Mapping
from datetime import timedelta

from itsm.core.configuration.verbs import document
from itsm.core.hookspecs.personal import Retained
from itsm.core.work.uow import UnitOfWork

HOOK = "register_retention"
DOCUMENT = "core.retention"
BATCH = 200


def all_retained(uow: UnitOfWork) -> Mapping[str, Retained]:
    """Everything that is kept for a while only, by name."""
    return uow.registry.brought.get(HOOK, {})


def days_of(uow: UnitOfWork, retained: Retained) -> int | None:
    """For how many days it is kept; None for ever."""
    days: int | None = document(uow, DOCUMENT).body["days"].get(retained.name, retained.days)
    return days


def retain(uow: UnitOfWork, *, name: str, batch: int = BATCH) -> bool:
    """Forget some of what is too old; whether there may be more. Events are never deleted, of any kind."""
    retained = all_retained(uow).get(name)
    days = days_of(uow, retained) if retained else None
    if retained is None or days is None:
        return False
    return retained.forget(uow, uow.now - timedelta(days=max(days, retained.least)), batch) >= batch
