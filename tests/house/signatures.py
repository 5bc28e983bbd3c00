"""Signatures as the reference pages print them: short types, real defaults, the values of literals."""

import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin

import itsm.plugins as door
from itsm.core.texts import Label

WIDTH = 110
# Nobody makes one; it is handed over.
GIVEN = ("UnitOfWork",)
# Classes that the door offers under another name than they have at home.
RENAMED = {c.__name__: n for n in door.__all__ if inspect.isclass(c := getattr(door, n)) and c.__name__ != n}


def of_type(annotation: Any) -> str:
    """An annotation as an author would write it; a Literal with its values."""
    if isinstance(annotation, str):
        return re.sub(r"\w+", lambda word: RENAMED.get(word[0], word[0]), annotation)
    if annotation == Label:
        return "Label"
    if annotation is None or annotation is type(None):
        return "None"
    if annotation is Ellipsis:
        return "..."
    if isinstance(annotation, typing.ForwardRef):
        return of_type(annotation.__forward_arg__)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in inner)
    if origin in (Union, types.UnionType):
        return " | ".join(of_type(part) for part in inner)
    if isinstance(annotation, list):
        return f"[{', '.join(of_type(part) for part in annotation)}]"
    if origin is not None and inner:
        return f"{of_type(origin)}[{', '.join(of_type(part) for part in inner)}]"
    return of_type(getattr(annotation, "__name__", "") or str(annotation).removeprefix("typing."))


def signature(name: str, subject: Callable[..., Any]) -> str:
    """`name(parameter: type = default, …) -> type`, on several lines where one is too long.

    What a library's class takes is shown by its names alone.
    """
    read = inspect.signature(subject)
    if getattr(getattr(subject, "__init__", None), "__module__", "itsm").startswith("marshmallow"):
        read = read.replace(parameters=[p.replace(annotation=p.empty) for p in read.parameters.values()])
    made = _made_defaults(subject)
    parts = [part for p in _with_marks(read) for part in [p if isinstance(p, str) else _parameter(p, made)]]
    answer = "" if inspect.isclass(subject) or read.return_annotation is read.empty else of_type(read.return_annotation)
    end = f") -> {answer}" if answer else ")"
    line = f"{name}({', '.join(parts)}{end}"
    text = line if len(line) <= WIDTH else "\n".join([f"{name}(", *[f"    {part}," for part in parts], end])
    knows_labels = hasattr(sys.modules.get(subject.__module__), "Label")
    return text if knows_labels else re.sub(r"\bLabel\b", "Mapping[str, str]", text)


def _with_marks(read: inspect.Signature) -> Iterator[inspect.Parameter | str]:
    """The parameters, with the bare `/` and `*` where they stand in the source."""
    kinds = [p.kind for p in read.parameters.values()]
    positional = kinds.count(inspect.Parameter.POSITIONAL_ONLY)
    starred = inspect.Parameter.VAR_POSITIONAL in kinds
    for number, parameter in enumerate(p for p in read.parameters.values() if p.name != "self"):
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        yield parameter
        after_self = positional - ("self" in read.parameters)
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY and number + 1 == after_self:
            yield "/"


def _parameter(parameter: inspect.Parameter, made: dict[str, Any]) -> str:
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(parameter.kind.name, "")
    text = f"{stars}{parameter.name}"
    if parameter.annotation is not parameter.empty:
        text += f": {of_type(parameter.annotation)}"
    default = made.get(parameter.name, parameter.default)
    if default is parameter.empty:
        return text
    if is_dataclass(default):
        return f"{text} = {type(default).__name__}()"
    shown = f'"{default}"' if isinstance(default, str) else repr(default)
    return f"{text} = {'…' if ' at 0x' in shown else shown}"


def _made_defaults(subject: Any) -> dict[str, Any]:
    """Defaults of a dataclass that are made anew each time."""
    if not (inspect.isclass(subject) and is_dataclass(subject)):
        return {}
    return {f.name: f.default_factory() for f in fields(subject) if f.default_factory is not MISSING}


def entry(name: str, subject: Callable[..., Any], depth: int = 3) -> list[str]:
    """Heading, signature and docstring of one name, with the public methods of a class."""
    first = _attributes(subject) if name in GIVEN else [signature(name, subject)]
    lines = [f"{'#' * depth} {name}", "", "```python", *first, *_methods(subject), "```", ""]
    said = doc_of(subject)
    return lines + ([said, ""] if said else []) + _answer(subject)


def _answer(subject: Callable[..., Any]) -> list[str]:
    """What a function's answer holds, where its class is not a name of the door."""
    given = inspect.signature(subject).return_annotation if inspect.isfunction(subject) else None
    lines: list[str] = []
    for kind in (given, *get_args(given)):
        home = inspect.isclass(kind) and kind.__module__.startswith("itsm.") and kind not in vars(door).values()
        if home and (is_dataclass(kind) or issubclass(kind, tuple)):
            lines += ["```python", signature(kind.__name__, kind), "```", "", doc_of(kind), ""]
    return lines


def _attributes(subject: Callable[..., Any]) -> list[str]:
    return [f".{p.name}: {of_type(p.annotation)}" for p in inspect.signature(subject).parameters.values()]


def doc_of(subject: Any) -> str:
    """The docstring that stands at `subject` itself, '' for what Python or a base class wrote."""
    said = (vars(subject).get("__doc__") if inspect.isclass(subject) else getattr(subject, "__doc__", "")) or ""
    generated = inspect.isclass(subject) and said.startswith(f"{subject.__name__}(")
    return "" if generated else inspect.cleandoc(said)


def _methods(subject: Any) -> list[str]:
    """The public methods and properties written in the class, each with the first line of its docstring."""
    lines = []
    for name, value in vars(subject).items() if inspect.isclass(subject) else ():
        bound = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        first = doc_of(bound).split("\n")[0]
        if name.startswith("_") or not first:
            continue
        if isinstance(value, property) and value.fget:
            lines += ["", f".{name}: {of_type(inspect.signature(value.fget).return_annotation)}  # {first}"]
        elif inspect.isfunction(bound):
            lines += ["", f"# {first}", signature(f".{name}", _unbound(bound, value))]
    return lines


def _unbound(function: Callable[..., Any], held: Any) -> Callable[..., Any]:
    """A class method without its `cls`."""
    return function.__get__(object()) if isinstance(held, classmethod) else function
