"""What the core's commands know of the place they run in."""

from collections.abc import Callable
from typing import Protocol

from itsm.core.work.uow import UnitOfWork


class Office(Protocol):
    """The desk as a command line meets it; the command acts as the machine actor `cli`."""

    def unit_of_work(self, *, write: bool = True) -> UnitOfWork:
        """A unit of work of the command line."""
        ...


OpenOffice = Callable[[], Office]
