"""What a desk may change about incidents: documents with their defaults, and the life cycle."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields

from itsm.plugins import (
    Among,
    DocumentType,
    EntriesSchema,
    EntrySchema,
    Invalid,
    Key,
    Kind,
    LabelField,
    Message,
    NoticeTemplate,
    Refusal,
    Size,
    Strict,
    Whole,
    YesNo,
    check_entries,
    say,
)

WAITS_FOR = ("customer", "supplier", "change", "parts", "date")


WAITS_FOR_WORDS = {
    "customer": say("the customer"), "supplier": say("a supplier"), "change": say("a change"), "parts": say("parts"),
    "date": say("an agreed date"),
}  # fmt: skip
ASKS_WORDS = {"until": say("Until when"), "supplier_number": say("The supplier's number")}


class DegreeSchema(Strict):
    """One degree of impact or urgency."""

    key = Key(required=True)
    label = LabelField(required=True)


class CellSchema(Strict):
    """One cell of the table."""

    impact = Key(required=True, metadata={"label": say("Impact"), "offers": ".impacts.key"})
    urgency = Key(required=True, metadata={"label": say("Urgency"), "offers": ".urgencies.key"})
    rank = Whole(1, 9, required=True, metadata={"label": say("Priority"), "offers": "ranks"})


class PrioritySchema(Strict):
    """The document `incidents.priority`: impact × urgency → rank."""

    impacts = fields.List(
        fields.Nested(DegreeSchema), required=True, validate=Size(1, 9), metadata={"label": say("Impact")}
    )
    urgencies = fields.List(
        fields.Nested(DegreeSchema), required=True, validate=Size(1, 9), metadata={"label": say("Urgency")}
    )
    cells = fields.List(fields.Nested(CellSchema), required=True, metadata={"label": say("The table")})


class WaitReasonSchema(EntrySchema):
    """Why an incident waits. asks: values that must be given with it."""

    waits_for = fields.String(
        required=True, validate=Among(WAITS_FOR), metadata={"label": say("Waits for"), "words": WAITS_FOR_WORDS}
    )
    asks = fields.List(
        fields.String(validate=Among(("until", "supplier_number"))), load_default=list,
        metadata={"label": say("Asks for"), "words": ASKS_WORDS},
    )  # fmt: skip


class WaitReasonsSchema(Strict):
    """The document `incidents.wait_reasons`."""

    entries = fields.List(fields.Nested(WaitReasonSchema), required=True, validate=Size(1, 100))


def told(label: Message) -> dict[str, Message]:
    """The words of a time that may be switched off."""
    return {"label": label, "help": say("0 switches it off.")}


class PolicySchema(Strict):
    """The document `incidents.policy`. A 0 switches the rule off."""

    close_after_days = Whole(0, 365, required=True, metadata=told(say("Resolved incidents are closed after, days")))
    reopen_within_days = Whole(0, 365, required=True, metadata=told(say("Can be reopened for, days")))
    remind_after_hours = Whole(0, 8760, required=True, metadata=told(say("Reminded after, hours")))
    remind_times = Whole(0, 20, required=True, metadata=told(say("Reminded so many times")))
    no_answer_after_days = Whole(0, 365, required=True, metadata=told(say("Resolved without an answer after, days")))
    resolve_children = YesNo(required=True, metadata={"label": say("Children are resolved with their parent")})


def check_table(body: Mapping[str, Any]) -> None:
    """Every pair of impact and urgency has exactly one rank."""
    pairs = [(c["impact"], c["urgency"]) for c in body["cells"]]
    wanted = {(i["key"], u["key"]) for i in body["impacts"] for u in body["urgencies"]}
    refusals = [
        Refusal("cells", say("The pair {impact} × {urgency} has no priority.", impact=i, urgency=u))
        for i, u in sorted(wanted - set(pairs))
    ]
    refusals += [
        Refusal("cells", say("The pair {impact} × {urgency} does not exist or is there twice.", impact=i, urgency=u))
        for i, u in sorted({p for p in pairs if p not in wanted or pairs.count(p) > 1})
    ]
    if refusals:
        raise Invalid(refusals=refusals)


def _degrees(*names: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "label": {"en": en, "ru": ru}} for key, en, ru in names]


IMPACTS = _degrees(
    ("high", "High: many people or a whole service", "Высокое: многие или сервис целиком"),
    ("medium", "Medium: a group", "Среднее: группа"),
    ("low", "Low: one person", "Низкое: один человек"),
)
URGENCIES = _degrees(
    ("high", "High: work stands still", "Высокая: работа стоит"),
    ("medium", "Medium: work is hampered", "Средняя: работа затруднена"),
    ("low", "Low: it can wait", "Низкая: может подождать"),
)
RANKS = {"high": (1, 2, 3), "medium": (2, 3, 4), "low": (3, 4, 4)}
PRIORITY: Mapping[str, Any] = {
    "impacts": IMPACTS,
    "urgencies": URGENCIES,
    "cells": [
        {"impact": impact, "urgency": urgency, "rank": rank}
        for impact, ranks in RANKS.items()
        for urgency, rank in zip(("high", "medium", "low"), ranks, strict=True)
    ],
}


def _reason(key: str, en: str, ru: str, waits_for: str, *asks: str) -> dict[str, Any]:
    entry = {"key": key, "label": {"en": en, "ru": ru}, "parent": None, "active": True}
    return entry | {"waits_for": waits_for, "asks": list(asks)}


WAIT_REASONS: Mapping[str, Any] = {
    "entries": [
        _reason("customer", "Waiting for the customer", "Ожидание клиента", "customer"),
        _reason("supplier", "Waiting for a supplier", "Ожидание поставщика", "supplier", "supplier_number"),
        _reason("change", "Waiting for a change", "Ожидание изменения", "change"),
        _reason("parts", "Waiting for parts", "Ожидание запчастей", "parts"),
        _reason("date", "Agreed for a date", "Согласованная дата", "date", "until"),
    ]
}
POLICY: Mapping[str, Any] = {
    "close_after_days": 2,
    "reopen_within_days": 14,
    "remind_after_hours": 24,
    "remind_times": 2,
    "no_answer_after_days": 0,
    "resolve_children": True,
}


def _entries(*names: tuple[str, str, str]) -> Mapping[str, Any]:
    return {"entries": [{**d, "parent": None, "active": True} for d in _degrees(*names)]}


RESOLUTION_CODES = _entries(
    ("fixed", "Fixed", "Устранено"),
    ("workaround", "Workaround given", "Обходное решение"),
    ("explained", "Explained to the user", "Консультация"),
    ("not_reproduced", "Could not be reproduced", "Не воспроизводится"),
    ("recovered", "Recovered by itself", "Восстановилось само"),
    ("no_answer", "No answer from the customer", "Нет ответа клиента"),
    ("with_parent", "Solved with its parent", "Решено вместе с родительским"),
)
CANCEL_REASONS = _entries(
    ("withdrawn", "Withdrawn by the customer", "Отозвано клиентом"),
    ("spam", "Spam", "Спам"),
    ("not_ours", "Not ours", "Не наше"),
)


def documents() -> Sequence[DocumentType]:
    """Everything about incidents that is data."""
    return (
        DocumentType(
            "incidents.priority", {"en": "Incident priority table", "ru": "Таблица приоритетов инцидентов"},
            PrioritySchema, PRIORITY, check_table,
        ),
        DocumentType(
            "incidents.wait_reasons", {"en": "Reasons to wait", "ru": "Причины ожидания"}, WaitReasonsSchema,
            WAIT_REASONS, check_entries,
        ),
        DocumentType("incidents.policy", {"en": "Incident times", "ru": "Сроки инцидентов"}, PolicySchema, POLICY),
        DocumentType(
            "incidents.resolution_codes", {"en": "Resolution codes", "ru": "Коды решения"}, EntriesSchema,
            RESOLUTION_CODES, check_entries,
        ),
        DocumentType(
            "incidents.cancel_reasons", {"en": "Reasons to cancel", "ru": "Причины отмены"}, EntriesSchema,
            CANCEL_REASONS, check_entries,
        ),
    )  # fmt: skip


def _state(key: str, en: str, ru: str, category: str, outcome: str = "") -> dict[str, Any]:
    return {"key": key, "label": {"en": en, "ru": ru}, "category": category, "outcome": outcome}


def _way(
    key: str, en: str, ru: str, sources: Sequence[str], target: str, *requires: str, offers: Sequence[str] = ()
) -> dict[str, Any]:
    way = {"key": key, "label": {"en": en, "ru": ru}, "from": list(sources), "to": target}
    return way | {"requires": list(requires), "offers": list(offers)}


UNFINISHED = ("new", "in_progress", "waiting")
WORKFLOW: Mapping[str, Any] = {
    "initial": "new",
    "states": [
        _state("new", "New", "Новая", "new"),
        _state("in_progress", "In progress", "В работе", "open"),
        _state("waiting", "Waiting", "Ожидание", "waiting"),
        _state("resolved", "Resolved", "Выполнена", "resolved", "solved"),
        _state("closed", "Closed", "Завершена", "closed"),
        _state("cancelled", "Cancelled", "Отменена", "closed", "cancelled"),
    ],
    "transitions": [
        _way("take", "Take into work", "Взять в работу", ("new",), "in_progress"),
        _way("wait", "Wait", "Ждать", ("new", "in_progress"), "waiting", "incidents.wait_reason",
             offers=("incidents.wait_until", "incidents.supplier_number")),
        _way("continue", "Continue", "Продолжить", ("waiting",), "in_progress"),
        _way("resolve", "Resolve", "Выполнить", UNFINISHED, "resolved", "incidents.resolution_code",
             offers=("incidents.problem", "incidents.solution")),
        _way("reopen", "Reopen", "Вернуть в работу", ("resolved",), "in_progress"),
        _way("close", "Close", "Завершить", ("resolved",), "closed"),
        _way("cancel", "Cancel", "Отменить", UNFINISHED, "cancelled", "incidents.cancel_reason"),
    ],
}  # fmt: skip
INCIDENT = Kind("incident", {"en": "Incident", "ru": "Инцидент"}, WORKFLOW, order=10)
REMINDER = NoticeTemplate(
    "incidents.reminder",
    {
        "en": "We are waiting for your answer to #{{number}} “{{title}}”.",
        "ru": "Ждём вашего ответа по обращению №{{number}} «{{title}}».",
    },
    ("number", "title"),
)
