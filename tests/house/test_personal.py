"""Every column that can hold words is thought of: it goes with its person, is erased by somebody, or names nobody."""

from collections.abc import Iterator

from sqlalchemy import JSON, Column, String, Table

from itsm.core.db import Base
from itsm.plugins.machinery.desk import Desk

# Who erases it (`register_personal_data`), by table.
ERASED = {
    "person": "core.profile",
    "ticket": "core.tickets",
    "ticket_tag": "core.tickets",
    "work_time": "core.tickets",
    "ticket_comment": "core.comments",
    "ticket_attachment": "core.files",
    "intake": "core.intake",
    "config_revision": "core.revisions",
    "search_document": "search.documents",
    "notices_notice": "notices.notices",
}
# Why it holds no words of a person.
NAMELESS = {
    "event": "ids and codes only; the texts lie beside it",
    "event_text": "erased by `erase_texts`, with proof",
    "organisation": "a company", "organisation_domain": "a company's", "contract": "a company's",
    "answers_ready": "texts for everybody or a group; a person's own go with them",
    "team": "a group's name", "role": "a role's name", "services_service": "a service's name", "services_solver": "ids",
    "config_active": "names of documents", "desk_fact": "facts of the desk",
    "owed_call": "ids; tracebacks tell no values", "lease": "processes", "schedule": "names of schedules",
    "import_run": "names of the file's lines, forgotten after a year (see limits)",
    "plugin": "why it is off", "plugin_fault": "tracebacks, forgotten after 90 days (see limits)",
    "machinery_hook_time": "names of hooks", "search_mark": "how far a projection has come",
    "stored_file": "a content's hash; it goes when nothing names it",
    "spent": "hashes", "sign_in_failure": "a hash and a network",
    "intake_request": "what other systems sent, forgotten after 30 days", "monitoring_alert": "words of machines",
    "incidents_wait": "a code and a supplier's own number",
}  # fmt: skip
SHORT = 60


def wordy(table: Table) -> bool:
    """Whether it has a column for more than a code."""
    return any(isinstance(c.type, JSON) or (isinstance(c.type, String) and (c.type.length or 999) > SHORT)
               for c in table.columns)  # fmt: skip


def goes_with_its_person(table: Table) -> bool:
    """Whether the database itself would delete its rows with the person."""
    return any(_to_person(column) for column in table.columns)


def _to_person(column: Column[object]) -> bool:
    return any(k.column.table.name == "person" and k.ondelete == "CASCADE" for k in column.foreign_keys)


def ours() -> Iterator[Table]:
    """The tables of the house and of the bundled plugins; other tests bring tables of their own."""
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.startswith("itsm"):
            yield from (table for table in mapper.tables if isinstance(table, Table))


def test_every_table_that_can_hold_words_of_people_is_thought_of(desk: Desk) -> None:
    known = ERASED.keys() | NAMELESS.keys()
    forgotten = {table.name for table in ours() if wordy(table) and not goes_with_its_person(table)} - known
    assert forgotten == set(), "declare them with register_personal_data, or say here why they name nobody"
    assert set(ERASED.values()) <= desk.registry.brought["register_personal_data"].keys()
