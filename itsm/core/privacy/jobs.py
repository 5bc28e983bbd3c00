"""The owed calls of privacy: every night each kind of what is kept for a while, in small transactions."""

from itsm.core.privacy.verbs.retain import all_retained, retain
from itsm.core.work.uow import UnitOfWork


def forget_old(uow: UnitOfWork) -> None:
    """Owe one call for each kind."""
    for name in all_retained(uow):
        uow.later("core.forget_some", what=name)


def forget_some(uow: UnitOfWork, *, what: str) -> None:
    """One batch; the next one is owed while there is more."""
    if retain(uow, name=what):
        uow.later("core.forget_some", what=what)
