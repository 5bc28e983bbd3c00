"""What the incident process does in the transaction of a change: keep the waits and owe the timers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from itsm.plugins import Draft, Ticket, UnitOfWork, document, label_text
from itsm_incidents.models import Wait


def policy(uow: UnitOfWork) -> Mapping[str, Any]:
    """The times of the incident process as they are in force."""
    return document(uow, "incidents.policy").body


def record(uow: UnitOfWork, ticket_id: int, draft: Draft) -> None:
    """Begin or end a wait, and owe what follows from the new state; imports of the past owe nothing."""
    if draft.kind != "incident" or not draft.changed("category"):
        return
    if draft.before.get("category") == "waiting":
        _end_wait(uow, ticket_id)
    if draft.values["category"] == "waiting":
        _begin_wait(uow, ticket_id, draft.values)
    if draft.values["category"] == "resolved":
        _owe_closing(uow, ticket_id, uow.now)


def _end_wait(uow: UnitOfWork, ticket_id: int) -> None:
    for wait in uow.session.scalars(select(Wait).where(Wait.ticket_id == ticket_id, Wait.ended_at.is_(None))):
        wait.ended_at = uow.now


def _begin_wait(uow: UnitOfWork, ticket_id: int, values: Mapping[str, Any]) -> None:
    until = values.get("incidents.wait_until")
    wait = Wait(
        ticket_id=ticket_id,
        reason=values["incidents.wait_reason"],
        supplier_number=values.get("incidents.supplier_number"),
        since=uow.now,
        until=datetime.fromisoformat(until) if until else None,
    )
    uow.session.add(wait)
    uow.session.flush()
    if wait.until is not None:
        uow.later("incidents.wait_over", at=wait.until, key=f"incidents.wait_over:{wait.id}", wait=wait.id)
    if waits_for(uow, wait.reason) == "customer":
        owe_reminder(uow, wait)
        if policy(uow)["no_answer_after_days"]:
            at = uow.now + timedelta(days=policy(uow)["no_answer_after_days"])
            uow.later("incidents.no_answer", at=at, key=f"incidents.no_answer:{wait.id}", wait=wait.id)


def owe_reminder(uow: UnitOfWork, wait: Wait) -> None:
    """Owe the next reminder to the customer, as often as the policy says."""
    rules = policy(uow)
    if rules["remind_after_hours"] and wait.reminders < rules["remind_times"]:
        at = uow.now + timedelta(hours=rules["remind_after_hours"])
        key = f"incidents.remind:{wait.id}:{wait.reminders}"
        uow.later("incidents.remind", at=at, key=key, wait=wait.id)


def start_timers(uow: UnitOfWork, ticket_id: int) -> None:
    """An imported incident takes up its life here: close it in time, or go on waiting; from now on, but for the
    closing, which counts from its resolution."""
    ticket = uow.session.get_one(Ticket, ticket_id)
    if ticket.kind != "incident":
        return
    if ticket.category != "waiting":
        _end_wait(uow, ticket_id)
    elif ticket.fields.get("incidents.wait_reason") and not any(w.ended_at is None for w in waits_of(uow, ticket)):
        _begin_wait(uow, ticket_id, ticket.fields)
    if ticket.category == "resolved" and ticket.resolved_at is not None:
        _owe_closing(uow, ticket_id, ticket.resolved_at)


def _owe_closing(uow: UnitOfWork, ticket_id: int, resolved_at: datetime) -> None:
    days = policy(uow)["close_after_days"]
    if days:
        at = resolved_at + timedelta(days=days)
        key = f"incidents.close:{ticket_id}:{resolved_at.isoformat()}"
        uow.later("incidents.close", at=at, key=key, number=ticket_id, resolved_at=resolved_at.isoformat())


def waits_for(uow: UnitOfWork, reason: str) -> str:
    """For whom or what a reason waits: customer, supplier, change, parts, date."""
    entries = document(uow, "incidents.wait_reasons").body["entries"]
    return next((e["waits_for"] for e in entries if e["key"] == reason), "")


def wait_words(uow: UnitOfWork) -> Mapping[str, str]:
    """What the reasons are called, in the reader's language."""
    entries = document(uow, "incidents.wait_reasons").body["entries"]
    return {e["key"]: label_text(e["label"], uow.act.locale) for e in entries}


def state_words(uow: UnitOfWork) -> Mapping[str, str]:
    """What the states of an incident are called, in the reader's language."""
    states = document(uow, "workflow.incident").body["states"]
    return {s["key"]: label_text(s["label"], uow.act.locale) for s in states}


def waits_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Wait]:
    """All waits of a ticket, the newest first."""
    return uow.session.scalars(select(Wait).where(Wait.ticket_id == ticket.id).order_by(Wait.id.desc())).all()
