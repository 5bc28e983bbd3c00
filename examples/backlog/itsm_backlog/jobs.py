"""The nightly count."""

from itsm.plugins import UnitOfWork
from itsm_backlog import verbs


def nightly(uow: UnitOfWork) -> None:
    """Count the backlog of this night."""
    verbs.count(uow)
