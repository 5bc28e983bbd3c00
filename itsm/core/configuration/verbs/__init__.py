"""Configuration documents: what is in force, save, try, put in force, put back."""

from itsm.core.configuration.verbs.activate import activate_document, change_document, put_in_force, restore_default
from itsm.core.configuration.verbs.documents import (
    Document,
    active_revisions,
    check_document,
    document,
    document_type,
    find_revision,
    list_revisions,
    parsed_document,
    parsed_revision,
    save_document,
)
from itsm.core.configuration.verbs.trial import Trial, difference, normal, try_document
from itsm.core.configuration.verbs.whole import Outcome, Taken, export_desk, import_desk

__all__ = [
    "Document",
    "Outcome",
    "Taken",
    "Trial",
    "activate_document",
    "active_revisions",
    "change_document",
    "check_document",
    "difference",
    "document",
    "document_type",
    "export_desk",
    "find_revision",
    "import_desk",
    "list_revisions",
    "normal",
    "parsed_document",
    "parsed_revision",
    "put_in_force",
    "restore_default",
    "save_document",
    "try_document",
]
