"""Try a body before it is saved or put in force: what would change, and what it would mean here."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from marshmallow import ValidationError

from itsm.core.configuration.models import Revision
from itsm.core.configuration.rules import Change, compare
from itsm.core.configuration.schemas import in_order, plain
from itsm.core.configuration.verbs.documents import check_document, document, document_type, find_revision
from itsm.core.hookspecs.declarations import DocumentType, Finding
from itsm.core.schemas import MAX_ID
from itsm.core.work.uow import UnitOfWork


class Trial(NamedTuple):
    """What a body would change against the one in force, and what its document finds in it."""

    changes: Sequence[Change]
    findings: Sequence[Finding]


def try_document(uow: UnitOfWork, *, name: str, body: Any) -> Trial:
    """Check a body and try it out; nothing is written. Raises `Invalid` for a body that cannot be."""
    uow.require("core.configure")
    checked = check_document(uow, name=name, body=body)
    declared = document_type(uow, name)
    found = declared.try_out(uow, checked) if declared.try_out is not None else ()
    return Trial(compare(normal(declared, document(uow, name).body), normal(declared, checked)), list(found))


def difference(uow: UnitOfWork, *, revision_id: int, against: int | None = None) -> Sequence[Change]:
    """What putting this revision in force would change; `against` another revision than the one in force, 0 = default.

    An unknown or foreign revision to compare with counts as the default.
    """
    revision = find_revision(uow, revision_id=revision_id)
    declared = document_type(uow, revision.document)
    before = document(uow, revision.document).body
    if against is not None:
        other = uow.session.get(Revision, against) if 0 < against <= MAX_ID else None
        before = other.body if other is not None and other.document == revision.document else declared.default
    return compare(normal(declared, before), normal(declared, revision.body))


def normal(declared: DocumentType, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with all that its schema fills in, in the schema's order; as it is, when an older schema allowed it."""
    schema = declared.schema()
    try:
        return in_order(schema, schema.load(dict(body)))
    except ValidationError:
        found: dict[str, Any] = plain(body)
        return found
