"""Ask every member what it registers and merge the answers; what does not fit sets its plugin aside by name."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pluggy
from marshmallow import Schema, ValidationError

from itsm.core.fields.conditions import circle
from itsm.core.fields.rules import Wrong, clean, unfilterable
from itsm.core.fields.verbs.held import keep_held
from itsm.core.hookspecs import DESK_SPECS
from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.fitting import field_fault, panel_fault, pointing_faults
from itsm.core.hookspecs.marks import PROJECT, Spec
from itsm.core.hookspecs.registry import Observer, Registry
from itsm.core.refusals import refusals_of
from itsm.core.tickets.documents import workflow_document
from itsm.plugins.machinery.check import implementations, signature_faults
from itsm.plugins.machinery.deprecation import warn_old_uses
from itsm.plugins.machinery.isolate import Bound, Point
from itsm.plugins.machinery.members import Member

BY_NAME = {
    "register_kinds": "kinds",
    "register_permissions": "permissions",
    "register_calls": "calls",
    "register_schedules": "schedules",
    "register_documents": "documents",
    "register_importers": "importers",
    "register_references": "references",
    "register_sign_in": "sign_in",
}
OWN_PREFIX = frozenset({"permissions", "calls", "schedules", "documents"})


class Misfit(Exception):
    """A member that cannot take part; the desk is built again without it."""

    def __init__(self, plugin: str, reason: str) -> None:
        self.plugin, self.reason = plugin, reason
        super().__init__(f"{plugin}: {reason}")


def specs_of(modules: Iterable[ModuleType]) -> dict[str, tuple[Spec, Callable[..., Any]]]:
    """Every hook that the modules specify, by name."""
    return {
        name: (function.itsm_spec_of, function)
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function) and hasattr(function, "itsm_spec_of")
    }


def hook_points(members: Sequence[Member]) -> dict[str, Point]:
    """Register all members with pluggy and list the implementations of each hook in the members' order."""
    modules = [*DESK_SPECS, *_own_specs(members)]
    specs = specs_of(modules)
    manager = pluggy.PluginManager(PROJECT)
    for module in modules:
        manager.add_hookspecs(module)
    points = {name: Point(name, spec, function) for name, (spec, function) in specs.items()}
    for member in members:
        module = member.module_loaded()
        faults = signature_faults(module, specs)
        if faults:
            raise Misfit(member.name, "; ".join(faults))
        warn_old_uses(member.name, module, specs)
        try:
            manager.register(module, member.name)
        except Exception as error:
            raise Misfit(member.name, str(error)) from error
        for name, function, impl, _ in implementations(module):
            if name in points:
                parameters = tuple(inspect.signature(function).parameters)
                points[name].bound.append(Bound(member.name, function, parameters, impl))
    _one_answerer(points)
    return points


def _own_specs(members: Sequence[Member]) -> list[ModuleType]:
    """Hooks that plugins offer: a module `hookspecs` imported by their `hooks.py` as such."""
    offered = [getattr(member.hooks, "hookspecs", None) for member in members]
    return [module for module in offered if inspect.ismodule(module)]


def _one_answerer(points: Mapping[str, Point]) -> None:
    for point in points.values():
        if point.spec.kind == "decides" and len(point.bound) > 1:
            names = ", ".join(bound.plugin for bound in point.bound)
            raise Misfit(point.bound[-1].plugin, f"{point.name} is answered by {names}; only one may be enabled")


def build_registry(members: Sequence[Member], points: Mapping[str, Point], raw: Mapping[str, Any]) -> Registry:
    """Merge what all members register; raises `Misfit` for the first one that does not fit."""
    registry = Registry(plugins={m.name: m.version for m in members if not m.built_in})
    builtin = {member.name for member in members if member.built_in}
    derived: list[tuple[str, Any]] = []
    for name, point in points.items():
        if point.spec.kind == "registers":
            for bound in point.bound:
                with _fitting(bound.plugin, name):
                    brought = _fits(point.spec, bound.plugin, bound.function())
                    if name == "register_documents":
                        derived += [(bound.plugin, item) for item in brought or () if callable(item)]
                        brought = [item for item in brought or () if not callable(item)]
                    _merge(registry, name, bound.plugin, brought, bound.plugin in builtin, raw)
        elif point.spec.kind == "observes":
            registry.observers[name] = [Observer(b.plugin, b.impl.replays) for b in point.bound]
    for plugin, make in derived:
        with _fitting(plugin, "register_documents"):
            _merge(registry, "register_documents", plugin, make(registry), plugin in builtin, raw)
    for kind in registry.kinds.values():
        try:
            registry.documents[f"workflow.{kind.name}"] = workflow_document(kind)
        except ValidationError as error:
            raise Misfit(
                registry.owners[f"kinds:{kind.name}"], f"life cycle of {kind.name}: {error.messages}"
            ) from error
    keep_held(registry)
    _check_references(registry)
    return registry


