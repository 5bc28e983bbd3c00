"""Tickets and what hangs on them: texts go, numbers, codes and times stay."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, cast, delete, literal, or_, select, update

from itsm.core.db import table_of
from itsm.core.files.verbs import forget_files
from itsm.core.hookspecs.personal import Whose
from itsm.core.intake.models import Intake, IntakeRequest
from itsm.core.privacy.rows import plain
from itsm.core.privacy.rules import ERASED, files_in, without_texts
from itsm.core.texts import fold
from itsm.core.tickets.models import Attachment, Comment, Tag, Ticket, WorkTime
from itsm.core.tickets.verbs.draft import tell
from itsm.core.work.uow import UnitOfWork


def collect_tickets(uow: UnitOfWork, whose: Whose) -> Iterator[dict[str, Any]]:
    """Their tickets as they stand, with the files in their fields."""
    ticket = table_of(Ticket)
    statement = select(*(column for column in ticket.c if column.name != "title_fold"))
    for row in uow.session.execute(statement.where(ticket.c.id.in_(whose.tickets)).order_by(ticket.c.id)):
        yield plain(row)
        yield from ({"ticket_id": row.id, "sha256": sha256} for sha256 in files_in(row.fields))


def erase_tickets(uow: UnitOfWork, whose: Whose) -> None:
    """Title, description, texts in fields and tags of the tickets; notes on work of the people too."""
    statement = select(Ticket).where(Ticket.id.in_(whose.tickets)).order_by(Ticket.id).with_for_update()
    declared = uow.registry.fields_of("ticket")
    tickets = uow.session.scalars(statement.execution_options(populate_existing=True)).all()
    for ticket in tickets:
        forget_files(uow, sha256s=files_in(ticket.fields))
        ticket.title, ticket.title_fold, ticket.description = ERASED, fold(ERASED), ""
        ticket.fields = without_texts(ticket.fields, declared)
        ticket.version += 1
    uow.session.flush()
    for ticket in tickets:
        tell(uow, ticket, "ticket_erased", {})
    uow.session.execute(delete(Tag).where(Tag.ticket_id.in_(whose.tickets)))
    theirs = or_(WorkTime.ticket_id.in_(whose.tickets), WorkTime.person_id.in_(whose.people))
    uow.session.execute(update(WorkTime).where(theirs).values(note=""))


def collect_comments(uow: UnitOfWork, whose: Whose) -> Iterator[dict[str, Any]]:
    """What was said in their tickets, and what they said in others."""
    comment = table_of(Comment)
    for row in uow.session.execute(select(comment).where(_said(whose)).order_by(comment.c.id)):
        yield plain(row)


def erase_comments(uow: UnitOfWork, whose: Whose) -> None:
    """The answers too: they address and quote them."""
    uow.session.execute(update(Comment).where(_said(whose)).values(body=ERASED, author=""))


def _said(whose: Whose) -> Any:
    return or_(Comment.ticket_id.in_(whose.tickets), Comment.author_id.in_(whose.people))


def collect_files(uow: UnitOfWork, whose: Whose) -> Iterator[dict[str, Any]]:
    """Files on their tickets, and files that they attached."""
    attachment = table_of(Attachment)
    for row in uow.session.execute(select(attachment).where(_attached(whose)).order_by(attachment.c.id)):
        yield plain(row) | {"sha256": row.sha256}


def erase_files(uow: UnitOfWork, whose: Whose) -> None:
    """The contents go when nothing else names them."""
    forget_files(uow, sha256s=uow.session.scalars(select(Attachment.sha256).where(_attached(whose))))
    uow.session.execute(delete(Attachment).where(_attached(whose)))


def _attached(whose: Whose) -> Any:
    return or_(Attachment.ticket_id.in_(whose.tickets), Attachment.added_by_id.in_(whose.people))


def collect_intake(uow: UnitOfWork, whose: Whose) -> Iterator[dict[str, Any]]:
    """Through what their tickets came in."""
    intake = table_of(Intake)
    for row in uow.session.execute(select(intake).where(intake.c.ticket_id.in_(whose.tickets)).order_by(intake.c.id)):
        yield plain(row)


def erase_intake(uow: UnitOfWork, whose: Whose) -> None:
    """The row stays with its outcome; nobody can repeat the item under its key, or guess it from its digest. Of the
    request that it came in nothing stays, whatever else was in it: bodies of requests are not cut up."""
    theirs = Intake.ticket_id.in_(whose.tickets)
    came_in = select(Intake.request_id).where(theirs, Intake.request_id.is_not(None))
    emptied = {"body": b"", "content_type": "", "size": 0}
    uow.session.execute(update(IntakeRequest).where(IntakeRequest.id.in_(came_in)).values(emptied))
    key = literal("erased ") + cast(Intake.id, String(20))
    blank = {"key": key, "digest": bytes(32), "answer": {}, "reason": "", "content": {}}
    uow.session.execute(update(Intake).where(theirs).values(blank))
