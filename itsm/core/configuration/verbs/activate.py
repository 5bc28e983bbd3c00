"""Put a revision in force, put an older one back, return to what was shipped."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from itsm.core.configuration.models import ActiveRevision, Revision
from itsm.core.configuration.verbs.documents import (
    check_document,
    check_match,
    document,
    document_type,
    find_revision,
    save_document,
    stated,
    tell,
)
from itsm.core.db import upsert
from itsm.core.desk.verbs import new_generation
from itsm.core.errors import Conflict
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def activate_document(uow: UnitOfWork, *, revision_id: int, reason: str = "", match: int | None = None) -> Revision:
    """Put a saved revision in force, in every process from its next request on.

    reason: needed to put back one that is older than the one in force. match: the revision in force that the actor
    saw, 0 for the default; raises `Stale` when it is another one. Raises `Invalid` when the body does not fit the desk.
    """
    uow.require("core.configure")
    revision = find_revision(uow, revision_id=revision_id)
    check_document(uow, name=revision.document, body=revision.body)
    put_in_force(uow, revision, reason=reason, match=match)
    return revision


def change_document(uow: UnitOfWork, *, name: str, body: Any, reason: str, match: int | None = None) -> Revision:
    """Save a body and put it in force at once; see `save_document` and `activate_document`."""
    revision = save_document(uow, name=name, body=body, reason=reason, match=match)
    put_in_force(uow, revision, match=match)
    return revision


def put_in_force(uow: UnitOfWork, revision: Revision, *, reason: str = "", match: int | None = None) -> None:
    """Put a revision whose body was checked in force."""
    name = revision.document
    before = _lock(uow, name, revision.id, match)
    if before == revision.id:
        raise Conflict(say("This revision is in force already."))
    back = before > revision.id
    why = stated(reason) if back else reason.strip() or revision.reason
    old = document(uow, name).body
    uow.session.get_one(ActiveRevision, name).revision_id = revision.id
    more = {"number": revision.number, "before": before}
    _take_effect(uow, name, old, revision.body)
    tell(uow, "document_put_back" if back else "document_activated", name, revision.id, more, why)


def restore_default(uow: UnitOfWork, *, name: str, reason: str, match: int | None = None) -> None:
    """Return to the body that was shipped with the code, which later versions of it may improve."""
    uow.require("core.configure")
    declared = document_type(uow, name)
    forget(uow)
    why, active = stated(reason), _locked(uow, name)
    check_match(uow, name, match)
    if active is None:
        raise Conflict(say("This document is as shipped already."))
    old, before = document(uow, name).body, active.revision_id
    uow.session.delete(active)
    _take_effect(uow, name, old, declared.default)
    tell(uow, "document_put_back", name, 0, {"before": before}, why)


def _take_effect(uow: UnitOfWork, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    uow.session.flush()
    forget(uow)
    declared = document_type(uow, name)
    if declared.on_activate is not None:
        declared.on_activate(uow, old, new)
    new_generation(uow)


def forget(uow: UnitOfWork) -> None:
    """What is in force is to be read anew by this unit of work."""
    for key in [key for key in uow.memo if key == "documents" or key.startswith("workflow.")]:
        del uow.memo[key]


def _lock(uow: UnitOfWork, name: str, revision_id: int, match: int | None) -> int:
    """Lock the document until the end of the act; the revision in force, 0 for the default.

    The first one ever put in force makes the row that others lock.
    """
    forget(uow)
    fresh = upsert(uow.session, ActiveRevision).values(document=name, revision_id=revision_id)
    made = uow.session.scalar(fresh.on_conflict_do_nothing().returning(ActiveRevision.document))
    active = None if made is not None else _locked(uow, name)
    before = active.revision_id if active is not None else 0
    uow.memo["documents"] = {**_others(uow, name), **({name: before} if before else {})}
    check_match(uow, name, match)
    return before


def _locked(uow: UnitOfWork, name: str) -> ActiveRevision | None:
    statement = select(ActiveRevision).where(ActiveRevision.document == name).with_for_update()
    row: ActiveRevision | None = uow.session.scalars(statement.execution_options(populate_existing=True)).first()
    return row


def _others(uow: UnitOfWork, name: str) -> Mapping[str, int]:
    rows = select(ActiveRevision.document, ActiveRevision.revision_id).where(ActiveRevision.document != name)
    return {document: revision for document, revision in uow.session.execute(rows)}
