"""What all enabled plugins brought, merged: the desk's answer to "which kinds, fields, calls … are there?"."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from itsm.core.hookspecs.declarations import (
    CallHandler,
    Command,
    DocumentType,
    Field,
    Importer,
    Kind,
    NavEntry,
    Panel,
    Permission,
    ReferenceType,
    Routes,
    Schedule,
    SignInMethod,
    Visible,
)
from itsm.core.outbound.rules import Reach


@dataclass(frozen=True, slots=True)
class Observer:
    """One plugin's implementation of an *observes* hook."""

    plugin: str
    replays: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What jobs know of the machine: where stored files lie, where seals of the ledger go, and how often."""

    files: Path = Path("files")
    seals: Path = Path("seals")
    seal_every: timedelta = timedelta(days=1)


@dataclass(slots=True)
class Registry:
    """Everything registered, by name; built once per desk and not changed afterwards.

    plugins: name → version of the plugins that work, the house itself left out.
    brought: what plugins register for other plugins' *registers* hooks: hook → name → declaration.
    owners: which plugin brought what, as `"kind:incident" → "incidents"`.
    observers: hook name → who observes it, in their order. unindexed: (subject, field) that are to be filterable and
    have no index yet. revisions, parsed: bodies of immutable configuration revisions, and what was made of them, by
    (document, revision). counted: how many tickets lists hold (`count_lists`). timezone: the desk's.
    reach: where requests to other systems may go. place: its folders.
    """

    plugins: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    fields: dict[str, dict[str, Field]] = field(default_factory=dict)
    references: dict[str, ReferenceType] = field(default_factory=dict)
    permissions: dict[str, Permission] = field(default_factory=dict)
    routes: list[tuple[str, Routes]] = field(default_factory=list)
    nav: list[NavEntry] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    calls: dict[str, CallHandler] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    documents: dict[str, DocumentType] = field(default_factory=dict)
    importers: dict[str, Importer] = field(default_factory=dict)
    commands: dict[str, dict[str, Command]] = field(default_factory=dict)
    sign_in: dict[str, SignInMethod] = field(default_factory=dict)
    visible: dict[type, Visible] = field(default_factory=dict)
    settings: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    observers: dict[str, Sequence[Observer]] = field(default_factory=dict)
    brought: dict[str, dict[str, Any]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    unindexed: set[tuple[str, str]] = field(default_factory=set)
    revisions: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    parsed: dict[tuple[str, int], Any] = field(default_factory=dict)
    counted: OrderedDict[Any, int] = field(default_factory=OrderedDict)
    timezone: str = "UTC"
    reach: Reach = field(default_factory=Reach)
    place: Place = Place()

    def fields_of(self, subject: str) -> Mapping[str, Field]:
        """The fields on one kind of subject (ticket, person, organisation, team), by full name."""
        return self.fields.get(subject, {})

    def panels_at(self, place: str) -> Iterable[Panel]:
        """The panels of a place in their explicit order."""
        return sorted((p for p in self.panels if p.place == place), key=lambda p: (p.order, p.key))
