"""A document in force, or one entry of it, on its way through a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from marshmallow import Schema

from itsm.core.configuration.forms.parts import kind_of, schema_of
from itsm.core.configuration.forms.table import place_of, ref_of
from itsm.core.configuration.forms.words import WORDS
from itsm.core.configuration.verbs import document, document_type, normal
from itsm.core.errors import Unknown
from itsm.core.hookspecs.declarations import DocumentType
from itsm.core.texts import say
from itsm.core.web.edge import translated
from itsm.core.work.uow import UnitOfWork

HOMES = {"core.fields": "fields.overview"}  # documents whose entries have a page of their own


@dataclass(frozen=True, slots=True)
class Spot:
    """A document in force and, where one entry of it is edited, that entry; place: the length of the list for a new
    one; schema: of what is edited."""

    declared: DocumentType
    body: dict[str, Any]
    revision: int
    schema: Schema
    part: str = ""
    place: int = 0

    @property
    def prefix(self) -> str:
        """What stands before the names of inputs in refusals of the whole body."""
        return f"{self.part}.{self.place}." if self.part else ""

    @property
    def entries(self) -> list[Any]:
        """The list that holds the entry."""
        found: list[Any] = self.body.get(self.part, [])
        return found

    @property
    def value(self) -> Any:
        """What is edited; {} for a new entry."""
        if not self.part:
            return self.body
        return self.entries[self.place] if self.place < len(self.entries) else {}

    @property
    def ref(self) -> str:
        """What the entry is called in addresses."""
        return "" if self.is_new or not self.part else ref_of(self.entries, self.place)

    @property
    def is_new(self) -> bool:
        """Whether an entry is being added."""
        return bool(self.part) and self.place == len(self.entries)

    @property
    def leaving(self) -> frozenset[str]:
        """What the form leaves out: lists of the whole document, which are tables."""
        return frozenset() if self.part else frozenset(lists_of(self.schema))

    def with_value(self, value: Any) -> dict[str, Any]:
        """The whole body with the edited value in its place."""
        if not self.part:
            return {**self.body, **value}
        return {**self.body, self.part: [*self.entries[: self.place], value, *self.entries[self.place + 1 :]]}


def lists_of(schema: Schema) -> Mapping[str, Any]:
    """The lists of entries of a document."""
    return {name: field for name, field in schema.fields.items() if kind_of(field) == "list"}


def find_spot(uow: UnitOfWork, name: str, part: str = "", entry: str | None = None) -> Spot:
    """Raises `Unknown` for a list or an entry that is not there."""
    declared = document_type(uow, name)
    found, schema = document(uow, name), declared.schema()
    body = normal(declared, found.body)
    if not part:
        return Spot(declared, body, found.revision, schema)
    if part not in lists_of(schema):
        raise Unknown(say("There is no list {name} in this document.", name=part))
    entries = body.get(part, [])
    place = len(entries) if entry is None else place_of(entries, entry)
    if place is None:
        raise Unknown(say("There is no entry {name} here any more.", name=entry))
    return Spot(declared, body, found.revision, schema_of(schema.fields[part]), part, place)


def home_of(name: str) -> str:
    """Where one goes after a change."""
    return url_for(HOMES[name]) if name in HOMES else url_for("configuration.form", name=name)


def title_of_part(schema: Schema, part: str) -> str:
    """What a list of a document is called."""
    told = schema.fields[part].metadata.get("label") or WORDS.get(part)
    return translated(told) if told else part.replace("_", " ").capitalize()
