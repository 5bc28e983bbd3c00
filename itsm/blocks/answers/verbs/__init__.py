"""Keep what is ready, fill it in for a ticket, run a macro."""

from itsm.blocks.answers.verbs.keep import (
    DESK,
    ME,
    Entry,
    find_ready,
    free_key,
    list_ready,
    may_change,
    owners,
    ready_by_key,
    remove_ready,
    save_ready,
)
from itsm.blocks.answers.verbs.macros import Plan, plan_macro, run_macro
from itsm.blocks.answers.verbs.shared import apply_answers, apply_macros, export_answers, export_macros
from itsm.blocks.answers.verbs.texts import NOTE, REPLY, Filled, filled, frame_of, offered_texts, preview_of

__all__ = [
    "DESK", "ME", "NOTE", "REPLY", "Entry", "Filled", "Plan", "apply_answers", "apply_macros", "export_answers",
    "export_macros", "filled", "find_ready", "frame_of", "free_key", "list_ready", "may_change", "offered_texts",
    "owners", "plan_macro", "preview_of", "ready_by_key", "remove_ready", "run_macro", "save_ready",
]  # fmt: skip
