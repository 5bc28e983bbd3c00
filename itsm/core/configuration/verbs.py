"""Read, save and activate configuration documents."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from marshmallow import ValidationError
from sqlalchemy import func, select

from itsm.core.configuration.models import ActiveRevision, Revision
from itsm.core.desk.verbs import new_generation
from itsm.core.errors import Conflict, Invalid, Refusal, Unknown
from itsm.core.hookspecs.declarations import DocumentType
from itsm.core.ledger.verbs import append
from itsm.core.refusals import refusals_of
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

ACTIVE = select(ActiveRevision.document, ActiveRevision.revision_id)


class Document(NamedTuple):
    """A document in force. `revision` is the id to store with a decision; 0 is the default that was shipped."""

    revision: int
    body: Mapping[str, Any]


def document(uow: UnitOfWork, name: str) -> Document:
    """The document `name` as it is in force now; one small query per unit of work for all documents."""
    active = uow.memo.get("documents")
    if active is None:
        rows = uow.session.execute(ACTIVE)
        active = uow.memo["documents"] = {document: revision for document, revision in rows}
    revision = active.get(name, 0)
    return Document(revision, _body(uow, revision) if revision else _type(uow, name).default)


def _body(uow: UnitOfWork, revision: int) -> Mapping[str, Any]:
    """Revisions never change, so a desk keeps those it has read."""
    if revision not in uow.registry.revisions:
        uow.registry.revisions[revision] = uow.session.get_one(Revision, revision).body
    return uow.registry.revisions[revision]


def _type(uow: UnitOfWork, name: str) -> DocumentType:
    if name not in uow.registry.documents:
        raise Unknown(say("There is no configuration document {name}.", name=name))
    return uow.registry.documents[name]


def check_document(uow: UnitOfWork, *, name: str, body: Any) -> dict[str, Any]:
    """The body as the document's schema understands it; raises `Invalid` naming each place that is wrong."""
    declared = _type(uow, name)
    try:
        loaded: dict[str, Any] = declared.schema().load(body)
    except ValidationError as error:
        raise Invalid(refusals=refusals_of(error.messages)) from error
    if declared.check is not None:
        declared.check(loaded)
    if declared.check_desk is not None:
        declared.check_desk(uow, loaded)
    return loaded


def save_document(uow: UnitOfWork, *, name: str, body: Any, reason: str) -> Revision:
    """Save a new revision; it changes nothing until it is activated."""
    uow.require("core.configure")
    checked = check_document(uow, name=name, body=body)
    if not reason.strip():
        raise Invalid(refusals=[Refusal("reason", say("Say why, for those who read the history later."))])
    last = uow.session.scalar(select(func.max(Revision.number)).where(Revision.document == name)) or 0
    revision = Revision(
        document=name,
        number=last + 1,
        body=checked,
        author_id=uow.act.actor.person_id,
        reason=reason.strip(),
        created_at=uow.now,
    )
    uow.session.add(revision)
    uow.session.flush()
    _tell(uow, "document_saved", revision)
    return revision


def activate_document(uow: UnitOfWork, *, revision_id: int) -> Revision:
    """Put a saved revision in force, in every process from its next request on."""
    uow.require("core.configure")
    revision = uow.session.get(Revision, revision_id)
    if revision is None:
        raise Unknown(say("There is no revision {id}.", id=revision_id))
    active = uow.session.get(ActiveRevision, revision.document, with_for_update=True)
    if active is None:
        uow.session.add(ActiveRevision(document=revision.document, revision_id=revision.id))
    elif active.revision_id == revision.id:
        raise Conflict(say("This revision is in force already."))
    else:
        active.revision_id = revision.id
    uow.session.flush()
    uow.memo.pop("documents", None)
    new_generation(uow)
    _tell(uow, "document_activated", revision)
    return revision


def active_numbers(uow: UnitOfWork) -> Mapping[str, int]:
    """Document → number of the revision in force; those at their default are absent."""
    uow.require("core.configure")
    statement = select(ActiveRevision.document, Revision.number).join(Revision)
    return {name: number for name, number in uow.session.execute(statement)}


def list_revisions(uow: UnitOfWork, *, name: str, limit: int = 50) -> Sequence[Revision]:
    """The newest revisions of a document."""
    uow.require("core.configure")
    _type(uow, name)
    statement = select(Revision).where(Revision.document == name).order_by(Revision.id.desc())
    return uow.session.scalars(statement.limit(limit)).all()


def _tell(uow: UnitOfWork, type: str, revision: Revision) -> None:
    facts = {"document": revision.document, "revision": revision.id, "number": revision.number}
    append(uow, stream="configuration", subject_id=revision.id, type=type, facts=facts, texts={"why": revision.reason})
