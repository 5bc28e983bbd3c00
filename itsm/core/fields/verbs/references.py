"""What fields refer to: seen only by who may see it, followed where it was merged into another."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itsm.core.errors import Invalid, Refusal, Unknown
from itsm.core.fields.rules import nothing
from itsm.core.hookspecs.declarations import Field, ReferenceType
from itsm.core.texts import Label, fold, say
from itsm.core.work.uow import UnitOfWork

Named = tuple[str, int]
MARKED = re.compile(r"#?(\d{1,16})\Z")


def settle_references(uow: UnitOfWork, declared: Mapping[str, Field], cleaned: dict[str, Any]) -> list[Refusal]:
    """Let each reference name the survivor of what was merged; nothing and the invisible are refused alike."""
    given = {name: value for name, value in cleaned.items() if value and declared[name].type == "reference"}
    if not given:
        return []
    survivors = _survivors(uow, ((declared[name].reference, value) for name, value in given.items()))
    given = {name: survivors.get((declared[name].reference, value), value) for name, value in given.items()}
    names = references_named(uow, ((declared[name].reference, value) for name, value in given.items()))
    refusals = []
    for name, value in given.items():
        kind = declared[name].reference
        if (kind, value) in names:
            cleaned[name] = value
        else:
            del cleaned[name]
            refusals.append(Refusal(name, nothing(kind)))
    return refusals


def references_named(uow: UnitOfWork, wanted: Iterable[Named]) -> dict[Named, Label | str]:
    """(kind, id) → name of what the actor may see: one question for each kind, whatever the number of ids."""
    named: dict[Named, Label | str] = {}
    for type, ids in _by_kind(uow, wanted):
        named |= {(type.kind, id_): name for id_, name in type.find(uow, ids).items()}
    return named


def suggest_references(uow: UnitOfWork, *, kind: str, words: str) -> Sequence[tuple[int, Label | str]]:
    """(id, name) of what the actor may see and `words` may mean, for type-ahead."""
    known = uow.registry.references.get(kind)
    if known is None:
        raise Unknown(say("There is nothing of the type {kind} to refer to.", kind=kind))
    return list(known.suggest(uow, words))[:10] if words.strip() else []


def typed_reference(uow: UnitOfWork, kind: str, text: str) -> int | None:
    """What somebody typed: `Name #12`, a number, or words that only one bears. '' is nothing."""
    text = text.strip()
    if not text:
        return None
    if found := MARKED.search(text):
        return int(found.group(1))
    several = suggest_references(uow, kind=kind, words=text)
    exact = [
        id_ for id_, name in several if fold(text) in map(fold, name.values() if isinstance(name, Mapping) else [name])
    ]
    ids = exact or [id_ for id_, _ in several]
    if len(ids) != 1:
        raise Invalid.field("", say("Several match; take one of those that are offered.") if ids else nothing(kind))
    return ids[0]


def _survivors(uow: UnitOfWork, wanted: Iterable[Named]) -> dict[Named, int]:
    moved: dict[Named, int] = {}
    for type, ids in _by_kind(uow, wanted):
        if type.survivors is not None:
            moved |= {(type.kind, old): new for old, new in type.survivors(uow, ids).items()}
    return moved


def _by_kind(uow: UnitOfWork, wanted: Iterable[Named]) -> Iterable[tuple[ReferenceType, set[int]]]:
    """What an enabled plugin knows; a kind whose plugin is off has no names."""
    kinds: dict[str, set[int]] = {}
    for kind, id_ in wanted:
        kinds.setdefault(kind, set()).add(id_)
    known = uow.registry.references
    return [(known[kind], ids) for kind, ids in kinds.items() if kind in known]
