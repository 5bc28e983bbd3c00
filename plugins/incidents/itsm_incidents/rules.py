"""Incidents as pure rules: the priority table, what a resolver must write, what a reply does."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from itsm.plugins import Badge, Draft, Refusal, ReplyEffect, Voice, say

TEXTS = ("incidents.problem", "incidents.solution")
ASKED = {"until": "incidents.wait_until", "supplier_number": "incidents.supplier_number"}


def voice_of(table: Mapping[str, Any], revision: int, values: Mapping[str, Any]) -> Voice | None:
    """The table's voice; an unset impact or urgency counts as the lowest, and with neither set it is silent.

    Source: ITIL 4, priority from impact and urgency.
    """
    impact, urgency = values.get("incidents.impact"), values.get("incidents.urgency")
    if impact is None and urgency is None:
        return None
    impact = impact or table["impacts"][-1]["key"]
    urgency = urgency or table["urgencies"][-1]["key"]
    for cell in table["cells"]:
        if (cell["impact"], cell["urgency"]) == (impact, urgency):
            return Voice(cell["rank"], f"incidents.priority/{revision}: {impact} × {urgency}")
    return None


def missing_texts(draft: Draft) -> Iterable[Refusal]:
    """Before "resolved" a person says the problem in the customer's words and what was done.

    Asked of people who resolve; a machine, a child solved with its parent, a merged or cancelled one needs none.
    """
    if not draft.by_person or draft.category != "resolved" or draft.before.get("category") == "resolved":
        return
    for name in TEXTS:
        if not draft.values.get(name):
            yield Refusal(name, say("Needed before an incident is resolved; the customer will read it."), "incidents")


def missing_for_wait(reasons: Iterable[Mapping[str, Any]], draft: Draft, now: str) -> Iterable[Refusal]:
    """What the chosen reason asks for; and "until" lies ahead. `now` as fixed-width UTC text."""
    if draft.category != "waiting" or not draft.transition:
        return
    reason = next((r for r in reasons if r["key"] == draft.values.get("incidents.wait_reason")), None)
    for asked in reason["asks"] if reason else ():
        if not draft.values.get(ASKED[asked]):
            yield Refusal(ASKED[asked], say("This reason needs it."), "incidents")
    until = draft.values.get("incidents.wait_until")
    if until is not None and until <= now:
        yield Refusal("incidents.wait_until", say("Must lie ahead."), "incidents")


def count_hand_over(draft: Draft) -> None:
    """Count on the draft that the ticket passes from one group to another; the first group is no hand-over."""
    if draft.changed("team") and draft.before.get("team") is not None and draft.values.get("team") is not None:
        draft.values["incidents.reassigned"] = (draft.before.get("incidents.reassigned") or 0) + 1


def count_reopening(draft: Draft) -> None:
    """Flag an incident that came back after it was resolved, whoever brought it back."""
    if draft.before.get("category") == "resolved" and draft.category in ("new", "open", "waiting"):
        draft.values["incidents.reopened"] = (draft.before.get("incidents.reopened") or 0) + 1


def effect_of_reply(draft: Draft, resolved_at: datetime | None, now: datetime, reopen_within: timedelta) -> ReplyEffect:
    """A requester's reply: on waiting → open; on resolved, within the window → reopened and flagged; later, or on
    closed → a new linked ticket; else it is only added."""
    category = draft.values["category"]
    if category == "waiting":
        return ReplyEffect("continue")
    if category == "resolved" and resolved_at is not None and now - resolved_at <= reopen_within:
        return ReplyEffect("reopen")
    if category in ("resolved", "closed"):
        return ReplyEffect(follow_up=True)
    return ReplyEffect()


def badges(fields: Mapping[str, Any]) -> Iterable[Badge]:
    """The marks beside an incident's title."""
    if fields.get("incidents.major"):
        yield Badge({"en": "Major incident", "ru": "Значительный инцидент"}, "alarm", 10)
    if fields.get("incidents.reopened"):
        yield Badge({"en": "Reopened", "ru": "Возвращена"}, "warn", 20)
