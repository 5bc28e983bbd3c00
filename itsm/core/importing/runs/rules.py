"""A report as plain JSON, and its sentences back as messages, so that each reader has them in their language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itsm.core.errors import DeskError
from itsm.core.hookspecs.imports import ImportReport, RefusedLine
from itsm.core.texts import Message

SHOWN = 100
PLAIN = (str, int, float, bool, type(None))
Plain = Mapping[str, Any]


def plain_message(message: Message) -> Plain:
    """A sentence with its values; one within it stays a sentence."""
    values = {name: _plain(value) for name, value in message.values.items()}
    return {"msgid": message.msgid, "values": values}


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return plain_message(value)
    return value if isinstance(value, PLAIN) else str(value)


def plain_lines(reasons: Iterable[RefusedLine]) -> list[list[Any]]:
    """[line, what it is about, the sentence] of each."""
    return [[line, subject, plain_message(reason)] for line, subject, reason in reasons]


def plain_report(report: ImportReport) -> dict[str, Any]:
    """Counts, the first lines of each verdict, and what else was told."""
    return {
        "counts": dict(report.counts()),
        "taken": {verdict: [list(line) for line in lines] for verdict, lines in report.taken.items()},
        "refused": plain_lines(report.reasons[:SHOWN]),
        "more": max(0, len(report.reasons) - SHOWN),
        "told": [plain_message(message) for message in report.told],
    }


def plain_fault(error: DeskError) -> dict[str, Any]:
    """Why nothing of the file was taken: (place, sentence) each."""
    faults: Sequence[tuple[str, Message]] = [(refusal.field, refusal.message) for refusal in error.refusals]
    if error.message.msgid:
        faults = [*faults, ("", error.message)]
    return {"faults": [[field, plain_message(message)] for field, message in faults]}
