"""What a form holds, as a body; and the form with an entry more, less, or in another place. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from marshmallow import Schema

from itsm.core.configuration.forms.parts import Unread, kind_of, names_of, schema_of
from itsm.core.configuration.outside import from_text
from itsm.core.errors import Invalid, Refusal
from itsm.core.texts import say
from itsm.core.web.inputs import Typed

PREFIX = "v"
MOST_ENTRIES = 1000
NOTHING = object()


def body_of(schema: Schema, form: Typed, *, leaving: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What was typed, for the schema to judge; what is no YAML stays as `Unread`. leaving: fields not on the form."""
    return dict(_group(schema, form, PREFIX, leaving))


def unread(value: Any, place: str = "") -> Iterator[Refusal]:
    """What of a body is no YAML, each at its place."""
    if isinstance(value, Unread):
        yield Refusal(place.rstrip("."), say("This is not YAML that can be read."))
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from unread(one, f"{place}{name}.")


def _group(schema: Schema, form: Typed, path: str, leaving: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    for name, declared in schema.fields.items():
        if name not in leaving:
            value = READERS[kind_of(declared)](declared, form, f"{path}.{name}")
            if value is not NOTHING:
                yield name, value


def _plain(declared: Any, form: Typed, path: str) -> Any:
    text = form.get(path, "").strip()
    return text if text or declared.required else NOTHING


def _choice(declared: Any, form: Typed, path: str) -> Any:
    return form.get(path) or NOTHING


def _lines(declared: Any, form: Typed, path: str) -> Any:
    return [line.strip() for line in form.get(path, "").splitlines() if line.strip()]


def _free(declared: Any, form: Typed, path: str) -> Any:
    text = form.get(path, "")
    if not text.strip():
        return NOTHING
    try:
        return from_text(text)
    except Invalid:
        return Unread(text)


def _named(declared: Any, form: Typed, path: str) -> Any:
    inner = declared.value_field
    read = READERS[kind_of(inner)]
    found = {name: read(inner, form, f"{path}.{name}") for name in names_of(declared)}
    return {name: value for name, value in found.items() if value not in ("", [], NOTHING)}


def _list(declared: Any, form: Typed, path: str) -> Any:
    schema = schema_of(declared)
    return [dict(_group(schema, form, f"{path}.{number}")) for number in _numbers(form, path)]


def _numbers(form: Typed, path: str) -> list[int]:
    """The entries of a list that are on the form; each has an input that bears its number alone."""
    start = f"{path}."
    found = (name.removeprefix(start) for name in form if name.startswith(start))
    return sorted({int(n) for n in found if n.isascii() and n.isdigit() and len(n) < 6})[:MOST_ENTRIES]


def _conditions(declared: Any, form: Typed, path: str) -> Any:
    chosen = form.get(path, "no")
    return _list(declared, form, path) if chosen == "when" else chosen == "yes"


READERS: Mapping[str, Callable[[Any, Typed, str], Any]] = {
    "line": _plain, "number": _plain, "text": _plain, "choice": _choice, "lines": _lines, "free": _free,
    "yes_no": lambda declared, form, path: path in form,
    "several": lambda declared, form, path: form.getlist(path),
    "group": lambda declared, form, path: dict(_group(declared.schema, form, path)),
    "named": _named, "list": _list, "conditions": _conditions,
}  # fmt: skip


def altered(body: Mapping[str, Any], act: str) -> dict[str, Any]:
    """The body after `add:choices`, `remove:choices.2`, `up:choices.2` or `down:choices.2`; as it is for nonsense."""
    what, _, place = act.partition(":")
    names = place.split(".")
    at = None if what == "add" else _number(names.pop())
    copy: Any = _copied(body)
    entries, above, name = copy, copy, ""
    for name in names:
        above, entries = entries, _inside(entries, name)
    if isinstance(entries, bool | None) and isinstance(above, dict):
        entries = above[name] = []
    if isinstance(entries, list):
        _alter(entries, what, at)
    return dict(copy)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _inside(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name)
    number = _number(name)
    return value[number] if isinstance(value, list) and number is not None and number < len(value) else None


def _alter(entries: list[Any], what: str, at: int | None) -> None:
    if what == "add":
        entries.append({})
    elif at is not None and at < len(entries):
        entry = entries.pop(at)
        if what in ("up", "down"):
            entries.insert(max(at + (1 if what == "down" else -1), 0), entry)
