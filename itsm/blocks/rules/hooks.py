"""The table of contents of the rules block."""

from collections.abc import Callable, Iterable, Sequence

from itsm.blocks.rules import hookspecs
from itsm.blocks.rules.api import api
from itsm.blocks.rules.hookspecs import RuleListType
from itsm.blocks.rules.pages import pages, why
from itsm.blocks.rules.settings import OPENING
from itsm.blocks.rules.verbs import document_of
from itsm.blocks.rules.verbs.opening import complete_draft, priority_voice
from itsm.core.errors import Refusal
from itsm.core.hookspecs.declarations import DocumentType, NavEntry, Panel, Routes
from itsm.core.hookspecs.guards import Draft
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.registry import Registry
from itsm.core.hookspecs.voices import Voice
from itsm.core.work.uow import UnitOfWork

__all__ = ["hookspecs"]


@hook
def register_rule_lists() -> Sequence[RuleListType]:
    return (OPENING,)


@hook
def register_documents() -> "Sequence[DocumentType | Callable[[Registry], Sequence[DocumentType]]]":
    return (_documents,)


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(api, "api", at="/api/v1/rules"), Routes(pages, at=""))


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Rules", "ru": "Правила"}, "rules.lists", 125, "core.configure", group="desk"),)


@hook
def register_panels() -> Sequence[Panel]:
    title = {"en": "Why: rules", "ru": "Почему: правила"}
    return (Panel("rules.why", title, "ticket_side", 90, "tickets.internal", "rules/why.html", why),)


@hook
def ticket_opening(uow: UnitOfWork, draft: Draft) -> Iterable[Refusal] | None:
    complete_draft(uow, draft)
    return ()


@hook
def priority_voices(uow: UnitOfWork, draft: Draft) -> Voice | None:
    return priority_voice(uow, draft)


def _documents(registry: Registry) -> Sequence[DocumentType]:
    """One for each list that anybody registered."""
    lists = registry.brought.get("register_rule_lists", {}).values()
    return [document_of(declared) for declared in lists if isinstance(declared, RuleListType)]
