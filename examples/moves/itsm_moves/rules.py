"""What makes a move impossible."""

from collections.abc import Iterable
from datetime import date

from itsm.plugins import Draft, Refusal, say


def impossible(draft: Draft, today: date) -> Iterable[Refusal]:
    """Not to the same room, and not planned for the past."""
    if draft.kind != "move":
        return
    there, here = draft.values.get("moves.to"), draft.values.get("moves.from")
    if there is not None and there == here:
        yield Refusal("moves.to", say("That is the room they are in."), "moves")
    if draft.transition == "plan" and (draft.values.get("moves.on") or "9") < today.isoformat():
        yield Refusal("moves.on", say("That day is over."), "moves")
