"""Every request that writes leaves an event: watched in all tests, wherever a request is served.

`watching(engine)` listens to the statements of a world's engine and to the commits of its units of work. A commit
inside a request that changed a table and wrote no event is a fault of the verb behind it, unless what it changed is
listed here with its reason.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Engine, event

from itsm.core.work.session import DeskSession

CHANGE = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?(?:\s+SET\s+"?(\w+)"?)?', re.IGNORECASE)
# What may be written without an event, and why.
SILENT = {
    "owed_call": "work that follows from an event, or from a time",
    "lease": "who does the background work just now",
    "schedule": "when something is due next",
    "intake": "a row of proof of its own; the ticket that it opened has its event",
    "intake_request": "what came in, as it came: its items are rows of proof of their own",
    "sign_in_failure": "attempts of nobody in particular, counted for minutes",
    "spent": "what is good once, kept so that it is not good twice",
    "desk_fact": "the generation; what raised it has its event",
    "stored_file": "a content that nothing names yet; what names it has its event",
    "stored_upload": "who brought such a content",
    "notices_notice": "projections of events, and which of them somebody has read",
    "preference": "how the desk looks to one person, who alone sees it",
    "ticket_presence": "who looks at a ticket just now, forgotten a minute later",
    "saved_view": "what one person looks at, who alone sees it",
    "plugin_fault": "a row of proof of its own",
    "search_document": "a projection of events",
    "search_index": "a projection of events",
    "search_mark": "how far a projection has come",
}
# Times of use: (table, first column that is set).
TIMES = {
    ("login_session", "seen_at"),
    ("api_token", "last_used_at"),
    ("login_session", "hash"),  # the secret is new at every step and confirmation; what was proved has its event
    ("passkey", "counter"),
    ("code_factor", "last_step"),
    ("account", "password_hash"),  # made anew with today's cost when its owner signs in
}


@contextmanager
def watching(engine: Engine) -> Iterator[list[str]]:
    """The writes without an event, as `METHOD route: tables`, in the order in which they came."""
    written: set[str] = set()
    found: list[str] = []

    def noted(connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        change = CHANGE.match(statement)
        if change and has_request_context() and _touched(connection.dialect.name, cursor.rowcount, statement):
            table, column = change[2].lower(), (change[3] or "").lower()
            if table not in SILENT and (table, column) not in TIMES and not table.startswith("machinery_"):
                written.add(table)

    def committed(session: Any) -> None:
        whole = not session.in_nested_transaction()  # the end of a savepoint is told too
        if whole and written and "event" not in written and has_request_context():
            found.append(f"{request.method} {request.url_rule}: {', '.join(sorted(written))}")

    def ended(_session: Any, transaction: Any) -> None:
        if transaction.parent is None:
            written.clear()

    event.listen(engine, "after_cursor_execute", noted)
    event.listen(DeskSession, "after_commit", committed)
    event.listen(DeskSession, "after_transaction_end", ended)
    try:
        yield found
    finally:
        event.remove(engine, "after_cursor_execute", noted)
        event.remove(DeskSession, "after_commit", committed)
        event.remove(DeskSession, "after_transaction_end", ended)


def _touched(engine: str, rows: int, statement: str) -> bool:
    """Whether a statement changed any row. Of one that may change none and returns what it changed, SQLite tells the
    number only when its rows are read; there PostgreSQL, on which every test runs too, has the say."""
    if engine == "sqlite" and "RETURNING" in statement:
        return statement.lstrip().startswith("INSERT") and "ON CONFLICT" not in statement
    return rows != 0
