"""The core's own table of contents: it registers through the same hooks as any plugin."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from itsm.core.access.documents import access_documents
from itsm.core.access.pages import pages as access_pages
from itsm.core.accounts.api import api as accounts_api
from itsm.core.accounts.pages import pages as accounts_pages
from itsm.core.act import Actor
from itsm.core.administration.nav import administration_nav
from itsm.core.administration.pages import pages as administration_pages
from itsm.core.administration.verbs import core_attention
from itsm.core.configuration.pages import pages as configuration_pages
from itsm.core.configuration.verbs.parts import core_parts
from itsm.core.evidence.jobs import seal
from itsm.core.fields.api import api as fields_api
from itsm.core.fields.documents import fields_document
from itsm.core.fields.guarded import rules_document
from itsm.core.fields.pages import pages as fields_pages
from itsm.core.fields.references import core_references
from itsm.core.fields.verbs import rework_field
from itsm.core.files.documents import file_documents
from itsm.core.files.jobs import remove_unnamed
from itsm.core.hookspecs.declarations import (
    CallHandler,
    ConfigurationPart,
    DocumentType,
    Field,
    Importer,
    NavEntry,
    Permission,
    ReferenceType,
    Routes,
    Schedule,
    Visible,
)
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.personal import PersonalData, Retained
from itsm.core.hookspecs.registry import Registry
from itsm.core.hookspecs.shows import Attention
from itsm.core.importing.runs.jobs import keep_report, run_import
from itsm.core.importing.runs.pages import pages as import_pages
from itsm.core.importing.runs.verbs import forget_runs
from itsm.core.ledger.jobs import expand
from itsm.core.people.api import api as people_api
from itsm.core.people.documents import people_documents
from itsm.core.people.models import Address, Organisation, OrganisationDomain, Person, Team
from itsm.core.people.pages import pages as people_pages
from itsm.core.people.seen import (
    visible_addresses,
    visible_domains,
    visible_organisations,
    visible_people,
    visible_teams,
)
from itsm.core.people.verbs import merge_references
from itsm.core.privacy.holders import core_holders
from itsm.core.privacy.jobs import forget_old, forget_some
from itsm.core.privacy.kept import core_retained
from itsm.core.privacy.pages import pages as privacy_pages
from itsm.core.privacy.rows import delete_own_rows
from itsm.core.privacy.schemas import retention_document
from itsm.core.privacy.verbs import erase_stragglers
from itsm.core.tickets.api import api_blueprint
from itsm.core.tickets.documents import core_documents
from itsm.core.tickets.jobs import remap
from itsm.core.tickets.models import Attachment, Comment, Ticket
from itsm.core.tickets.offered import forms_document
from itsm.core.tickets.pages import pages as ticket_pages
from itsm.core.tickets.rules import FIRST_CONTACT
from itsm.core.tickets.seen import inner_tickets, is_staff_everywhere, visible_tickets
from itsm.core.views.documents import views_document
from itsm.core.work.jobs.clockwork import forget_receipts
from itsm.core.work.pages import pages as work_pages
from itsm.core.work.uow import UnitOfWork

STAFF = ("agent", "head", "administrator")
EVERYONE = ("requester", *STAFF)
ADMIN = ("administrator",)


@hook
def register_permissions() -> Sequence[Permission]:
    head = ("head", *ADMIN)
    return (
        Permission("tickets.open", {"en": "Open tickets", "ru": "Регистрировать обращения"}, EVERYONE, True),
        Permission("tickets.read", {"en": "Read own tickets", "ru": "Читать свои обращения"}, EVERYONE, True),
        Permission(
            "tickets.read_team",
            {"en": "Read the tickets of own groups and those assigned", "ru": "Читать обращения своих групп и свои"},
            ADMIN, True,  # who reads all gives it on: nobody gives what they do not hold
        ),
        Permission("tickets.read_all", {"en": "Read all tickets", "ru": "Читать все обращения"}, STAFF, True),
        Permission("tickets.work", {"en": "Work on tickets", "ru": "Обрабатывать обращения"}, STAFF, True),
        Permission("tickets.comment", {"en": "Comment", "ru": "Комментировать"}, EVERYONE, True),
        Permission("tickets.internal", {"en": "Internal notes", "ru": "Внутренние заметки"}, STAFF, True),
        Permission("people.read", {"en": "See people", "ru": "Видеть людей"}, STAFF, True),
        Permission("people.edit", {"en": "Edit people", "ru": "Изменять людей"}, head, True),
        Permission("people.meet", {"en": "Register unknown people", "ru": "Регистрировать неизвестных"}, STAFF, True),
        Permission("people.merge", {"en": "Merge duplicates", "ru": "Объединять дубли"}, head),
        Permission("people.erase", {"en": "Erase people", "ru": "Удалять данные людей"}, ADMIN),
        Permission("people.export", {"en": "Hand out a person's data", "ru": "Выгружать данные о человеке"}, ADMIN),
        Permission("people.teams", {"en": "Edit groups", "ru": "Изменять группы"}, ADMIN),
        Permission("people.accounts", {"en": "Accounts, roles, tokens", "ru": "Учётные записи, роли, токены"}, ADMIN),
        Permission("core.import", {"en": "Import files", "ru": "Загружать данные из файлов"}, ADMIN),
        Permission("core.configure", {"en": "Configure the desk", "ru": "Настраивать службу"}, ADMIN),
        Permission("core.plugins", {"en": "Switch plugins", "ru": "Включать модули"}, ADMIN),
        Permission("core.calls", {"en": "Background jobs", "ru": "Фоновые задания"}, ADMIN),
        Permission("core.evidence", {"en": "Verify and seal the ledger", "ru": "Проверять и заверять журнал"}, ADMIN),
        Permission("core.events", {"en": "Read the event stream", "ru": "Читать поток событий"}, ADMIN),
    )  # fmt: skip


@hook
def register_references() -> Sequence[ReferenceType]:
    return core_references()


@hook
def register_fields() -> Sequence[Field]:
    label = {"en": "Resolved at first contact", "ru": "Решено при первом обращении"}
    return (Field(FIRST_CONTACT, "yes_no", label, filterable=True, on_form=False, written_by="plugin"),)


@hook
def register_documents() -> Sequence[DocumentType | Callable[[Registry], Sequence[DocumentType]]]:
    own = (*core_documents(), *people_documents(), *access_documents(), *file_documents())
    return (*own, fields_document(), rules_document(), forms_document(), views_document(), retention_document)


@hook
def register_importers() -> Sequence[Importer]:
    """Named, not imported: reading spreadsheets costs a quarter of a second that no other process should pay."""
    where = "itsm.core.importing"
    return (
        Importer(
            "tickets",
            {"en": "Tickets with their history", "ru": "Обращения с историей"},
            f"{where}.verbs:import_tickets",
        ),
        Importer(
            "people", {"en": "People and organisations", "ru": "Люди и организации"}, f"{where}.people:import_people"
        ),
        Importer(
            "config",
            {"en": "Configuration of a desk", "ru": "Настройка службы"},
            "itsm.core.configuration.commands:import_config",
        ),
    )


@hook
def register_configuration() -> Sequence[ConfigurationPart]:
    return core_parts()


@hook
def register_personal_data() -> Sequence[PersonalData]:
    return (*core_holders(), PersonalData("core.rows", None, delete_own_rows, 800))


@hook
def register_retention() -> Sequence[Retained]:
    runs = {"en": "Imports with their reports", "ru": "Импорты с отчётами"}
    return (*core_retained(), Retained("core.imports", runs, forget_runs, 365))


@hook
def register_calls() -> Sequence[CallHandler]:
    return (
        CallHandler("core.expand", expand),
        CallHandler("core.erase_stragglers", erase_stragglers, long=True, timeout=600),
        CallHandler("core.forget_old", forget_old, late="drop"),
        CallHandler("core.forget_some", forget_some, late="drop", timeout=300),
        CallHandler("core.remove_unnamed", remove_unnamed, timeout=300),
        CallHandler("core.seal", seal, late="drop", timeout=600),
        CallHandler("core.forget_receipts", forget_receipts, late="drop"),
        CallHandler("core.import_file", keep_report, long=True, timeout=4 * 3600, outside=run_import),
        CallHandler("core.merge_references", merge_references, long=True),
        CallHandler("core.remap", remap, timeout=300, long=True),
        CallHandler("core.rework_field", rework_field, timeout=600, long=True),
    )


@hook
def register_schedules() -> Sequence[Schedule]:
    return (
        Schedule("core.receipts", "core.forget_receipts", timedelta(days=1)),
        Schedule("core.forget_old", "core.forget_old", timedelta(days=1)),
        Schedule("core.seal", "core.seal", timedelta(hours=1)),
    )


@hook
def register_routes() -> Sequence[Routes]:
    pages = (
        ticket_pages, fields_pages, people_pages, privacy_pages, access_pages, accounts_pages, configuration_pages,
        work_pages, administration_pages, import_pages,
    )  # fmt: skip
    apis = (api_blueprint, fields_api, people_api, accounts_api)
    return (*(Routes(api, "api", at="/api/v1") for api in apis), *(Routes(blueprint, at="") for blueprint in pages))


@hook
def register_nav() -> Sequence[NavEntry]:
    return (
        NavEntry({"en": "Home", "ru": "Главная"}, "tickets.home", 5, "tickets.internal"),
        NavEntry({"en": "Tickets", "ru": "Обращения"}, "tickets.queue", 10, "tickets.read"),
        NavEntry({"en": "People", "ru": "Люди"}, "people.search", 50, "people.read"),
        *administration_nav(),
    )


@hook
def needs_attention(uow: UnitOfWork) -> Iterator[Attention]:
    return core_attention(uow)


@hook
def register_visibility() -> Sequence[Visible]:
    return (
        Visible(Ticket, visible_tickets, inner_tickets),
        Visible(Comment, lambda actor: _parts(actor, Comment)),
        Visible(Attachment, lambda actor: _parts(actor, Attachment)),
        Visible(Person, visible_people),
        Visible(Organisation, visible_organisations),
        Visible(OrganisationDomain, visible_domains),
        Visible(Address, visible_addresses),
        Visible(Team, visible_teams),
    )


def _parts(actor: Actor, model: Any) -> ColumnElement[bool]:
    """Comments and files: the public ones of visible tickets, all of those whose internal side is visible."""
    if is_staff_everywhere(actor):
        return true()
    public = and_(model.ticket_id.in_(select(Ticket.id).where(visible_tickets(actor))), model.public)
    if not actor.holds("tickets.internal"):
        return public
    return or_(public, model.ticket_id.in_(select(Ticket.id).where(inner_tickets(actor))))
