"""Attach files, and find one to be downloaded."""

from typing import BinaryIO

from itsm.core.errors import Invalid, Unknown
from itsm.core.files.models import StoredFile
from itsm.core.files.outside import FileStore
from itsm.core.schemas import LINE_CONTROL
from itsm.core.texts import say
from itsm.core.tickets.models import Attachment
from itsm.core.tickets.verbs.draft import lock_ticket, tell
from itsm.core.work.uow import UnitOfWork


def attach_file(
    uow: UnitOfWork, *, store: FileStore, number: int, name: str, content: BinaryIO, public: bool = True,
    comment_id: int | None = None,
) -> Attachment:  # fmt: skip
    """Store a file by its content and attach it under its own name, of which only the last part counts."""
    uow.require("tickets.comment")
    if not public:
        uow.require("tickets.internal")
    shown = LINE_CONTROL.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[:255]
    if shown in ("", ".", ".."):
        raise Invalid.field("file", say("The file needs a name."))
    ticket = lock_ticket(uow, number)
    sha256, size = store.put(content)
    if uow.session.get(StoredFile, sha256) is None:
        uow.session.add(StoredFile(sha256=sha256, size=size, created_at=uow.now))
        uow.session.flush()
    attachment = Attachment(
        ticket_id=ticket.id,
        comment_id=comment_id,
        sha256=sha256,
        name=shown,
        public=public,
        added_by_id=uow.act.actor.person_id,
        created_at=uow.now,
    )
    uow.session.add(attachment)
    uow.session.flush()
    tell(uow, ticket, "file_attached", {"attachment": attachment.id, "size": size, "public": public, "name": shown})
    return attachment


def read_attachment(uow: UnitOfWork, *, attachment_id: int) -> Attachment:
    """An attachment that the actor may see."""
    found: Attachment | None = uow.session.scalars(uow.query(Attachment).where(Attachment.id == attachment_id)).first()
    if found is None:
        raise Unknown(say("There is no such file."))
    return found
