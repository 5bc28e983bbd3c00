"""What an actor's permissions mean as a condition on rows."""

from typing import Any

from sqlalchemy import ColumnElement, false, true

from itsm.core.act import Actor


def in_reach(actor: Actor, permission: str, organisation: Any) -> ColumnElement[bool]:
    """Rows whose `organisation` column lies where the actor holds the permission: all, those of some, or none."""
    if actor.may(permission):
        return true()
    held = sorted(actor.reach(permission))
    if not held:
        return false()
    one: ColumnElement[bool] = organisation == held[0] if len(held) == 1 else organisation.in_(held)
    return one
