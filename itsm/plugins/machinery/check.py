"""Check a plugin's hook implementations against the specs, before pluggy sees them."""

import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from itsm.core.hookspecs.marks import Impl, Spec


def implementations(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any], Impl, bool]]:
    """Each marked function of `hooks.py`: name, function, declaration, whether it is optional."""
    for name, function in vars(module).items():
        # Not of anything else: SQLAlchemy's `func`, imported there, has an attribute of every name.
        impl = getattr(function, "itsm_impl_of", None) if inspect.isroutine(function) else None
        if impl is not None:
            yield name, function, impl, bool(getattr(function, "itsm_impl", {}).get("optionalhook"))


def signature_faults(module: ModuleType, specs: Mapping[str, tuple[Spec, Callable[..., Any]]]) -> list[str]:
    """What is wrong with the implementations, one sentence each; pluggy would let most of it pass unnoticed."""
    faults = []
    for name, function, _, optional in implementations(module):
        if name not in specs:
            if not optional:
                near = difflib.get_close_matches(name, specs, 1)
                faults.append(f"there is no hook {name}" + (f"; did you mean {near[0]}?" if near else ""))
            continue
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            faults.append(f"{name} is async; hooks are plain functions")
        faults += _parameter_faults(name, function, specs[name][1])
    return faults


def _parameter_faults(name: str, function: Callable[..., Any], specified: Callable[..., Any]) -> Iterator[str]:
    known = list(inspect.signature(specified).parameters)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            yield f"{name}: the parameter {parameter.name} must be a plain one, not keyword-only or starred"
        elif parameter.name not in known:
            yield f"{name}: unknown parameter {parameter.name}; the hook has: {', '.join(known)}"
