"""The table of contents of the answers block."""

from collections.abc import Collection, Iterable, Sequence

from itsm.blocks.answers import verbs
from itsm.blocks.answers.api import api
from itsm.blocks.answers.models import Ready
from itsm.blocks.answers.pages import pages
from itsm.blocks.answers.pages.macro import side
from itsm.blocks.answers.pages.ticket import composer
from itsm.blocks.answers.seen import ALL, OF_GROUPS, STAFF, visible_ready
from itsm.blocks.answers.settings import AROUND
from itsm.core.hookspecs.declarations import (
    ConfigurationPart,
    DocumentType,
    NavEntry,
    Panel,
    Permission,
    Routes,
    Visible,
)
from itsm.core.hookspecs.guards import Draft
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.shows import ReadyText
from itsm.core.work.uow import UnitOfWork

ANSWERS = {"en": "Ready answers", "ru": "Готовые ответы"}
MACROS = {"en": "Macros", "ru": "Макросы"}


@hook
def register_permissions() -> Sequence[Permission]:
    everywhere = {
        "en": "Write ready answers and macros for everybody",
        "ru": "Писать готовые ответы и макросы для всех",
    }
    groups = {
        "en": "Write ready answers and macros for the groups that one heads",
        "ru": "Писать готовые ответы и макросы для своих групп",
    }
    return (Permission(ALL, everywhere, ("administrator",)), Permission(OF_GROUPS, groups, ("head", "administrator")))


@hook
def register_documents() -> Sequence[DocumentType]:
    return (AROUND,)


@hook
def register_configuration() -> Sequence[ConfigurationPart]:
    return (
        ConfigurationPart("answers.answers", ANSWERS, 40, verbs.export_answers, verbs.apply_answers),
        ConfigurationPart("answers.macros", MACROS, 41, verbs.export_macros, verbs.apply_macros),
    )


@hook
def register_visibility() -> Sequence[Visible]:
    return (Visible(Ready, visible_ready),)


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(api, "api", at="/api/v1"), Routes(pages, at=""))


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry(ANSWERS, "answers.shelf", 55, STAFF),)


@hook
def register_panels() -> Sequence[Panel]:
    return (
        Panel("answers.composer", ANSWERS, "composer", 50, STAFF, "answers/composer.html", composer),
        Panel("answers.macros", MACROS, "ticket_side", 30, STAFF, "answers/macros.html", side),
    )


@hook
def ready_texts(uow: UnitOfWork, draft: Draft, names: Collection[str]) -> Iterable[ReadyText]:
    found = verbs.offered_texts(uow, draft, names)
    return [ReadyText(one.entry.body["purpose"], one.entry.label, one.text) for one in found]
