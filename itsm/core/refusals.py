"""From marshmallow's nested messages to a flat list of refusals that name each field."""

from collections.abc import Iterator
from typing import Any

from itsm.core.errors import Refusal
from itsm.core.texts import Message


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
