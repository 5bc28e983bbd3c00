"""What the hooks declare: their names and signatures, what they register, routes, labels.

A faulty hook is reported and taken out of the module, so that the rest can still be tried.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from flask import Flask

from itsm.authoring.check.findings import Report
from itsm.core.hookspecs import DESK_SPECS
from itsm.core.hookspecs.registry import Registry
from itsm.core.web.edge import PUBLIC, SIGNED_IN
from itsm.plugins.machinery.check import implementations, signature_faults
from itsm.plugins.machinery.deprecation import old_uses
from itsm.plugins.machinery.members import Member
from itsm.plugins.machinery.register import Misfit, build_registry, hook_points, specs_of

# What others name, before those that name it.
FIRST = (
    "register_settings", "register_permissions", "register_calls", "register_kinds", "register_references",
    "register_documents",
)  # fmt: skip
LED_TO = ("register_routes", "register_nav", "register_panels")
LABELS = ("label", "title", "text", "help")


def check_hooks(report: Report, house: Sequence[Member], member: Member) -> None:
    """Unknown names, signatures that would never be called rightly, and what goes away."""
    module = member.module_loaded()
    offered = [getattr(m.hooks, "hookspecs", None) for m in (*house, member)]
    specs = specs_of([*DESK_SPECS, *(o for o in offered if inspect.ismodule(o))])
    for function, sentence in old_uses(module, specs):
        report.add("deprecated", sentence, function)
    for name, function, _, _ in list(implementations(module)):
        faults = signature_faults(_only(name, function), specs)
        for fault in faults:
            report.add(_code_of(fault), fault, function)
        if faults:
            delattr(module, name)


def _only(name: str, function: Callable[..., Any]) -> ModuleType:
    module = ModuleType("one")
    setattr(module, name, function)
    return module


def _code_of(fault: str) -> str:
    if fault.startswith("there is no hook"):
        return "unknown-hook"
    return "async-hook" if "is async" in fault else "signature"


def check_registers(report: Report, house: Sequence[Member], member: Member) -> Registry:
    """Each *registers* hook, one after the other; the registry of those that fit."""
    module = member.module_loaded()
    mine = {name: function for name, function, _, _ in implementations(module) if name.startswith("register_")}
    for name in mine:
        delattr(module, name)
    for name in sorted(mine, key=lambda n: (FIRST.index(n) if n in FIRST else len(FIRST), n)):
        setattr(module, name, mine[name])
        try:
            _registry(house, member)
        except Misfit as misfit:
            report.add("registers", f"{name}: {misfit.reason}", mine[name])
            delattr(module, name)
    return _registry(house, member)


def _registry(house: Sequence[Member], member: Member) -> Registry:
    members = [*house, member]
    return build_registry(members, hook_points(members), {})


def check_routes(report: Report, member: Member, registry: Registry) -> None:
    """Each route asks for a permission that somebody declares; where one does not, none of them is tried further."""
    faulty = False
    for plugin, routes in registry.routes:
        if plugin == member.name:
            blueprint: Any = routes.blueprint
            made = blueprint if hasattr(blueprint, "register") else blueprint(registry)
            faulty |= _faulty_routes(report, made, registry.permissions)
    if faulty:
        forget_routes(member)
        registry.routes[:] = [(plugin, routes) for plugin, routes in registry.routes if plugin != member.name]


def forget_routes(member: Member) -> None:
    """Take the routes out, and what leads to them: it would only be found faulty in its turn."""
    for name in LED_TO:
        vars(member.module_loaded()).pop(name, None)


def _faulty_routes(report: Report, blueprint: Any, permissions: Mapping[str, Any]) -> bool:
    app, faulty = Flask("check", static_folder=None), False
    try:
        app.register_blueprint(blueprint)
    except (ValueError, AssertionError) as error:
        report.add("registers", f"the blueprint {blueprint.name} cannot be served: {error}")
        return True
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        needed = getattr(view, "itsm_permission", None)
        if needed is None:
            report.add("route-permission", f"the route {rule.rule} ({rule.endpoint}) declares no permission", view)
        elif needed not in (PUBLIC, SIGNED_IN) and needed not in permissions:
            report.add("unknown-permission", f"the route {rule.rule} asks for {needed}, which nobody declares", view)
        else:
            continue
        faulty = True
    return faulty


def check_labels(report: Report, member: Member) -> None:
    """Every label that is registered has both languages."""
    module = member.module_loaded()
    if {"en", "ru"} - set(member.about.title):
        report.add("translation", "the plugin's own title needs both languages (about = About(title=…))")
    for name, function, _, _ in implementations(module):
        if not name.startswith("register_"):
            continue
        for place, label in _labels(function()):
            if "ru" not in label:
                report.add("translation", f"{place}: the label “{label.get('en', '')}” has no Russian", function)


def _labels(brought: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    for item in brought if isinstance(brought, Iterable) else ():
        name = getattr(item, "name", getattr(item, "key", getattr(item, "endpoint", type(item).__name__)))
        for attribute in LABELS:
            yield from _inner(getattr(item, attribute, None), str(name))
        for choice in getattr(item, "choices", ()):
            yield from _inner(choice.label, f"{name}: {choice.value}")
        for body in ("workflow", "default"):
            yield from _inner(getattr(item, body, None), str(name))


def _inner(value: Any, place: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    if isinstance(value, Mapping):
        if "en" in value and all(isinstance(text, str) for text in value.values()):
            yield place, value
        else:
            for key, inner in value.items():
                yield from _inner(inner, f"{place}: {key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _inner(inner, place)
