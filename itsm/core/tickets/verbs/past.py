"""Write the past of tickets that was compared and checked: a few statements for many tickets at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, or_, select

from itsm.core.configuration.verbs import document
from itsm.core.db import upsert
from itsm.core.files.models import StoredFile
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Organisation, Person
from itsm.core.people.rules import is_premium
from itsm.core.tickets.models import Attachment, Comment, ImportMark, Ticket
from itsm.core.tickets.past import Fresh, Life, PastFile, Recorded, Told
from itsm.core.tickets.rules import Workflow
from itsm.core.tickets.values import COLUMNS, split_texts, values_of
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.work.uow import UnitOfWork

Events = Sequence[tuple[int, Told]]


class Standing:
    """Which organisation the requesters of some tickets belong to, and who is premium: two queries for all of them."""

    def __init__(self, uow: UnitOfWork, fresh: Sequence[Fresh]) -> None:
        first = [one.values[0] for one in fresh]
        people = {_requester(values) for values in first} - {None}
        who = select(Person.id, Person.organisation_id, Person.premium, Person.premium_until).where(
            Person.id.in_(people)
        )
        self.people = {row.id: row for row in uow.session.execute(who)} if people else {}
        self.now = uow.now
        employers = {values.get("organisation") for values in first} | {p.organisation_id for p in self.people.values()}
        until = or_(Organisation.premium_until.is_(None), Organisation.premium_until > uow.now)
        marked = select(Organisation.id).where(Organisation.id.in_(employers - {None}), Organisation.premium, until)
        self.premium = set(uow.session.scalars(marked)) if employers - {None} else set()

    def of(self, values: Mapping[str, Any]) -> tuple[int | None, bool]:
        """(organisation, premium) of a ticket that begins with these values."""
        row = self.people.get(_requester(values))
        organisation = values.get("organisation") or (row.organisation_id if row else None)
        own = bool(row and is_premium(row.premium, row.premium_until, self.now))
        return organisation, own or organisation in self.premium


def _requester(values: Mapping[str, Any]) -> Any:
    return values.get("requested_for") or values.get("contact")


def write_histories(uow: UnitOfWork, *, source: str, kind: str, fresh: Sequence[Fresh]) -> list[Recorded]:
    """Write rows, comments, files, events and marks of histories from `check_histories`, references resolved."""
    _, workflow = workflow_of(uow, kind)
    standing = Standing(uow, [one for one in fresh if one.known is None])
    lives = [_life(uow, workflow, kind, one, standing) for one in fresh]
    new = _insert_tickets(uow, source, [(o, life) for o, life in zip(fresh, lives, strict=True) if o.known is None])
    numbers = [one.known.ticket_id if one.known else new[one.history.external_id] for one in fresh]
    _write_told(uow, [(number, told) for number, life in zip(numbers, lives, strict=True) for told in life.told])
    _mark(uow, numbers, fresh)
    return [
        Recorded("updated" if one.known else "created", number, len(life.told))
        for number, one, life in zip(numbers, fresh, lives, strict=True)
    ]


def _life(uow: UnitOfWork, workflow: Workflow, kind: str, one: Fresh, standing: Standing) -> Life:
    """The ticket after all its new steps; one that is here already is written at once."""
    ticket = uow.session.get_one(Ticket, one.known.ticket_id) if one.known else None
    if ticket is None:
        first = one.steps[0].at
        life = Life(kind, min(one.history.opened_at or first, first), _beginning(uow, workflow, one, standing))
    else:
        life = Life(
            kind, ticket.opened_at, values_of(ticket), ticket.version, ticket.updated_at, ticket.taken_at,
            ticket.resolved_at, ticket.closed_at,
        )  # fmt: skip
    for step, values in zip(one.steps, one.values, strict=True):
        life.tell(workflow, step, values)
    if ticket is not None:
        for column, value in life.row().items():
            setattr(ticket, column, value)
        uow.session.flush()
    return life


def _beginning(uow: UnitOfWork, workflow: Workflow, one: Fresh, standing: Standing) -> dict[str, Any]:
    """What a new ticket has before its first step says more."""
    organisation, premium = standing.of(one.values[0])
    return {
        **dict.fromkeys(COLUMNS),
        "title": one.history.external_id,
        "description": "",
        "priority": document(uow, "core.priorities").body["default"],
        "priority_pinned": False,
        "source": "import",
        "organisation": organisation,
        "premium": premium,
        "state": workflow.initial,
        "outcome": "",
    }


def _insert_tickets(uow: UnitOfWork, source: str, added: Sequence[tuple[Fresh, Life]]) -> dict[str, int]:
    rows = [
        life.row() | {"kind": life.kind, "external_source": source, "external_id": one.history.external_id}
        for one, life in added
    ]
    if not rows:
        return {}
    statement = insert(Ticket).returning(Ticket.external_id, Ticket.id)
    return {name: number for name, number in uow.session.execute(statement, rows) if name is not None}


def _write_told(uow: UnitOfWork, events: Events) -> None:
    """Comments and files first, for their events name them; then the events, in the order of each past."""
    comments = iter(_insert_comments(uow, [e for e in events if e[1].type == "comment_added"]))
    files = iter(_insert_files(uow, [(n, t, t.file) for n, t in events if t.file is not None]))
    declared = uow.registry.fields_of("ticket")
    for number, told in events:
        content = dict(told.content)
        if told.type == "comment_added":
            content["comment"] = next(comments)
        elif told.file is not None:
            content["attachment"] = next(files)
        facts, texts = split_texts(content, declared)
        if told.step.actor:
            texts["by"] = told.step.actor
        append(
            uow, stream="ticket", subject_id=number, type=told.type, facts=facts, texts=texts, after=told.after,
            occurred_at=told.step.at, begins=told.type == "ticket_opened",
        )  # fmt: skip


def _insert_comments(uow: UnitOfWork, events: Events) -> Sequence[int]:
    rows = [
        {
            "ticket_id": number,
            "public": told.step.public,
            "author_id": told.step.author_id,
            "author": told.step.actor[:200],
            "body": told.step.comment,
            "channel": "import",
            "created_at": told.step.at,
        }
        for number, told in events
    ]
    statement = insert(Comment).returning(Comment.id, sort_by_parameter_order=True)
    return uow.session.scalars(statement, rows).all() if rows else ()


def _insert_files(uow: UnitOfWork, files: Sequence[tuple[int, Told, PastFile]]) -> Sequence[int]:
    if not files:
        return ()
    contents = [{"sha256": file.sha256, "size": file.size, "created_at": uow.now} for _, _, file in files]
    uow.session.execute(upsert(uow.session, StoredFile).on_conflict_do_nothing(), contents)
    rows = [
        {
            "ticket_id": number,
            "sha256": file.sha256,
            "name": file.name[:255],
            "public": file.public,
            "added_by_id": told.step.author_id,
            "created_at": told.step.at,
        }
        for number, told, file in files
    ]
    return uow.session.scalars(insert(Attachment).returning(Attachment.id, sort_by_parameter_order=True), rows).all()


def _mark(uow: UnitOfWork, numbers: Sequence[int], fresh: Sequence[Fresh]) -> None:
    """Remember how far each past was read."""
    rows: list[Mapping[str, Any]] = []
    for number, one in zip(numbers, fresh, strict=True):
        if one.known is None:
            rows.append({"ticket_id": number, "steps": len(one.history.steps), "digest": one.digest})
        else:
            mark = uow.session.get_one(ImportMark, number)
            mark.steps, mark.digest = len(one.history.steps), one.digest
    if rows:
        uow.session.execute(insert(ImportMark), rows)
    uow.session.flush()
