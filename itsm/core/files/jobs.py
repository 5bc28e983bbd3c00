"""Contents that nothing names any more are removed from the store."""

from collections.abc import Sequence

from sqlalchemy import Text, cast, delete, select
from sqlalchemy.exc import IntegrityError

from itsm.core.fields.verbs.move import SUBJECTS
from itsm.core.files.models import StoredFile
from itsm.core.files.outside import FileStore
from itsm.core.work.uow import UnitOfWork


def remove_unnamed(uow: UnitOfWork, *, sha256s: Sequence[str]) -> None:
    """Remove those of these contents that no row and no field names.

    The content goes while the row's deletion is not committed yet: whoever stores the same content meanwhile waits for
    it, and then brings it anew.
    """
    store = FileStore(uow.registry.place.files, 0)
    for sha256 in sha256s:
        if not _stands_in_a_field(uow, sha256) and _deleted(uow, sha256):
            store.path(sha256).unlink(missing_ok=True)


def _stands_in_a_field(uow: UnitOfWork, sha256: str) -> bool:
    """Asked of the whole column: a field of a plugin that is away names its file too."""
    for model in SUBJECTS.values():
        named = select(model.id).where(cast(model.fields, Text).contains(sha256))
        if uow.session.scalars(named.limit(1)).first() is not None:
            return True
    return False


def _deleted(uow: UnitOfWork, sha256: str) -> bool:
    point = uow.session.begin_nested()
    try:
        uow.session.execute(delete(StoredFile).where(StoredFile.sha256 == sha256))
    except IntegrityError:
        point.rollback()
        return False
    point.commit()
    return True
