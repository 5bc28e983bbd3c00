"""The page `door.md`: every name that `from itsm.plugins import …` gives, grouped by what it is for."""

import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, get_args

from marshmallow import Schema
from marshmallow.fields import Field as SchemaField
from marshmallow.validate import Validator
from sqlalchemy import JSON
from sqlalchemy import inspect as mapping_of
from sqlalchemy.types import TypeEngine

import itsm.plugins as door
from itsm.blocks.services import hooks as services
from itsm.core import errors
from itsm.core import hooks as core
from itsm.core.db import Base, Utc
from itsm.core.fields.rules import clean, unfilterable
from itsm.core.hookspecs.declarations import Field, FieldType
from itsm.core.tickets.values import COLUMNS, EDITABLE
from tests.house.signatures import doc_of, entry, of_type

PLAIN = {
    "PUBLIC": "`@needs(PUBLIC)`: everybody may use the route, signed in or not.",
    "SIGNED_IN": "`@needs(SIGNED_IN)`: everybody who has signed in.",
    "Label": "`{\"en\": \"Score\", \"ru\": \"Оценка\"}`: a name in both languages, `Mapping[str, str]`.",
    "Id": "`id: Mapped[Id]`: the primary key of a table, a whole number that the database gives.",
    "BigId": "The column type of ids, for foreign keys in migrations: `sa.Column(\"ticket_id\", BigId, …)`.",
    "Json": "The column type of JSON on both databases. `Mapped[dict[str, Any]]` in a model is it.",
}  # fmt: skip
GROUPS: Mapping[str, str] = {
    "Declarations": "What *registers* hooks return.",
    "Marks": "How a module says what is a hook.",
    "Given and answered": "What other hooks are handed, and what they answer.",
    "The act": "Who acts, and the one object that every verb gets.",
    "Verbs": "Functions `(uow, *, …)` that read and change data; permissions are asked inside.",
    "Models": "Tables to read with `uow.query(Model)` and to name in foreign keys; change them by verbs only.",
    "Tables of your own": "",
    "Edges": "For `pages.py` and `api.py`.",
    "Schema fields": "marshmallow, stricter; for API bodies, settings and documents.",
    "Errors": "Raise them anywhere; pages and the API answer with their status.",
    "Values and plain functions": "They need no desk.",
}


def door_page() -> str:
    """`door.md`."""
    lines = ["# The door", "", "All names of `from itsm.plugins import …`. What is not here is not promised.", ""]
    lines += ["A member without a default must be given. What hooks there are: [hooks](hooks.md).", ""]
    sorted_in: dict[str, list[str]] = {group: [] for group in GROUPS}
    for name in door.__all__:
        sorted_in[group_of(name)].append(name)
    seen: Counter[str] = Counter()
    for group, names in sorted_in.items():
        lines += [f"* {group}: {', '.join(f'[{n}](#{_anchor(n, seen)})' for n in names)}"]
    for group, names in sorted_in.items():
        lines += ["", f"## {group}", "", *([GROUPS[group], ""] if GROUPS[group] else [])]
        lines += ["```", (errors.__doc__ or "").split("\n\n")[1], "```", ""] if group == "Errors" else []
        for name in names:
            lines += named(name)
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def _anchor(name: str, seen: Counter[str]) -> str:
    """The anchor of a heading, as sites number those that differ only in case (`Actor`, `actor`)."""
    low = name.lower()
    seen[low] += 1
    return low if seen[low] == 1 else f"{low}-{seen[low] - 1}"


def declarations() -> Sequence[str]:
    """The names of all declarations."""
    return [name for name in door.__all__ if group_of(name) == "Declarations"]


def group_of(name: str) -> str:
    """Where a name of the door belongs; a new one finds its place by what it is."""
    value = getattr(door, name)
    module = getattr(value, "__module__", "")
    kinds: Sequence[tuple[str, Callable[[], Any]]] = (
        ("Tables of your own", lambda: value is Base or name == "Id" or _is(value, TypeEngine) or _is_type(value)),
        ("Models", lambda: _is(value, Base)),
        ("Errors", lambda: _is(value, Exception) or name == "Refusal"),
        ("Schema fields", lambda: _is(value, SchemaField) or _is(value, Schema) or _is(value, Validator)),
        ("Declarations", lambda: _is_declaration(value, module)),
        ("Marks", lambda: module.endswith(".marks")),
        ("Given and answered", lambda: ".hookspecs." in module or name == "Step"),
        ("The act", lambda: module.endswith((".act", ".uow"))),
        ("Edges", lambda: ".web." in module or name in ("PUBLIC", "SIGNED_IN")),
        ("Verbs", lambda: inspect.isfunction(value) and {"uow", "session"} & {*inspect.signature(value).parameters}),
    )
    return next((group for group, fits in kinds if fits()), "Values and plain functions")


