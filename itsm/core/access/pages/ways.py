"""The ways to sign in that other parties prove, as plugins declare them."""

from typing import Literal

from itsm.core.hookspecs.declarations import SignInButton
from itsm.core.work.uow import UnitOfWork


def ways(uow: UnitOfWork, part: Literal["buttons", "connect", "leave"]) -> list[SignInButton]:
    """Those of all plugins in their order; a plugin that fails has none, and its fault is noted."""
    found: list[SignInButton] = []
    for method in sorted(uow.registry.sign_in.values(), key=lambda m: (m.order, m.name)):
        declared = getattr(method, part)
        if declared is not None:
            plugin = uow.registry.owners.get(f"sign_in:{method.name}", "")
            shown = uow.hook.show(plugin, f"sign-in {method.name}", declared, uow)
            found += shown if isinstance(shown, list | tuple) else ()
    return found
