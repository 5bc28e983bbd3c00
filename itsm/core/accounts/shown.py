"""Roles as people read them: permissions in named groups, and what was done with a role."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from itsm.core.access.models import Role
from itsm.core.hookspecs.declarations import Permission
from itsm.core.hookspecs.registry import Registry
from itsm.core.ledger.models import Event
from itsm.core.people.names import names_of
from itsm.core.texts import Label, Message, fold, label_text, say
from itsm.core.web.edge import actor, locale, translated
from itsm.core.web.words import retold
from itsm.core.work.uow import UnitOfWork

ALL = "*"
TITLES: Mapping[str, Message] = {
    "tickets": say("Tickets"),
    "people": say("People and access"),
    "core": say("The desk as a whole"),
    "calendars": say("Calendars"),
    "rules": say("Rules"),
    "search": say("Search"),
    "services": say("Services"),
    "answers": say("Ready answers"),
}
SENTENCES: Mapping[str, Message] = {
    "role_saved": say("changed the role"),
    "role_removed": say("removed the role"),
}


class Box(NamedTuple):
    """One permission of a form. locked: the actor does not hold it, and so neither gives nor takes it."""

    name: str
    label: str
    checked: bool
    locked: bool


class Group(NamedTuple):
    """Permissions that belong together."""

    title: str
    boxes: Sequence[Box]


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a role's history, in the shape of every history of people; `changes` are (name, old, new)."""

    id: int
    at: datetime
    who: str
    sentence: str
    why: str
    changes: Sequence[tuple[str, str, str]]


def boxes_of(uow: UnitOfWork, checked: Collection[str]) -> list[Group]:
    """All permissions of this desk in groups; *everything* comes first and only where somebody has it already."""
    groups: dict[str, list[Box]] = {}
    if ALL in checked or actor().may(ALL):
        label = translated(say("Everything, also what plugins bring later"))
        groups[translated(TITLES["core"])] = [Box(ALL, label, ALL in checked, not actor().may(ALL))]
    for title, permission in _grouped(uow.registry):
        box = Box(
            permission.name, label_text(permission.label, locale()), permission.name in checked,
            not actor().may(permission.name),
        )  # fmt: skip
        groups.setdefault(title, []).append(box)
    return [Group(title, boxes) for title, boxes in groups.items()]


class Line(NamedTuple):
    """One permission of the matrix: a box for each role."""

    name: str
    label: str
    locked: bool
    held: Sequence[bool]


def matrix_of(uow: UnitOfWork, held: Sequence[Collection[str]], words: str = "") -> list[tuple[str, list[Line]]]:
    """Permissions in groups with what each role holds of them; `words` narrows. *Everything* is not among them."""
    found: dict[str, list[Line]] = {}
    wanted = fold(words)
    for title, permission in _grouped(uow.registry):
        name, label = permission.name, label_text(permission.label, locale())
        if wanted in fold(f"{title} {label} {name}"):
            line = Line(name, label, not actor().may(name), [name in one for one in held])
            found.setdefault(title, []).append(line)
    return list(found.items())


def _grouped(registry: Registry) -> Iterator[tuple[str, Permission]]:
    """The house first, in its order; then the plugins by name."""
    place = {key: number for number, key in enumerate(TITLES)}

    def order(permission: Permission) -> tuple[int, str]:
        group = permission.name.partition(".")[0]
        return place.get(group, len(place)), group

    for permission in sorted(registry.permissions.values(), key=order):
        yield title_of(registry, permission.name), permission


def title_of(registry: Registry, permission: str) -> str:
    """The name of the group that a permission stands in; a plugin's tells whose it is."""
    group = permission.partition(".")[0]
    owner = registry.owners.get(f"permissions:{permission}", group)
    if owner in registry.plugins:
        return translated(say("The plugin {name}", name=owner))
    return translated(TITLES.get(group, say("{name}", name=group)))


def asleep(registry: Registry, role: Role) -> list[str]:
    """What a role holds of plugins that are switched off: it counts again when they are on."""
    return sorted(set(role.permissions) - {ALL, *registry.permissions})


def named(registry: Registry, permissions: Iterable[str]) -> str:
    """Permissions in words; one that nobody declares any more under its own name."""
    known: dict[str, Label | str] = {name: one.label for name, one in registry.permissions.items()}
    known[ALL] = translated(say("Everything"))
    return ", ".join(label_text(known.get(name, name), locale()) for name in sorted(permissions))


def told_of_role(uow: UnitOfWork, events: Sequence[tuple[Event, Mapping[str, Any]]]) -> list[Told]:
    """The history of a role, the newest first."""
    names = names_of(uow, people=[event.actor_id for event, _ in events]).people
    return [
        Told(
            event.id,
            event.occurred_at,
            names.get(event.actor_id or 0) or translated(say("Automatically")),
            retold(SENTENCES[event.type], {}),
            str(texts.get("reason") or ""),
            list(_changes(uow, event, texts)),
        )
        for event, texts in reversed(events)
        if event.type in SENTENCES
    ]


def _changes(uow: UnitOfWork, event: Event, texts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    label = texts.get("name")
    if isinstance(label, list):
        yield translated(say("Name")), label_text(label[0], locale()), label_text(label[1], locale())
    for name, sentence in (("added", say("May now")), ("removed", say("May no longer"))):
        if found := event.facts.get(name):
            yield translated(sentence), "–", named(uow.registry, found)
