"""From marshmallow's nested messages to a flat list of refusals that name each field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError

from itsm.core.errors import Invalid, Refusal
from itsm.core.texts import Message, say


def refusals_of(messages: Any, prefix: str = "") -> list[Refusal]:
    """`{"lines": {0: {"price": ["Not a number."]}}}` → `lines.0.price: Not a number.`"""
    return list(_walk(messages, prefix))


def _walk(messages: Any, path: str) -> Iterator[Refusal]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            hidden = name == "_schema" or (not path and name in ("json", "form", "query"))
            inner_path = path if hidden else f"{path}.{name}".strip(".")
            yield from _walk(inner, inner_path)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _walk(inner, path)
    else:
        yield Refusal(path, messages if isinstance(messages, Message) else Message(str(messages)))


def loaded(schema: Schema, value: Any) -> Any:
    """A value as a schema understands it; raises `Invalid` naming each field that it refuses."""
    try:
        return schema.load(value)
    except ValidationError as error:
        raise Invalid(refusals=refusals_of(error.messages)) from error


def load_list(schema: type[Schema], value: Any) -> list[dict[str, Any]]:
    """A list of entries with a `key` each, as their schema understands them; no key is there twice."""
    entries: list[dict[str, Any]] = loaded(schema(many=True), value)
    keys = [entry["key"] for entry in entries]
    doubled = [place for place, key in enumerate(keys) if key in keys[:place]]
    if doubled:
        raise Invalid(refusals=[Refusal(f"{p}.key", say("{key} is there twice.", key=keys[p])) for p in doubled])
    return entries


def refuse_circles(entries: Sequence[Mapping[str, Any]], parents: Mapping[str, str | None]) -> None:
    """Refuse entries whose parent is nowhere, or among their own descendants. parents: key → key, the desk's too."""
    refusals = []
    for place, entry in enumerate(entries):
        seen, above = {entry["key"]}, entry["parent"]
        while above is not None and above not in seen:
            seen.add(above)
            if above not in parents:
                refusals.append(Refusal(f"{place}.parent", say("There is no parent {parent}.", parent=above)))
            above = parents.get(above)
        if above is not None:
            refusals.append(Refusal(f"{place}.parent", say("Its parents form a circle.")))
    if refusals:
        raise Invalid(refusals=refusals)
