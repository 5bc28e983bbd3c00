"""How much of an error a reader may see: it may quote what a ticket holds."""

from itsm.core.act import Actor
from itsm.core.tickets.seen import is_staff_everywhere


def last_line(error: str | None) -> str:
    """What a traceback ends with: the kind of error and what it says."""
    lines = (error or "").strip().splitlines()
    return lines[-1] if lines else ""


def shown_error(actor: Actor, error: str | None) -> str:
    """The last line for staff; for others the kind of error alone."""
    line = last_line(error)
    return line if is_staff_everywhere(actor) else line.partition(":")[0]
