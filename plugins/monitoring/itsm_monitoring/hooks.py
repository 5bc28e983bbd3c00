"""The table of contents of monitoring."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from itsm.plugins import (
    About,
    AlertSource,
    CallHandler,
    DocumentType,
    Draft,
    Field,
    NavEntry,
    Panel,
    Permission,
    Routes,
    Schedule,
    Ticket,
    UnitOfWork,
    Visible,
    Voice,
    document,
    hook,
    inner_tickets,
)
from itsm_monitoring import hookspecs, jobs, settings, verbs
from itsm_monitoring.api import api
from itsm_monitoring.models import MonitoredAlert
from itsm_monitoring.outside import SOURCES
from itsm_monitoring.pages import pages

__all__ = ["hookspecs"]

about = About(title={"en": "Monitoring", "ru": "Мониторинг"}, needs=("incidents",))


@hook
def register_alert_sources() -> Sequence[AlertSource]:
    return SOURCES


@hook
def register_fields() -> Sequence[Field]:
    return (settings.SEVERITY,)


@hook
def register_permissions() -> Sequence[Permission]:
    return settings.PERMISSIONS


@hook
def register_documents() -> Sequence[DocumentType]:
    return settings.DOCUMENTS


@hook
def register_settings() -> type:
    return settings.MonitoringSettings


@hook
def register_calls() -> Sequence[CallHandler]:
    return (CallHandler("monitoring.work_off", jobs.work_off), CallHandler("monitoring.sweep", jobs.sweep))


@hook
def register_schedules() -> Sequence[Schedule]:
    return (Schedule("monitoring.sweep", "monitoring.sweep", timedelta(minutes=1)),)


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(api, "api", at="/api/v1/alerts"), Routes(pages))


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Monitoring", "ru": "Мониторинг"}, "monitoring_pages.overview", 32, "monitoring.see"),)


@hook
def register_panels() -> Sequence[Panel]:
    title = {"en": "Monitoring", "ru": "Мониторинг"}
    return (Panel("monitoring.alerts", title, "ticket_side", 20, "monitoring.see", "monitoring/alerts.html", _alerts),)


@hook
def priority_voices(uow: UnitOfWork, draft: Draft) -> Voice | None:
    severity = draft.values.get("monitoring.severity")
    policy = document(uow, "monitoring.policy")
    rank = policy.body["priorities"].get(severity) if severity else None
    return Voice(rank, f"monitoring.policy/{policy.revision}: {severity}") if rank else None


@hook
def register_visibility() -> Sequence[Visible]:
    def seen(actor):  # type: ignore[no-untyped-def]
        of_tickets = MonitoredAlert.ticket_id.in_(select(Ticket.id).where(inner_tickets(actor)))
        return or_(of_tickets, MonitoredAlert.ticket_id.is_(None)) if actor.may("monitoring.see") else of_tickets

    return (Visible(MonitoredAlert, seen),)


def _alerts(uow: UnitOfWork, ticket: Ticket) -> Mapping[str, Any] | None:
    alerts = verbs.alerts_of(uow, number=ticket.id)
    return {"alerts": alerts, "words": settings.STATUS_WORDS} if alerts else None
