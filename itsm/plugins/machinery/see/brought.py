"""What a plugin brought to the desk: declarations by group, and the hooks it answers with its place among others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from itsm.core.hookspecs.declarations import Routes
from itsm.core.hookspecs.registry import Registry
from itsm.plugins.machinery.desk import Desk

GROUPS = ("kinds", "fields", "panels", "permissions", "calls", "schedules", "documents", "importers", "visible",
          "navigation")  # fmt: skip
SPELLED = {"field": "fields", "panel": "panels", "nav": "navigation"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A hook that the plugin implements: as which of how many, and what it declares."""

    hook: str
    kind: str
    place: int
    of: int
    on_fault: str
    replays: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """groups: group → names. hooks: in the order of the kinds."""

    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hooks: Sequence[Answer] = ()


def brought_by(desk: Desk, plugin: str) -> Brought:
    """Everything of one plugin of this desk; empty for one that is not loaded."""
    groups = _owned(desk.registry, plugin)
    groups["routes"] = [_route(plugin, routes) for owner, routes in desk.registry.routes if owner == plugin]
    groups["commands"] = [f"itsm {plugin} {name}" for name in desk.registry.commands.get(plugin, ())]
    groups["settings"] = [f"ITSM_{plugin}__{name}".upper() for name in desk.registry.settings.get(plugin, ())]
    return Brought({name: found for name, found in groups.items() if found}, _hooks(desk, plugin))


def _owned(registry: Registry, plugin: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {name: [] for name in GROUPS}
    for key, owner in registry.owners.items():
        if owner == plugin:
            group, _, name = key.partition(":")
            groups.setdefault(SPELLED.get(group, group), []).append(name)
    return groups


def _route(plugin: str, routes: Routes) -> str:
    if routes.at is not None:
        return routes.at or "/"
    return f"/api/v1/{plugin}" if routes.kind == "api" else f"/p/{plugin}"


def _hooks(desk: Desk, plugin: str) -> Sequence[Answer]:
    return [
        Answer(point.name, point.spec.kind, place, len(point.bound), bound.impl.on_fault, bound.impl.replays)
        for point in desk.hooks.points.values()
        for place, bound in enumerate(point.bound, 1)
        if bound.plugin == plugin
    ]
