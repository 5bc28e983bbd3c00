"""Take files in."""

from typing import BinaryIO, NamedTuple

from itsm.core.errors import Invalid
from itsm.core.files.models import StoredFile
from itsm.core.files.outside import FileStore
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


class Kept(NamedTuple):
    """A content in the store under the name it came with."""

    sha256: str
    name: str
    size: int


def store_file(uow: UnitOfWork, *, store: FileStore, name: str, content: BinaryIO) -> Kept:
    """Store a file by its content; of its name only the last part counts. What nothing names is nobody's to read."""
    shown = LINE_CONTROL.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[:255]
    if shown in ("", ".", ".."):
        raise Invalid.field("file", say("The file needs a name."))
    sha256, size = store.put(content)
    if uow.session.get(StoredFile, sha256) is None:
        uow.session.add(StoredFile(sha256=sha256, size=size, created_at=uow.now))
        uow.session.flush()
    return Kept(sha256, shown, size)
