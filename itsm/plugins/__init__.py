"""The door for authors: `from itsm.plugins import …`. A plugin imports nothing else of ours."""

from typing import Any

from itsm.blocks.answers.verbs import run_macro
from itsm.blocks.calendars.rules import (
    Calendar,
    Shift,
    is_open,
    next_close,
    next_open,
    open_seconds,
    shift_at,
)
from itsm.blocks.calendars.rules import add as add_open_seconds
from itsm.blocks.calendars.verbs import calendar
from itsm.blocks.notices.hookspecs import NoticeTemplate
from itsm.blocks.notices.verbs import notify
from itsm.blocks.rules.hookspecs import Effect as RuleEffect
from itsm.blocks.rules.hookspecs import Past as RulePast
from itsm.blocks.rules.hookspecs import RuleListType
from itsm.blocks.rules.hookspecs import Variable as RuleVariable
from itsm.blocks.rules.rules.run import Outcome as RuleOutcome
from itsm.blocks.rules.verbs import run_rules
from itsm.blocks.search.hookspecs import Searchable, SearchText
from itsm.blocks.search.verbs import find_subjects, owe_documents
from itsm.blocks.services.models import Service
from itsm.core.access.conditions import in_reach
from itsm.core.access.pages.blueprint import admit
from itsm.core.access.pages.confirm import confirmed
from itsm.core.access.verbs import (
    actor_of_person,
    add_account,
    identities_of,
    link_identity,
    people_who_may,
    person_of_identity,
    sign_in_as,
    unlink_identity,
)
from itsm.core.act import Act, Actor, system
from itsm.core.configuration.verbs import Document, document, parsed_document
from itsm.core.db import Base, BigId, Id, Json, Utc
from itsm.core.db.types import utc_text
from itsm.core.errors import Conflict, DeskError, Forbidden, Invalid, NotAllowedNow, Refusal, Stale, Unknown
from itsm.core.fields.verbs import choices_of, move_references
from itsm.core.files.outside import FileStore
from itsm.core.hookspecs.alerts import (
    Alert,
    AlertRequest,
    AlertSeverity,
    AlertSource,
    AlertStatus,
    RefusedAlert,
    SignedRequest,
)
from itsm.core.hookspecs.decides import ReplyEffect
from itsm.core.hookspecs.declarations import (
    CallHandler,
    Choice,
    Command,
    ConfigurationPart,
    DocumentType,
    Field,
    Finding,
    Importer,
    Kind,
    NavEntry,
    Panel,
    Permission,
    ReferenceType,
    Routes,
    Schedule,
    SignInButton,
    SignInMethod,
    Visible,
    When,
)
from itsm.core.hookspecs.guards import Draft
from itsm.core.hookspecs.imports import ImportJob, ImportReport, RefusedLine
from itsm.core.hookspecs.marks import Deprecated, hook, spec
from itsm.core.hookspecs.observes import Happened
from itsm.core.hookspecs.outside import OutsideCall
from itsm.core.hookspecs.personal import PersonalData, Retained, Whose
from itsm.core.hookspecs.shows import Badge, NavMark, ReadyText
from itsm.core.hookspecs.voices import Voice
from itsm.core.intake.verbs import (
    Inbound,
    IntakeFigures,
    RefusedItem,
    Settled,
    WaitingItem,
    intake_figures,
    known_events,
    refused_items,
    settle_items,
    take_in_request,
    waiting_items,
)
from itsm.core.ledger.verbs import append as append_event
from itsm.core.ledger.verbs import history
from itsm.core.outbound.verbs import outbound
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.people.verbs import (
    Met,
    add_organisation,
    add_person,
    change_organisation,
    change_person,
    find_by_address,
    find_duplicates,
    find_or_meet,
    merge_organisations,
    merge_people,
    survivor_of,
)
from itsm.core.refusals import load_list
from itsm.core.schemas import Among, Answer, Body, Ident, Key, LabelField, Line, Size, Strict, Whole, Within, YesNo
from itsm.core.texts import Label, Message, fold, label_text, say
from itsm.core.tickets.models import Comment, Ticket
from itsm.core.tickets.schemas import EntriesSchema, EntrySchema, check_entries
from itsm.core.tickets.seen import inner_tickets, may_on, visible_tickets
from itsm.core.tickets.verbs import (
    Step,
    add_comment,
    add_tag,
    change_ticket,
    claim_ticket,
    count_tickets,
    find_ticket,
    link_tickets,
    list_tickets,
    log_work,
    merge_ticket,
    move_ticket,
    open_ticket,
    record_history,
    set_parent,
    split_ticket,
    touched_by_people,
    watch,
)
from itsm.core.web.edge import PUBLIC, SIGNED_IN, actor, needs, reading, translated, writing
from itsm.core.web.frame import render as render_page
from itsm.core.web.parser import ApiBlueprint, parse_json
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.deprecation import OLD_NAMES, old_name
from itsm.plugins.machinery.members import About

