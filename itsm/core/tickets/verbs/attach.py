"""Attach files, and find one to be downloaded."""

from typing import BinaryIO

from itsm.core.errors import Unknown
from itsm.core.files.outside import FileStore
from itsm.core.files.verbs import store_file
from itsm.core.texts import say
from itsm.core.tickets.models import Attachment
from itsm.core.tickets.verbs.draft import lock_ticket, require_on, tell
from itsm.core.work.uow import UnitOfWork


def attach_file(
    uow: UnitOfWork, *, store: FileStore, number: int, name: str, content: BinaryIO, public: bool = True,
    comment_id: int | None = None,
) -> Attachment:  # fmt: skip
    """Store a file by its content and attach it under its own name, of which only the last part counts."""
    ticket = lock_ticket(uow, number, "tickets.comment")
    if not public:
        require_on(uow, "tickets.internal", ticket)
    sha256, shown, size = store_file(uow, store=store, name=name, content=content)
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
