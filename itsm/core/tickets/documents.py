"""The configuration documents of tickets, with the defaults a desk starts from."""

from collections.abc import Sequence

from itsm.core.hookspecs.declarations import DocumentType, Kind
from itsm.core.tickets.rules import check_workflow
from itsm.core.tickets.schemas import (
    EntriesSchema,
    PrioritiesSchema,
    WorkflowSchema,
    check_entries,
    check_priorities,
)
from itsm.core.tickets.verbs.remap import find_removed, follow_workflow, refuse_homeless, workflow_body

PRIORITIES = {
    "ranks": [
        {"rank": 1, "key": "critical", "label": {"en": "Critical", "ru": "Критический"}},
        {"rank": 2, "key": "high", "label": {"en": "High", "ru": "Высокий"}},
        {"rank": 3, "key": "moderate", "label": {"en": "Moderate", "ru": "Средний"}},
        {"rank": 4, "key": "low", "label": {"en": "Low", "ru": "Низкий"}},
    ],
    "default": 3,
}
TOPICS = {
    "entries": [
        {"key": "access", "label": {"en": "Access and passwords", "ru": "Доступ и пароли"}},
        {"key": "hardware", "label": {"en": "Hardware", "ru": "Оборудование"}},
        {"key": "hardware.printer", "label": {"en": "Printer", "ru": "Принтер"}, "parent": "hardware"},
        {"key": "network", "label": {"en": "Network", "ru": "Сеть"}},
        {"key": "software", "label": {"en": "Software", "ru": "Программы"}},
        {"key": "question", "label": {"en": "Question", "ru": "Вопрос"}},
    ]
}


def core_documents() -> Sequence[DocumentType]:
    """The documents of the core itself."""
    return (
        DocumentType(
            "core.priorities", {"en": "Priorities", "ru": "Приоритеты"}, PrioritiesSchema, PRIORITIES, check_priorities
        ),
        DocumentType("core.topics", {"en": "Topics", "ru": "Темы"}, EntriesSchema, TOPICS, check_entries),
    )


def workflow_document(kind: Kind) -> DocumentType:
    """The life cycle of a kind as a document."""
    label = {
        "en": f"Life cycle: {kind.label.get('en', kind.name)}",
        "ru": f"Жизненный цикл: {kind.label.get('ru', kind.name)}",
    }
    name = kind.name
    return DocumentType(
        f"workflow.{name}",
        label,
        WorkflowSchema,
        WorkflowSchema().load(dict(kind.workflow)),
        check_workflow,
        check_desk=lambda uow, body: refuse_homeless(uow, name, workflow_body(uow, name), body),
        try_out=lambda uow, body: find_removed(uow, name, workflow_body(uow, name), body),
        on_activate=lambda uow, old, new: follow_workflow(uow, name, old, new),
    )
