"""The life cycle of a move, as a desk begins with it; it may be changed on the desk's own pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from itsm.plugins import Kind


def _state(key: str, en: str, ru: str, category: str, outcome: str = "") -> dict[str, Any]:
    return {"key": key, "label": {"en": en, "ru": ru}, "category": category, "outcome": outcome}


def _way(key: str, en: str, ru: str, sources: Sequence[str], target: str, *requires: str) -> dict[str, Any]:
    label = {"en": en, "ru": ru}
    return {"key": key, "label": label, "from": list(sources), "to": target, "requires": list(requires), "offers": []}


WORKFLOW: Mapping[str, Any] = {
    "initial": "asked",
    "states": [
        _state("asked", "Asked for", "Запрошен", "new"),
        _state("planned", "Planned", "Запланирован", "waiting"),
        _state("moving", "Moving", "Переезжает", "open"),
        _state("moved", "Moved", "Переехал", "resolved", "solved"),
        _state("over", "Settled", "Обжился", "closed"),
        _state("dropped", "Dropped", "Отменён", "closed", "cancelled"),
    ],
    "transitions": [
        _way("plan", "Plan", "Запланировать", ("asked", "planned"), "planned", "moves.on", "moves.to"),
        _way("start", "Start", "Начать", ("planned",), "moving"),
        _way("finish", "Finish", "Закончить", ("moving",), "moved"),
        _way("settle", "Settle", "Завершить", ("moved",), "over"),
        _way("drop", "Drop", "Отменить", ("asked", "planned"), "dropped"),
    ],
}
MOVE = Kind("move", {"en": "Office move", "ru": "Переезд"}, WORKFLOW, order=60)
