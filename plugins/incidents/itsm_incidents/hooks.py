"""The table of contents of incidents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from itsm.plugins import (
    About,
    Badge,
    CallHandler,
    DocumentType,
    Draft,
    Field,
    Happened,
    Kind,
    NavEntry,
    NoticeTemplate,
    Panel,
    Permission,
    Refusal,
    ReplyEffect,
    Routes,
    Ticket,
    UnitOfWork,
    Visible,
    Voice,
    document,
    find_ticket,
    hook,
    inner_tickets,
)
from itsm_incidents import jobs, rules, settings, verbs
from itsm_incidents.models import Wait
from itsm_incidents.pages import pages

about = About(title={"en": "Incidents", "ru": "Инциденты"})
STAFF = ("agent", "head", "administrator")


@hook
def register_kinds() -> Sequence[Kind]:
    return (settings.INCIDENT,)


@hook
def register_fields() -> Sequence[Field]:
    def field(name: str, type: Any, en: str, ru: str, **more: Any) -> Field:
        return Field(f"incidents.{name}", type, {"en": en, "ru": ru}, kinds=("incident",), **more)

    return (
        field("impact", "choice", "Impact", "Влияние", document="incidents.priority#impacts", filterable=True),
        field("urgency", "choice", "Urgency", "Срочность", document="incidents.priority#urgencies", filterable=True),
        field("problem", "long_text", "The problem in the customer's words", "Проблема словами клиента", public=True,
              maximum=4000, on_form=False),
        field("solution", "long_text", "What was done", "Что сделано", public=True, maximum=4000, on_form=False),
        field("resolution_code", "choice", "Resolution code", "Код решения", document="incidents.resolution_codes",
              filterable=True, on_form=False),
        field("wait_reason", "choice", "Reason to wait", "Причина ожидания", document="incidents.wait_reasons",
              filterable=True, on_form=False),
        field("wait_until", "moment", "Wait until", "Ждать до", on_form=False),
        field("supplier_number", "text", "Number at the supplier", "Номер у поставщика", maximum=120, on_form=False),
        field("cancel_reason", "choice", "Reason to cancel", "Причина отмены", document="incidents.cancel_reasons",
              on_form=False),
        field("major", "yes_no", "Major incident", "Значительный инцидент", filterable=True, on_form=False),
        field("reopened", "whole", "Times reopened", "Сколько раз возвращена", filterable=True, minimum=0,
              on_form=False),
        field("reassigned", "whole", "Times passed to another group", "Сколько раз передана другой группе",
              filterable=True, minimum=0, on_form=False),
    )  # fmt: skip


@hook
def register_permissions() -> Sequence[Permission]:
    label = {"en": "Declare a major incident", "ru": "Объявлять значительный инцидент"}
    return (Permission("incidents.major", label, STAFF, scoped=True),)


@hook
def register_documents() -> Sequence[DocumentType]:
    return settings.documents()


@hook
def register_calls() -> Sequence[CallHandler]:
    return (
        CallHandler("incidents.close", jobs.close),
        CallHandler("incidents.wait_over", jobs.wait_over),
        CallHandler("incidents.remind", jobs.remind, late="drop"),
        CallHandler("incidents.no_answer", jobs.no_answer),
    )


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages),)


@hook
def register_nav() -> Sequence[NavEntry]:
    title = {"en": "Major incidents", "ru": "Значительные инциденты"}
    return (NavEntry(title, "incidents.major", 30, "tickets.internal"),)


@hook
def register_visibility() -> Sequence[Visible]:
    return (Visible(Wait, lambda actor: Wait.ticket_id.in_(select(Ticket.id).where(inner_tickets(actor)))),)


@hook
def register_panels() -> Sequence[Panel]:
    title = {"en": "Waits", "ru": "Ожидания"}
    major = {"en": "Major incident", "ru": "Значительный инцидент"}
    return (
        Panel("incidents.waits", title, "ticket_side", 40, "tickets.internal", "incidents/waits.html", _waits),
        Panel("incidents.major", major, "ticket_side", 50, "incidents.major", "incidents/major_switch.html", _major),
    )


@hook
def register_notice_templates() -> Sequence[NoticeTemplate]:
    return (settings.REMINDER,)


@hook
def ticket_changing(uow: UnitOfWork, draft: Draft) -> Iterable[Refusal]:
    if draft.kind != "incident":
        return ()
    rules.count_hand_over(draft)
    rules.count_reopening(draft)
    reasons = document(uow, "incidents.wait_reasons").body["entries"]
    now = uow.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return [*rules.missing_texts(draft), *rules.missing_for_wait(reasons, draft, now)]


@hook
def ticket_recorded(uow: UnitOfWork, ticket_id: int, draft: Draft) -> None:
    verbs.record(uow, ticket_id, draft)


@hook
def priority_voices(uow: UnitOfWork, draft: Draft) -> Voice | None:
    if draft.kind != "incident":
        return None
    table = document(uow, "incidents.priority")
    return rules.voice_of(table.body, table.revision, draft.values)


@hook
def reply_effect(uow: UnitOfWork, draft: Draft) -> ReplyEffect | None:
    if draft.kind != "incident" or draft.ticket_id is None:
        return None
    ticket = uow.session.get_one(Ticket, draft.ticket_id)
    within = timedelta(days=verbs.policy(uow)["reopen_within_days"])
    return rules.effect_of_reply(draft, ticket.resolved_at, uow.now, within)


@hook
def ticket_moved(uow: UnitOfWork, event: Happened) -> None:
    jobs.solve_children(uow, event)


@hook
def ticket_activated(uow: UnitOfWork, event: Happened) -> None:
    verbs.start_timers(uow, event.subject_id)


@hook
def ticket_badges(uow: UnitOfWork, ticket_id: int) -> Iterable[Badge]:
    return rules.badges(find_ticket(uow, number=ticket_id).fields)


def _waits(uow: UnitOfWork, ticket: Ticket) -> Mapping[str, Any] | None:
    waits = verbs.waits_of(uow, ticket)
    return {"waits": waits, "reasons": verbs.wait_words(uow)} if waits else None


def _major(uow: UnitOfWork, ticket: Ticket) -> Mapping[str, Any] | None:
    if ticket.kind != "incident" or ticket.category == "closed":
        return None
    return {"major": bool(ticket.fields.get("incidents.major"))}
