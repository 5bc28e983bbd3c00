"""Take files in."""

from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

from itsm.core.configuration.verbs import document
from itsm.core.db import upsert
from itsm.core.errors import Invalid
from itsm.core.files.models import StoredFile, Upload
from itsm.core.files.outside import FileStore
from itsm.core.files.rules import is_taken, shown_name
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


class Kept(NamedTuple):
    """A content in the store under the name it came with."""

    sha256: str
    name: str
    size: int


def store_file(uow: UnitOfWork, *, store: FileStore, name: str, content: BinaryIO) -> Kept:
    """Store a file by its content, which is never looked into; of its name only the last part counts.

    What nothing names is nobody's to read. Raises `Invalid` for a kind that this desk does not take (`core.uploads`).
    """
    shown = shown_name(name)
    if not shown:
        raise Invalid.field("file", say("The file needs a name."))
    taken = document(uow, "core.uploads").body
    if not is_taken(shown, taken["refused"], taken["allowed"]):
        raise Invalid.field("file", say("This desk takes no files of this type: {name}.", name=shown))
    sha256, size = keep_content(uow, store=store, content=content)
    if uow.act.actor.person_id is not None:
        mine = {"sha256": sha256, "person_id": uow.act.actor.person_id}
        uow.session.execute(upsert(uow.session, Upload).values(mine).on_conflict_do_nothing())
    return Kept(sha256, shown, size)


def keep_content(uow: UnitOfWork, *, store: FileStore, content: BinaryIO) -> tuple[str, int]:
    """Store a content for what the caller names it in; (sha256, size in bytes)."""
    with store.staged(content) as staged:
        row = {"sha256": staged.sha256, "size": staged.size, "created_at": uow.now}
        # Waits for whoever removes this very content, and then makes the row anew: so the row comes first.
        known = upsert(uow.session, StoredFile).values(row)
        uow.session.execute(known.on_conflict_do_update(index_elements=["sha256"], set_={"size": staged.size}))
        staged.keep()
    return staged.sha256, staged.size


def forget_files(uow: UnitOfWork, *, sha256s: Iterable[str]) -> None:
    """Have contents removed after the commit, unless something else names them."""
    gone = sorted(set(sha256s))
    if gone:
        uow.later("core.remove_unnamed", sha256s=gone)
