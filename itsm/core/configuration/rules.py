"""What differs between two bodies, as pure rules: entries of lists are known by their key, not by their place."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

IDENTITIES = ("key", "name", "rank", "id")
ORDER = "#order"


class Absent(Enum):
    """What stands for a value that one of two bodies does not have."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class Change(NamedTuple):
    """One difference. `path`: keys of mappings, keys or places of list entries; `ORDER` for entries that changed place.

    old, new: `ABSENT` where there was or is nothing.
    """

    path: tuple[str | int, ...]
    old: Any
    new: Any

    @property
    def place(self) -> str:
        """The path as people read it: `states.planned.label.ru`."""
        return ".".join(map(str, self.path))


def compare(old: Any, new: Any) -> Sequence[Change]:
    """What makes `new` of `old`, both plain JSON; empty exactly when they are equal."""
    return list(_walk((), old, new))


def _walk(path: tuple[str | int, ...], old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys([*old, *new]):
            yield from _walk((*path, name), old.get(name, ABSENT), new.get(name, ABSENT))
    elif _is_list(old) and _is_list(new):
        yield from _lists(path, old, new)
    elif type(old) is not type(new) or old != new:
        yield Change(path, old, new)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _lists(path: tuple[str | int, ...], old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    identity = next((n for n in IDENTITIES if (old or new) and _identifies(n, old) and _identifies(n, new)), None)
    if identity is None:
        for place in range(max(len(old), len(new))):
            before, after = (side[place] if place < len(side) else ABSENT for side in (old, new))
            yield from _walk((*path, place), before, after)
        return
    first = {entry[identity]: entry for entry in old}
    second = {entry[identity]: entry for entry in new}
    for key in dict.fromkeys([*first, *second]):
        yield from _walk((*path, key), first.get(key, ABSENT), second.get(key, ABSENT))
    stayed = [key for key in first if key in second]
    if stayed != [key for key in second if key in first] or _pushed_in(first, second):
        yield Change((*path, ORDER), list(first), list(second))


def _pushed_in(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> bool:
    """Whether what was added stands elsewhere than at the end: its place is then part of the difference."""
    added = [key not in first for key in second]
    return added != sorted(added)


def _identifies(name: str, entries: Sequence[Any]) -> bool:
    """Whether every entry has this name, with a value of its own."""
    values = [entry.get(name) if isinstance(entry, Mapping) else None for entry in entries]
    plain = all(isinstance(value, str | int) and not isinstance(value, bool) for value in values)
    return plain and len({str(value) for value in values}) == len(values)