__all__ = [
    "PUBLIC", "SIGNED_IN", "About", "Act", "Actor", "Alert", "AlertRequest", "AlertSeverity", "AlertSource",
    "AlertStatus", "Among", "Answer", "ApiBlueprint", "Badge", "Base", "BigId", "Body", "Calendar", "CallHandler",
    "Choice", "Command", "Comment", "ConfigurationPart", "Conflict", "Deprecated", "DeskError", "Document",
    "DocumentType", "Draft", "EntriesSchema", "EntrySchema", "Field", "FileStore", "Finding", "Forbidden", "Happened",
    "Id", "Ident", "ImportJob", "ImportReport", "Importer", "Inbound", "IntakeFigures", "Invalid", "Json", "Key",
    "Kind", "Label", "LabelField", "Line", "Message", "Met", "NavEntry", "NavMark", "NotAllowedNow", "NoticeTemplate",
    "Organisation", "OutsideCall", "Panel", "Permission", "Person", "PersonalData", "ReadyText", "ReferenceType",
    "Refusal", "RefusedAlert", "RefusedItem", "RefusedLine", "ReplyEffect", "Retained", "Routes", "RuleEffect",
    "RuleListType", "RuleOutcome", "RulePast", "RuleVariable", "Schedule", "SearchText", "Searchable", "Service",
    "Settled", "Shift", "SignInButton", "SignInMethod", "SignedRequest", "Size", "Stale", "Step", "Strict", "Team",
    "Ticket", "UnitOfWork", "Unknown", "Utc", "Visible", "Voice", "WaitingItem", "When", "Whole", "Whose", "Within",
    "YesNo", "actor", "actor_of_person", "add_account", "add_comment", "add_open_seconds", "add_organisation",
    "add_person", "add_tag", "admit", "append_event", "calendar", "change_organisation", "change_person",
    "change_ticket", "check_entries", "choices_of", "claim_ticket", "confirmed", "count_tickets", "document",
    "find_by_address", "find_duplicates", "find_or_meet", "find_subjects", "find_ticket", "fold", "history", "hook",
    "identities_of", "in_reach", "inner_tickets", "intake_figures", "is_open", "known_events", "label_text",
    "link_identity", "link_tickets", "list_tickets", "load_list", "log_work", "may_on", "merge_organisations",
    "merge_people", "merge_ticket", "move_references", "move_ticket", "needs", "next_close", "next_open", "notify",
    "open_seconds", "open_ticket", "outbound", "owe_documents", "parse_json", "parsed_document", "people_who_may",
    "person_of_identity", "reading", "record_history", "refused_items", "render_page", "run_macro", "run_rules",
    "say", "set_parent", "settle_items", "shift_at", "sign_in_as", "spec", "split_ticket", "survivor_of", "system",
    "take_in_request", "touched_by_people", "translated", "unlink_identity", "utc_text", "visible_tickets",
    "waiting_items", "watch", "writing",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Names that the door had, while they last."""
    return old_name(name, OLD_NAMES, globals())