@contextmanager
def _fitting(plugin: str, hook: str) -> Iterator[None]:
    """Whatever a plugin raises here says that it does not fit."""
    try:
        yield
    except (Misfit, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise Misfit(plugin, f"{hook} failed: {type(error).__name__}: {error}") from error


def _fits(spec: Spec, plugin: str, brought: Any) -> Any:
    """What a plugin brought, when it follows the rule that the hook has for it."""
    if spec.fits is None:
        return brought
    items = list(brought or ())
    for item in items:
        try:
            spec.fits(item)
        except ValueError as error:
            raise Misfit(plugin, str(error)) from error
    return items


def _merge(registry: Registry, hook: str, plugin: str, brought: Any, builtin: bool, raw: Mapping[str, Any]) -> None:
    if hook == "register_settings":
        registry.settings[plugin] = _settings(plugin, brought, raw.get(plugin, {}))
        return
    for item in brought or ():
        if hook in BY_NAME:
            _named(registry, BY_NAME[hook], plugin, item, builtin)
        elif hook == "register_fields":
            _field(registry, plugin, item, builtin)
        elif hook == "register_routes":
            registry.routes.append((plugin, item))
        elif hook == "register_nav":
            registry.owners.setdefault(f"nav:{item.endpoint}", plugin)
            registry.nav.append(item)
        elif hook == "register_panels":
            _sound(plugin, panel_fault(item))
            _unique(registry, plugin, f"panel:{item.key}")
            registry.panels.append(item)
        elif hook == "register_commands":
            registry.commands.setdefault(plugin, {})[item.name] = item
        elif hook == "register_visibility":
            _unique(registry, plugin, f"visible:{item.model.__name__}")
            registry.visible[item.model] = item
        else:
            _unique(registry, plugin, f"{hook}:{item.name}")
            registry.brought.setdefault(hook, {})[item.name] = item


def _named(registry: Registry, group: str, plugin: str, item: Any, builtin: bool) -> None:
    name = item.kind if group == "references" else item.name
    if group in OWN_PREFIX:
        _own_name(plugin, name, builtin)
    _unique(registry, plugin, f"{group}:{name}")
    getattr(registry, group)[name] = item


def _own_name(plugin: str, name: str, builtin: bool) -> None:
    if not builtin and not name.startswith(f"{plugin}."):
        raise Misfit(plugin, f"{name!r} must be named {plugin}.…")


def _field(registry: Registry, plugin: str, field: Field, builtin: bool) -> None:
    _own_name(plugin, field.name, builtin)
    _sound(plugin, field_fault(field))
    if field.filterable and (reason := unfilterable(field)):
        raise Misfit(plugin, f"the field {field.name} cannot be filterable: {reason}")
    if field.default is not None and not field.document:
        try:
            clean(field, field.default, [choice.value for choice in field.choices])
        except Wrong as wrong:
            raise Misfit(plugin, f"the default of the field {field.name}: {wrong}") from wrong
    _unique(registry, plugin, f"field:{field.subject}:{field.name}")
    registry.fields.setdefault(field.subject, {})[field.name] = field


def _sound(plugin: str, fault: str) -> None:
    if fault:
        raise Misfit(plugin, fault)


def _unique(registry: Registry, plugin: str, name: str) -> None:
    if name in registry.owners:
        raise Misfit(plugin, f"{name} belongs to {registry.owners[name]} already")
    registry.owners[name] = plugin


def _settings(plugin: str, schema: type[Schema] | None, raw: Mapping[str, str]) -> Mapping[str, Any]:
    if schema is None:
        return {}
    try:
        loaded: Mapping[str, Any] = schema().load(dict(raw))
    except ValidationError as error:
        wrong = "; ".join(f"ITSM_{plugin.upper()}__{r.field.upper()}: {r.message}" for r in refusals_of(error.messages))
        raise Misfit(plugin, wrong) from error
    return loaded


def _check_references(registry: Registry) -> None:
    """Permissions that are asked for must be declared, schedules owe a call that exists, conditions form no circle."""
    for declared in registry.fields.values():
        if found := circle(declared):
            chain = " → ".join(found)
            raise Misfit(
                registry.owners[f"field:{declared[found[0]].subject}:{found[0]}"],
                f"the conditions of fields form a circle: {chain}",
            )
    for plugin, fault in pointing_faults(registry):
        raise Misfit(plugin, fault)
    asked = [(p.key.split(".")[0], p.permission) for p in registry.panels]
    for plugin, permission in asked:
        if permission not in registry.permissions:
            raise Misfit(plugin, f"asks for the permission {permission}, which nobody declares")
    for schedule in registry.schedules.values():
        if schedule.call not in registry.calls:
            raise Misfit(
                schedule.name.split(".")[0], f"schedule {schedule.name} owes {schedule.call}, which is no call"
            )
