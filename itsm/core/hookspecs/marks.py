"""How a hook is specified (`spec`) and how a plugin implements one (`hook`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, overload

import pluggy

PROJECT = "itsm"
HookKind = Literal["registers", "guards", "records", "decides", "voices", "observes", "shows"]
F = TypeVar("F", bound=Callable[..., Any])

_spec = pluggy.HookspecMarker(PROJECT)
_impl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Something that goes away: its replacement (a name, or what to do) and the version that will not have it."""

    replacement: str
    removed_in: str

    def __str__(self) -> str:
        return f"use {self.replacement} instead; it is removed in {self.removed_in}"


@dataclass(frozen=True, slots=True)
class Spec:
    """What the machinery must know of a spec: its kind and, for *decides*, the answer when nobody gives one.

    deprecated, deprecated_parameters: the hook, or some of its parameters, go away; who uses them is warned.
    fits: for *registers*, a rule over one declaration; what it raises `ValueError` of sets its plugin aside.
    """

    kind: HookKind
    default: Any = None
    deprecated: Deprecated | None = None
    deprecated_parameters: Mapping[str, Deprecated] = field(default_factory=dict)
    fits: Callable[[Any], None] | None = None


@dataclass(frozen=True, slots=True)
class Impl:
    """What a plugin declares of its implementation.

    on_fault: `pass` (the act goes on, the fault is recorded) or `refuse` (the act is refused), for guards and records.
    replays: an observer that also wants imported events.
    """

    on_fault: Literal["pass", "refuse"] = "pass"
    replays: bool = False


def spec(
    kind: HookKind,
    default: Any = None,
    *,
    deprecated: Deprecated | None = None,
    deprecated_parameters: Mapping[str, Deprecated] | None = None,
    fits: Callable[[Any], None] | None = None,
) -> Callable[[F], F]:
    """Mark a function of a `hookspecs` module as the specification of a hook."""

    def mark(function: F) -> F:
        made = Spec(kind, default, deprecated, deprecated_parameters or {}, fits)
        function.itsm_spec_of = made  # type: ignore[attr-defined]
        return _spec(function)

    return mark


@overload
def hook(function: F, /) -> F: ...
@overload
def hook(
    *, on_fault: Literal["pass", "refuse"] = ..., replays: bool = ..., optional: bool = ...
) -> Callable[[F], F]: ...
def hook(
    function: F | None = None,
    /,
    *,
    on_fault: Literal["pass", "refuse"] = "pass",
    replays: bool = False,
    optional: bool = False,
) -> Any:
    """Mark a function of a plugin's `hooks.py` as the implementation of the hook of the same name.

    optional: the hook belongs to another plugin and may be absent.
    """

    def mark(implementation: F) -> F:
        implementation.itsm_impl_of = Impl(on_fault, replays)  # type: ignore[attr-defined]
        return _impl(implementation, optionalhook=optional)

    return mark(function) if function is not None else mark


class HookCaller(Protocol):
    """What a unit of work knows of hooks: call one by its name, `uow.hook.call("ticket_opening", draft=draft)`."""

    def call(self, name: str, /, **arguments: Any) -> Any:
        """Ask the implementations of hook `name` by the rules of its kind."""
        ...

    def show(self, plugin: str, place: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call one declared function of `plugin`, such as a panel, by the rules of *shows*; the first argument is the
        unit of work. What is returned after a failure is not a `str`."""
        ...
