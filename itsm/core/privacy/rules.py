"""What stands where a text or a name was erased, and what of fields is text. Pure."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from itsm.core.hookspecs.declarations import Field

# In both languages at once: it stands in the data, where nobody's language is known.
ERASED = "Erased · Удалено"
NOBODY_ANY_MORE = "Erased person · Удалённое лицо"
WORDY = frozenset({"text", "long_text", "file"})
PORTION = 500


def without_texts(fields: Mapping[str, Any], declared: Mapping[str, Field]) -> dict[str, Any]:
    """Fields that name nobody: codes, numbers, moments. Of a field whose plugin is away every text and file goes."""
    return {name: value for name, value in fields.items() if not _is_text(value, declared.get(name))}


def _is_text(value: Any, field: Field | None) -> bool:
    return isinstance(value, str | dict) if field is None else field.type in WORDY


def files_in(fields: Mapping[str, Any]) -> Iterator[str]:
    """The stored files that fields name."""
    for value in fields.values():
        if isinstance(value, dict) and isinstance(value.get("sha256"), str):
            yield value["sha256"]


def portions(ids: Collection[int]) -> Iterator[frozenset[int]]:
    """The ids in portions that fit into one statement."""
    rest = iter(sorted(ids))
    while portion := frozenset(islice(rest, PORTION)):
        yield portion
