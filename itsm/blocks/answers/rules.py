"""What an answer may name, for which tickets it is meant, and how salutation and signature stand around a reply."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from itsm.core.texts import Message, say

WORDS: Mapping[str, Message] = {
    "number": say("number of the ticket"),
    "title": say("its subject"),
    "requester": say("who asked"),
    "agent": say("who writes"),
    "group": say("its group"),
    "service": say("its service"),
    "topic": say("its topic"),
    "state": say("its status"),
}
VOCABULARY = tuple(WORDS)
MISSING = "…"  # stands where a ticket has no such value, for the writer to see
SHORTCUTS = tuple(ascii_uppercase)  # with Shift: the page of a ticket has the small ones
OWN_VALUES = ("priority", "service", "team", "topic", "closing_topic")  # what a macro may set beside fields


def is_for(kinds: Collection[str], kind: str) -> bool:
    """Whether what is ready for these types, or for all, is ready for this one."""
    return not kinds or kind in kinds


def path_of(key: Any, parents: Mapping[Any, Any]) -> list[Any]:
    """A thing and all that is above it, the nearest first; a circle ends where it began."""
    path: list[Any] = []
    while key is not None and key not in path:
        path.append(key)
        key = parents.get(key)
    return path


def nearest(path: Sequence[Any], entries: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The entry of the nearest group of a path, else the desk's (it names none), else nothing."""
    by_group = {entry.get("group"): entry for entry in entries}
    return next((by_group[group] for group in (*path, None) if group in by_group), {})


def put_around(text: str, salutation: str, signature: str) -> str:
    """A reply with its salutation and signature, each once."""
    head = [salutation] if salutation and salutation not in text else []
    tail = [signature] if signature and signature not in text else []
    return "\n\n".join(part for part in [*head, text.strip("\n"), *tail] if part)
