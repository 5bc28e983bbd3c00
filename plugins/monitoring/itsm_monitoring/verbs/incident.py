"""What a message does to the incident of its trouble, by the verbs that people use too."""

from collections.abc import Callable, Mapping
from typing import Any

from itsm.plugins import (
    Alert,
    Conflict,
    UnitOfWork,
    add_comment,
    change_ticket,
    document,
    label_text,
    move_ticket,
    open_ticket,
    say,
)
from itsm_monitoring.models import MonitoredAlert
from itsm_monitoring.rules import Step
from itsm_monitoring.verbs.find import find_alert

SEVERITY = "monitoring.severity"
WORDS = {
    "acknowledge": {"en": "Acknowledged in {source}.", "ru": "Подтверждено в {source}."},
    "again": {"en": "It is there again.", "ru": "Повторилось."},
    "ended": {"en": "It has ended by itself.", "ru": "Прекратилось само."},
    "resolve": {"en": "It has ended. May the incident be resolved?", "ru": "Прекратилось. Решить инцидент?"},
    "severity": {"en": "Its severity is lower now: {severity}.", "ru": "Важность стала ниже: {severity}."},
    "note": {"en": "Told by {source}.", "ru": "Сообщает {source}."},
}  # fmt: skip

DECLINED = {"en": "The proposal of the monitoring was declined.", "ru": "Предложение мониторинга отклонено."}


def policy(uow: UnitOfWork) -> Mapping[str, Any]:
    """How this desk wants alerts and incidents to go together."""
    return document(uow, "monitoring.policy").body


def perform(uow: UnitOfWork, row: MonitoredAlert, alert: Alert, step: Step) -> int:
    """Do it; the number of the incident. Whatever the desk refuses is raised as the verbs raise it."""
    with uow.writing_fields_of("monitoring"):
        if step.act == "open":
            return _open(uow, row, alert, step)
        number = row.ticket_id or 0
        ACTS.get(step.act, _note)(uow, number, row, alert, step)
        return number


def propose(uow: UnitOfWork, row: MonitoredAlert, alert: Alert, step: Step) -> int:
    """Ask the people who work on the incident instead of doing it; the question stands in its history."""
    number = row.ticket_id or 0
    row.proposed = "resolve" if step.act == "resolve" else f"severity {step.standing.severity}"
    _note(uow, number, row, alert, step)
    return number


def answer(uow: UnitOfWork, *, name: str, accept: bool) -> int:
    """Do what is proposed for the incident of this trouble, as the person who says so, or let it be; its number."""
    row = find_alert(uow, name=name)
    if not row.proposed or row.ticket_id is None:
        raise Conflict(say("Nothing is proposed any more."))
    number, (what, _, severity) = row.ticket_id, row.proposed.partition(" ")
    if not accept:
        add_comment(uow, number=number, body=label_text(DECLINED, uow.act.actor.locale), public=False)
    elif what == "resolve":
        move_ticket(uow, number=number, transition=policy(uow)["resolve"], changes=_end(uow, row, row.title))
    else:
        with uow.writing_fields_of("monitoring"):
            change_ticket(uow, number=number, changes={SEVERITY: severity})
    row.proposed = ""
    return number


def _open(uow: UnitOfWork, row: MonitoredAlert, alert: Alert, step: Step) -> int:
    fields = {SEVERITY: step.standing.severity or None}
    ticket = open_ticket(
        uow, kind=policy(uow)["kind"], title=alert.title or row.title or row.key[:300], description=description(alert),
        fields=fields, source="alert", form=False,
    )  # fmt: skip
    return int(ticket.id)


def _reopen(uow: UnitOfWork, number: int, row: MonitoredAlert, alert: Alert, step: Step) -> None:
    move_ticket(
        uow, number=number, transition=policy(uow)["reopen"], changes={SEVERITY: step.standing.severity or None}
    )


def _severity(uow: UnitOfWork, number: int, row: MonitoredAlert, alert: Alert, step: Step) -> None:
    change_ticket(uow, number=number, changes={SEVERITY: step.standing.severity})


def _resolve(uow: UnitOfWork, number: int, row: MonitoredAlert, alert: Alert, step: Step) -> None:
    changes = _end(uow, row, said_at_the_end(row, alert))
    move_ticket(uow, number=number, transition=policy(uow)["resolve"], changes=changes)


def _end(uow: UnitOfWork, row: MonitoredAlert, solution: str) -> Mapping[str, Any]:
    """What a person would have to write comes from the alert and from its end."""
    rules = policy(uow)
    words = {rules["problem"]: row.title, rules["solution"]: solution}
    return {**rules["values"], **{name: text for name, text in words.items() if name}}


def _note(uow: UnitOfWork, number: int, row: MonitoredAlert, alert: Alert, step: Step) -> None:
    said = label_text(WORDS[step.act], "en").format(source=row.source, severity=step.standing.severity)
    add_comment(uow, number=number, body="\n\n".join(filter(None, (said, alert.text))), public=False)


def said_at_the_end(row: MonitoredAlert, alert: Alert) -> str:
    """The sender's words, and whose they are."""
    said = label_text(WORDS["ended"], "en")
    return "\n\n".join(
        filter(None, (f"{said} ({row.source})", alert.title if alert.title != row.title else "", alert.text))
    )[:4000]


Way = Callable[[UnitOfWork, int, MonitoredAlert, Alert, Step], None]
ACTS: Mapping[str, Way] = {"reopen": _reopen, "severity": _severity, "resolve": _resolve}


def description(alert: Alert) -> str:
    """The sender's words, what it is about, and where to look. Labels are code: nothing in them is Markdown."""
    labels = "\n".join(f"    {name} = {value}" for name, value in alert.labels.items())
    return "\n\n".join(filter(None, (alert.text, labels, f"<{alert.url}>" if alert.url else "")))
