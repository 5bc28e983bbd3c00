"""Read, check and save configuration documents."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from marshmallow import ValidationError
from sqlalchemy import func, select

from itsm.core.configuration.models import ActiveRevision, Revision
from itsm.core.db import upsert
from itsm.core.errors import Conflict, Invalid, Stale, Unknown
from itsm.core.hookspecs.declarations import DocumentType
from itsm.core.ledger.verbs import append
from itsm.core.refusals import loaded
from itsm.core.schemas import MAX_ID
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

T = TypeVar("T")
ACTIVE = select(ActiveRevision.document, ActiveRevision.revision_id)
FRESH = "fresh_revisions"


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
    return Document(revision, _body(uow, name, revision) if revision else document_type(uow, name).default)


def parsed_document(uow: UnitOfWork, name: str, parse: Callable[[Mapping[str, Any]], T]) -> tuple[int, T]:
    """(revision, what `parse` makes of the body): made once for each revision and desk."""
    found = document(uow, name)
    if found.revision in uow.memo.get(FRESH, ()):
        return found.revision, parse(found.body)
    return found.revision, parsed_revision(uow, name, found.revision, parse)


def parsed_revision(uow: UnitOfWork, name: str, revision: int, parse: Callable[[Mapping[str, Any]], T]) -> T:
    """What `parse` makes of a revision of which another query told that it is in force; 0 is the default."""
    key = (name, revision)
    if key not in uow.registry.parsed:
        uow.registry.parsed[key] = parse(_body(uow, name, revision) if revision else document_type(uow, name).default)
    made: T = uow.registry.parsed[key]
    return made


def _body(uow: UnitOfWork, name: str, revision: int) -> Mapping[str, Any]:
    """Revisions never change, so a desk keeps those it has read; but for this act's own, which may be rolled back."""
    fresh: Mapping[int, Mapping[str, Any]] = uow.memo.get(FRESH, {})
    if revision in fresh:
        return fresh[revision]
    if revision not in uow.registry.revisions:
        stored = uow.session.get_one(Revision, revision).body
        uow.registry.revisions[revision] = _of_today(uow.registry.documents.get(name), stored)
    return uow.registry.revisions[revision]


def _of_today(declared: DocumentType | None, stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body that was saved under an earlier schema with what the schema of today fills in, where it still fits."""
    if declared is None:
        return stored
    try:
        loaded: Mapping[str, Any] = declared.schema().load(dict(stored))
    except ValidationError:
        return stored
    return loaded


def document_type(uow: UnitOfWork, name: str) -> DocumentType:
    """What is declared of the document; raises `Unknown` for a name that nobody registered."""
    if name not in uow.registry.documents:
        raise Unknown(say("There is no configuration document {name}.", name=name))
    return uow.registry.documents[name]


def check_body(uow: UnitOfWork, *, name: str, body: Any) -> dict[str, Any]:
    """The body as the document's schema and its own rule understand it, whatever stands elsewhere in the desk."""
    declared = document_type(uow, name)
    understood: dict[str, Any] = loaded(declared.schema(), body)
    if declared.check is not None:
        declared.check(understood)
    return understood


def check_document(uow: UnitOfWork, *, name: str, body: Any) -> dict[str, Any]:
    """The body as the document understands it in this desk; raises `Invalid` naming each place that is wrong."""
    loaded = check_body(uow, name=name, body=body)
    declared = document_type(uow, name)
    if declared.check_desk is not None:
        declared.check_desk(uow, loaded)
    return loaded


def save_document(uow: UnitOfWork, *, name: str, body: Any, reason: str, match: int | None = None) -> Revision:
    """Save a new revision; it changes nothing until it is activated.

    match: the revision in force that the body was made from, 0 for the default; raises `Stale` when there is another.
    """
    uow.require("core.configure")
    return store_revision(uow, name=name, body=check_document(uow, name=name, body=body), reason=reason, match=match)


def store_revision(
    uow: UnitOfWork, *, name: str, body: dict[str, Any], reason: str, match: int | None = None
) -> Revision:
    """Save a body that was checked."""
    check_match(uow, name, match)
    values = {
        "document": name,
        "body": body,
        "author_id": uow.act.actor.person_id,
        "reason": stated(reason),
        "created_at": uow.now,
    }
    revision = _insert(uow, values)
    uow.memo.setdefault(FRESH, {})[revision.id] = body
    tell(uow, "document_saved", revision.document, revision.id, {"number": revision.number}, revision.reason)
    return revision


def _insert(uow: UnitOfWork, values: Mapping[str, Any]) -> Revision:
    """With the next number; somebody who saves the same document at this moment gets another one."""
    last = select(func.max(Revision.number)).where(Revision.document == values["document"])
    for _ in range(20):
        number = (uow.session.scalar(last) or 0) + 1
        statement = upsert(uow.session, Revision).values(number=number, **values).on_conflict_do_nothing()
        id_ = uow.session.scalar(statement.returning(Revision.id))
        if id_ is not None:
            return uow.session.get_one(Revision, id_)
    raise Conflict(say("Others are saving this document at the same time; try again."))


def stated(reason: str) -> str:
    """The reason, which nobody may leave out."""
    if not reason.strip():
        raise Invalid.field("reason", say("Say why, for those who read the history later."))
    return reason.strip()[:500]


def check_match(uow: UnitOfWork, name: str, match: int | None) -> None:
    """Refuse when another revision is in force than the one that the actor saw."""
    if match is not None and document(uow, name).revision != match:
        raise Stale(say("The document {name} was changed meanwhile.", name=name))


def find_revision(uow: UnitOfWork, *, revision_id: int) -> Revision:
    """One saved revision of any document."""
    uow.require("core.configure")
    revision = uow.session.get(Revision, revision_id) if 0 < revision_id <= MAX_ID else None
    if revision is None:
        raise Unknown(say("There is no revision {id}.", id=revision_id))
    return revision


def list_revisions(uow: UnitOfWork, *, name: str, limit: int = 50) -> Sequence[Revision]:
    """The newest revisions of a document."""
    uow.require("core.configure")
    document_type(uow, name)
    statement = select(Revision).where(Revision.document == name).order_by(Revision.id.desc())
    return uow.session.scalars(statement.limit(limit)).all()


def active_revisions(uow: UnitOfWork) -> Mapping[str, Revision]:
    """Document → the revision in force; those at their default are absent."""
    uow.require("core.configure")
    statement = select(Revision).join(ActiveRevision, ActiveRevision.revision_id == Revision.id)
    return {revision.document: revision for revision in uow.session.scalars(statement)}


def tell(uow: UnitOfWork, type: str, name: str, revision: int, more: Mapping[str, Any], reason: str) -> None:
    """An event of the stream `configuration`."""
    facts = {"document": name, "revision": revision, **more}
    append(uow, stream="configuration", subject_id=revision, type=type, facts=facts, texts={"why": reason})
