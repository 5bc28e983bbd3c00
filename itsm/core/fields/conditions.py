"""Where a field is visible and where it is mandatory, as pure rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itsm.core.hookspecs.declarations import Field, When

Declared = Mapping[str, Field]
FORMLESS = frozenset({"mail", "chat", "alert"})  # channels in which nobody fills in a form


@dataclass(frozen=True, slots=True)
class Standing:
    """What conditions are judged by. services: the key of the service and of all above it."""

    kind: str = ""
    state: str = ""
    category: str = ""
    services: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    values: Mapping[str, Any] = field(default_factory=dict)


def holds(when: When, at: Standing) -> bool:
    """Whether everything that the condition names holds."""
    return (
        (not when.kinds or at.kind in when.kinds)
        and (not when.states or at.state in when.states)
        and (not when.categories or at.category in when.categories)
        and (not when.services or not at.services.isdisjoint(when.services))
        and (not when.roles or not at.roles.isdisjoint(when.roles))
        and all(_has(at.values.get(name), wanted) for name, wanted in when.fields.items())
    )


def _has(value: Any, wanted: Sequence[str]) -> bool:
    if isinstance(value, bool):
        return str(value).lower() in wanted
    if isinstance(value, list):
        return any(str(one) in wanted for one in value)
    return value is not None and str(value) in wanted


def visible(declared: Declared, at: Standing) -> set[str]:
    """The names of the fields that apply here. A field that hangs on one which does not apply, does not either."""
    known: dict[str, bool] = {}

    def judge(name: str) -> bool:
        if name not in known:
            known[name] = False  # a circle applies nowhere
            known[name] = applies(declared[name])
        return known[name]

    def applies(one: Field) -> bool:
        if one.kinds and at.kind not in one.kinds:
            return False
        return not one.visible or any(holds(w, at) and all(map(judge, _others(w, declared))) for w in one.visible)

    return {name for name in declared if judge(name)}


def missing(declared: Declared, at: Standing) -> list[str]:
    """The names of the mandatory fields that have no value, in the order of forms."""
    demanded = [
        one for one in declared.values() if one.mandatory and is_empty(at.values.get(one.name)) and is_demanded(one, at)
    ]
    shown = visible(declared, at) if demanded else ()
    return [one.name for one in sorted(demanded, key=lambda one: one.order) if one.name in shown]


def is_demanded(one: Field, at: Standing) -> bool:
    """Whether a field is mandatory here, if it is visible."""
    return one.mandatory if isinstance(one.mandatory, bool) else any(holds(when, at) for when in one.mandatory)


def is_empty(value: Any) -> bool:
    """Whether a value is none."""
    return value is None or value == "" or value == []


def _others(when: When, declared: Declared) -> Iterable[str]:
    return (name for name in when.fields if name in declared)


def hangs_on(one: Field) -> set[str]:
    """The fields that its conditions name."""
    whens = [*one.visible, *(() if isinstance(one.mandatory, bool) else one.mandatory)]
    return {name for when in whens for name in when.fields}


def circle(declared: Declared) -> list[str]:
    """Fields whose conditions stand in a circle, from one back to itself; empty when there is none."""
    done: set[str] = set()
    for start in declared:
        found = _walk(declared, start, [], done)
        if found:
            return found
    return []


def _walk(declared: Declared, name: str, path: list[str], done: set[str]) -> list[str]:
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done or name not in declared:
        return []
    for other in sorted(hangs_on(declared[name])):
        found = _walk(declared, other, [*path, name], done)
        if found:
            return found
    done.add(name)
    return []
