"""The owed call behind the schedule of seals."""

from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.verbs import seal_when_due
from itsm.core.work.uow import UnitOfWork


def seal(uow: UnitOfWork) -> None:
    """Make a seal when the last one is old enough."""
    place = uow.registry.place
    seal_when_due(uow, folder=SealFolder(place.seals), every=place.seal_every)
