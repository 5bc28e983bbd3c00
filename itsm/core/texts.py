"""Words for people: messages that are translated at the edge, labels in both languages, folding for comparison."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LOCALES = ("en", "ru")
MOST_MARKS = 30  # the Stream-Safe Text Format of Unicode (UAX #15)
# What may hold a long row of combining marks: these are neither letters nor blanks.
MARKED = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")

Label = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: `msgid` is the English text and the key of its translation."""

    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.fill(self.msgid)

    def fill(self, text: str) -> str:
        """Put the values into `text`, the msgid or its translation."""
        return text.format_map(dict(self.values)) if self.values else text


def say(msgid: str, /, **values: Any) -> Message:
    """A translatable message; `{name}` in the msgid is filled from `values`."""
    return Message(msgid, values)


def label_text(label: Label | str | None, locale: str) -> str:
    """The label in `locale`, falling back to English, then to any language it has."""
    if label is None or isinstance(label, str):
        return label or ""
    return label.get(locale) or label.get("en") or next(iter(label.values()), "")


def _few_marks(run: re.Match[str]) -> str:
    """No letter keeps more marks than any script needs: putting them in order costs the square of their number."""
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def fold(text: str) -> str:
    """The form in which texts are compared: NFC, casefolded, ё as е, inner white space single.

    Made in Python because SQLite folds only ASCII and PostgreSQL depends on its locale.
    """
    return _composed(_composed(_few(text)).casefold().replace("ё", "е"))


def lower(text: str) -> str:
    """How addresses are compared, in which ё and е, ß and ss are two: NFC, lower case, one blank between words."""
    return _composed(_composed(_few(text)).lower())


def _few(text: str) -> str:
    return MARKED.sub(_few_marks, text) if MARKED.search(text) else text


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