def _is(value: Any, kind: type) -> bool:
    return inspect.isclass(value) and issubclass(value, kind)


def _is_type(value: Any) -> bool:
    return isinstance(value, TypeEngine)


def _is_declaration(value: Any, module: str) -> bool:
    blocks = ".blocks." in module and module.endswith(".hookspecs")
    return is_dataclass(value) and (module.endswith((".declarations", ".members")) or blocks)


def named(name: str) -> list[str]:
    """The part of the page about one name."""
    value = getattr(door, name)
    if name in PLAIN:
        return [f"### {name}", "", PLAIN[name], ""]
    if _is(value, Base) and value is not Base:
        return [f"### {name}", "", doc_of(value), "", *_columns(value)]
    if value is Base or _is(value, TypeEngine):
        return [f"### {name}", "", doc_of(value), ""]
    if _is(value, errors.DeskError):
        above = value.__mro__[1].__name__
        raised = f"`{name}`, a kind of `{above}`: {value.status}." if value is not errors.DeskError else ""
        return (
            [f"### {name}", "", raised, ""]
            if raised and not doc_of(value) and name != "Invalid"
            else entry(name, value)
        )
    if _is(value, Schema):
        members = "".join(f"* `{n}`: {type(f).__name__}\n" for n, f in value().fields.items())
        return [f"### {name}", "", doc_of(value), "", members]
    return (
        entry(name, value)
        + {"Draft": _draft_names, "Field": _field_types, "ReferenceType": _references}.get(name, list)()
    )


def _columns(model: Any) -> list[str]:
    lines = ["| column | type | may be None | refers to |", "|---|---|---|---|"]
    for column in mapping_of(model).columns:
        foreign = ", ".join(f"`{key.target_fullname}`" for key in column.foreign_keys)
        length = getattr(column.type, "length", None)
        kind = _kind(column.type) + (f", {length} characters" if length and not foreign else "")
        lines.append(f"| `{column.name}` | {kind} | {'yes' if column.nullable else ''} | {foreign} |")
    related = [f"`{r.key}` (rows of {r.mapper.class_.__name__})" for r in mapping_of(model).relationships]
    return [*lines, "", *([f"Only where a query loads them: {', '.join(related)}.", ""] if related else [])]


def _kind(type_: TypeEngine[Any]) -> str:
    if isinstance(type_, Utc):
        return "datetime"
    return "JSON" if isinstance(type_, JSON) else of_type(type_.python_type)


def _draft_names() -> list[str]:
    """What `values` and `before` hold, beside the columns of the model, for the names differ."""
    lines = ["Names in `values` and `before`; fields stand beside them under their own names, absent when not set:", ""]
    lines += ["| name | column of Ticket | set by people |", "|---|---|---|"]
    lines += [f"| `{n}` | `{column}` | {'yes' if n in EDITABLE else ''} |" for n, column in COLUMNS.items()]
    return [*lines, ""]


def _references() -> list[str]:
    """Those that every desk has."""
    kinds = [r.kind for module in (core, services) for r in module.register_references()]
    return [f"Every desk has {', '.join(f'`{kind}`' for kind in sorted(kinds))}.", ""]


SAMPLES: Mapping[str, tuple[Any, str]] = {
    "text": ("A line", "one line, up to `maximum` (500) characters"),
    "long_text": ("Lines", "up to `maximum` (20 000) characters"),
    "whole": ("5", ""),
    "decimal": ("1,5", ""),
    "yes_no": ("on", "true, on, 1, yes or false, off, 0, no"),
    "choice": ("a", "the value of a `Choice`"),
    "choices": (["b", "a"], ""),
    "date": ("2026-03-02", ""),
    "moment": ("2026-03-02T12:00:00+03:00", "stored as text whose order is time; compare with `utc_text(uow.now)`"),
    "duration": (5400, "seconds"),
    "money": ("1 250,50 RUB", ""),
    "reference": (7, "the id"),
    "file": ({"sha256": "0" * 64, "name": "a.txt"}, "what `POST /api/v1/files` answered"),
}


def _field_types() -> list[str]:
    """What each type takes and what is stored, as `clean` of today answers."""
    label = {"en": "x", "ru": "x"}
    lines = ["| type | taken, for example | kept in `fields` | filterable | |", "|---|---|---|---|---|"]
    for type_ in get_args(FieldType):
        given, note = SAMPLES[type_]
        field = Field("x.x", type_, label, reference="person")
        kept = repr(clean(field, given, ("a", "b"))).replace("0" * 64, "…")
        taken = repr(given).replace("0" * 64, "…")
        lines.append(f"| `{type_}` | `{taken}` | `{kept}` | {'' if unfilterable(field) else 'yes'} | {note} |")
    return [*lines, "", "None, an empty text and an empty list clear a field: its name is then absent.", ""]
