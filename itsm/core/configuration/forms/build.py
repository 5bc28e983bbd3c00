"""The inputs of a form: made from a schema and what stands in the body, with refusals put where they belong."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from itsm.core.configuration.forms.offers import offered
from itsm.core.configuration.forms.parts import (
    Part,
    Unread,
    default_of,
    fields_in_order,
    kind_of,
    longest,
    names_of,
    schema_of,
    words_of,
)
from itsm.core.configuration.forms.words import HELP, WORDS
from itsm.core.configuration.outside import in_line, in_lines
from itsm.core.errors import Refusal
from itsm.core.texts import Message
from itsm.core.web.edge import translated
from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes parts for one document: `body` is the whole of it, for what refers to other entries of the same."""

    uow: UnitOfWork
    body: Mapping[str, Any]

    def group(self, schema: Schema, value: Any, path: str, leaving: frozenset[str] = frozenset()) -> list[Part]:
        """The parts of a group that holds this value."""
        held = value if isinstance(value, Mapping) else {}
        return [
            self.part(name, declared, held[name] if name in held else _at_first(declared), f"{path}{name}")
            for name, declared in fields_in_order(schema).items()
            if name not in leaving
        ]

    def part(self, name: str, declared: Any, value: Any, path: str) -> Part:
        """One part."""
        told = declared.metadata
        made = Part(
            path, _word(told.get("label") or WORDS.get(name), name), kind_of(declared),
            help=_word(told.get("help") or HELP.get(name), ""), required=declared.required, most=longest(declared),
            more=bool(told.get("more")), usual=value == default_of(declared),
        )  # fmt: skip
        FILL[made.kind](self, made, declared, value)
        return made

    def options(self, declared: Any, inner: Any, held: Sequence[str]) -> list[tuple[str, str]]:
        """What may be chosen; what is held and not offered any more stands there too, so that saving keeps it."""
        words = declared.metadata.get("words") or inner.metadata.get("words") or {}
        found = [(word, _word(words.get(word) or WORDS.get(word), word)) for word in words_of(inner) if word]
        if source := declared.metadata.get("offers"):
            found += offered(self.uow, source, self.body)
        known = {word for word, _ in found}
        return found + [(word, word) for word in held if word and word not in known]


def _at_first(declared: Any) -> Any:
    return declared.metadata.get("at_first", default_of(declared))


def _word(given: Message | None, name: str) -> str:
    return translated(given) if given is not None else name.replace("_", " ").capitalize()


def _one(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    part.text = "" if value is None else in_line(value)
    part.chosen = [part.text]
    if part.kind == "choice":
        part.options = maker.options(declared, declared, part.chosen)


def _several(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    part.chosen = [str(one) for one in _items(value)]
    offered = dict(maker.options(declared, declared.inner, part.chosen))
    # What is chosen comes first, in its own order, so that saving keeps it.
    part.options = [*((one, offered.pop(one)) for one in part.chosen if one in offered), *offered.items()]


def _lines(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    part.text = "\n".join(str(one) for one in _items(value))


def _free(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    empty = value is None or value in ({}, [])
    part.text = str(value) if isinstance(value, Unread) else "" if empty else in_lines(value)


def _yes_no(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    part.chosen = ["on"] if value is True else []


def _group(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    part.parts = maker.group(schema_of(declared), value, f"{part.name}.")


def _named(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    held = value if isinstance(value, Mapping) else {}
    inner = declared.value_field
    part.parts = [maker.part(name, inner, held.get(name), f"{part.name}.{name}") for name in names_of(declared)]


def _list(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    schema = schema_of(declared)
    for number, one in enumerate(_items(value)):
        place = f"{part.name}.{number}"
        part.parts.append(Part(place, str(number + 1), "group", parts=maker.group(schema, one, f"{place}.")))


def _conditions(maker: Maker, part: Part, declared: Any, value: Any) -> None:
    part.chosen = ["when" if isinstance(value, list) else "yes" if value is True else "no"]
    _list(maker, part, declared, value)


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else ()


FILL: Mapping[str, Callable[[Maker, Part, Any, Any], None]] = {
    "line": _one, "text": _one, "number": _one, "choice": _one, "yes_no": _yes_no, "several": _several,
    "lines": _lines, "free": _free, "group": _group, "named": _named, "list": _list, "conditions": _conditions,
}  # fmt: skip


def parts_of_body(
    uow: UnitOfWork, schema: Schema, value: Any, *, document: Mapping[str, Any], leaving: frozenset[str] = frozenset()
) -> list[Part]:
    """The inputs of a document or of one entry of it. leaving: fields that stand elsewhere."""
    return Maker(uow, document).group(schema, value, "", leaving)


def put_refusals(parts: Iterable[Part], refusals: Iterable[Refusal]) -> list[str]:
    """Put each refusal at the innermost part that it names; those that name none are returned as sentences."""
    known = {part.name: part for part in _all(parts)}
    left = []
    for refusal in refusals:
        place, sentence = refusal.field, translated(refusal.message)
        while place and place not in known:
            place = place.rpartition(".")[0]
        if place:
            known[place].errors.append(sentence)
        else:
            left.append(f"{refusal.field}: {sentence}" if refusal.field else sentence)
    return left


def _all(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from _all(part.parts)
