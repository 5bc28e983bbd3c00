"""Load what speaks to Redis only where there is one: RQ costs 23 MB and half a second that others need not pay."""

from importlib import import_module
from types import ModuleType


def outside() -> ModuleType:
    """The module `itsm.core.work.outside`."""
    return import_module("itsm.core.work.outside")
