"""Work off the alerts of a source in batches: each ends in one outcome, and each trouble has one open incident."""

import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from itsm.plugins import (
    Alert,
    DeskError,
    Settled,
    Ticket,
    UnitOfWork,
    WaitingItem,
    known_events,
    settle_items,
    touched_by_people,
    waiting_items,
)
from itsm_monitoring.models import MonitoredAlert
from itsm_monitoring.rules import Policy, Standing, Step, is_for_people, next_step
from itsm_monitoring.verbs.incident import perform, policy, propose
from itsm_monitoring.verbs.receive import alert_in, intake_of, name_of

LOG = logging.getLogger("itsm")


class Arrived(NamedTuple):
    """One alert that waits, with the name of its trouble and what tells the message from others about it."""

    item: WaitingItem
    alert: Alert
    name: str
    event: str | None


class Incidents(NamedTuple):
    """The incidents of a batch: the category of each by its number, and those that people have taken a hand in."""

    categories: dict[int, str]
    touched: Collection[int]


def work_off(uow: UnitOfWork, *, source: str, most: int) -> int:
    """Work off the oldest alerts of a source, in the order in which they came; how many there were."""
    arrived = [_arrived(source, item) for item in waiting_items(uow, source=intake_of(source), limit=most)]
    if not arrived:
        return 0
    events = {each.event for each in arrived if each.event}
    seen = set(known_events(uow, source=intake_of(source), events=events))
    rows = _rows(uow, {each.name for each in arrived})
    incidents = _incidents(uow, [row.ticket_id for row in rows.values() if row.ticket_id])
    settled, rules = [], _policy(uow)
    for each in arrived:
        row = rows.get(each.name) or rows.setdefault(each.name, _new(uow, source, each))
        if each.event in seen:
            row.repeats += 1
            row.last_at = each.item.received_at
            settled.append(Settled(each.item.id, "duplicate", row.ticket_id))
            continue
        outcome = _settle(uow, row, each, incidents, rules)
        settled.append(outcome)
        if outcome.event:
            seen.add(outcome.event)
    uow.session.flush()
    settle_items(uow, settled)
    return len(arrived)


def _arrived(source: str, item: WaitingItem) -> Arrived:
    alert = alert_in(item.content)
    name = str(item.content.get("name") or name_of(source, alert))
    event = hashlib.sha256(f"{name}\0{alert.event}".encode("utf-8", "replace")).hexdigest() if alert.event else None
    return Arrived(item, alert, name, event)


def _rows(uow: UnitOfWork, names: set[str]) -> dict[str, MonitoredAlert]:
    found = uow.session.scalars(select(MonitoredAlert).where(MonitoredAlert.name.in_(names)).with_for_update())
    return {row.name: row for row in found}


def _incidents(uow: UnitOfWork, numbers: Sequence[int]) -> Incidents:
    found = uow.session.execute(select(Ticket.id, Ticket.category).where(Ticket.id.in_(numbers)))
    categories = {number: category for number, category in found}
    return Incidents(categories, touched_by_people(uow, numbers=numbers) if numbers else ())


def _new(uow: UnitOfWork, source: str, each: Arrived) -> MonitoredAlert:
    alert, at = each.alert, each.item.received_at
    row = MonitoredAlert(
        name=each.name, source=source, key=alert.key, status="", severity="", title=alert.title, text=alert.text,
        url=alert.url, labels=dict(alert.labels), began=None, ended=None, changed_at=None, acknowledged=False, ends=[],
        ticket_id=None, heard=0, repeats=0, first_at=at, last_at=at, proposed="",
    )  # fmt: skip
    uow.session.add(row)
    return row


def _policy(uow: UnitOfWork) -> Policy:
    body = policy(uow)
    reopen, window = timedelta(minutes=body["reopen_within_minutes"]), timedelta(minutes=body["flap_minutes"])
    return Policy(body["recovery"], reopen, body["flaps"], window)


def _settle(uow: UnitOfWork, row: MonitoredAlert, each: Arrived, incidents: Incidents, rules: Policy) -> Settled:
    """Do what the message means; an incident that the desk refuses leaves the trouble as it was."""
    before = standing_of(row, incidents.categories)
    step = next_step(before, each.alert, rules, each.item.received_at)
    try:
        if step.act:
            with uow.attempt():
                number = _act(
                    uow, row, each.alert, step, is_for_people(step, before) and row.ticket_id in incidents.touched
                )
                row.ticket_id = number
            incidents.categories[number] = _category_after(step, row, incidents.categories.get(number, ""))
    except DeskError as error:
        return Settled(each.item.id, "refused", row.ticket_id, str(error))
    except SQLAlchemyError:
        raise  # the database is away, or somebody was faster: all of it comes again
    except Exception as error:  # one that breaks a plugin or us must not hold up the others
        LOG.exception("alert failed", extra={"alert": row.name})
        return Settled(each.item.id, "refused", row.ticket_id, f"{type(error).__name__}: {error}")
    _keep(row, each, step)
    reason = step.reason.fill(step.reason.msgid)
    return Settled(each.item.id, step.outcome, row.ticket_id, reason, each.event if step.counts else None)


def _act(uow: UnitOfWork, row: MonitoredAlert, alert: Alert, step: Step, ask: bool) -> int:
    if ask:
        return propose(uow, row, alert, step)
    row.proposed = ""
    return perform(uow, row, alert, step)


def _category_after(step: Step, row: MonitoredAlert, before: str) -> str:
    return before if row.proposed else {"open": "new", "reopen": "open", "resolve": "resolved"}.get(step.act, before)


def _keep(row: MonitoredAlert, each: Arrived, step: Step) -> None:
    """What is known now; what a message about it says wins over what the one before said."""
    standing, alert = step.standing, each.alert
    row.status, row.severity, row.acknowledged = standing.status, standing.severity, standing.acknowledged
    row.began, row.ended, row.changed_at = standing.began, standing.ended, standing.changed_at
    row.ends = [moment.isoformat() for moment in standing.ends]
    row.last_at = each.item.received_at
    if not step.counts:
        return
    row.heard += 1
    if alert.status == "firing":
        row.title, row.text, row.url = alert.title or row.title, alert.text, alert.url or row.url
        row.labels = dict(alert.labels) or row.labels


def standing_of(row: MonitoredAlert, categories: Mapping[int, str]) -> Standing:
    """The row as the rules see it."""
    return Standing(
        status=row.status,  # type: ignore[arg-type]
        severity=row.severity,
        began=row.began,
        ended=row.ended,
        changed_at=row.changed_at,
        acknowledged=row.acknowledged,
        category=categories.get(row.ticket_id or 0, ""),
        ends=[datetime.fromisoformat(moment) for moment in row.ends],
    )
