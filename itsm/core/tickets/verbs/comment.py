"""Add a public comment or an internal note; a requester's reply may move the ticket."""

from dataclasses import dataclass

from sqlalchemy import update

from itsm.core.errors import Invalid
from itsm.core.hookspecs.decides import ReplyEffect
from itsm.core.texts import say
from itsm.core.tickets.models import Comment, Ticket
from itsm.core.tickets.verbs.draft import draft_of, lock_ticket, require_on
from itsm.core.tickets.verbs.move import run_transition
from itsm.core.tickets.verbs.relate import open_like, put_link, write_comment
from itsm.core.work.uow import UnitOfWork

MAX_BODY = 100_000


@dataclass(frozen=True, slots=True)
class Commented:
    """The comment, None when the reply became the text of a follow-up; and the ticket it stands on."""

    comment: Comment | None
    ticket: Ticket


def add_comment(uow: UnitOfWork, *, number: int, body: str, public: bool = True) -> Commented:
    """Comment on a ticket; the version behind its ETag stays, unless a requester's reply moves it.

    What a requester's reply does is decided by the hook `reply_effect` of the ticket's process.
    """
    if not 1 <= len(body.strip()) <= MAX_BODY:
        raise Invalid.field("body", say("A comment has 1 to {maximum} characters.", maximum=MAX_BODY))
    ticket = lock_ticket(uow, number, "tickets.comment")
    if not public:
        require_on(uow, "tickets.internal", ticket)
    effect = _effect(uow, ticket) if public and _is_requester(uow, ticket) else ReplyEffect()
    if effect.follow_up:
        return _follow_up(uow, ticket, body)
    comment = put_comment(uow, ticket, body=body, public=public)
    if effect.transition:
        run_transition(uow, ticket, effect.transition, effect.changes, by_person=False)
    return Commented(comment, ticket)


def put_comment(uow: UnitOfWork, ticket: Ticket, *, body: str, public: bool) -> Comment:
    """Write the comment and its event on a locked ticket; the ticket's version stays."""
    who = uow.act.actor
    comment = Comment(
        public=public, author_id=who.person_id, author=who.name, body=body, channel=uow.act.channel, created_at=uow.now
    )
    uow.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(updated_at=uow.now))
    return write_comment(uow, ticket, comment)


def _is_requester(uow: UnitOfWork, ticket: Ticket) -> bool:
    me = uow.act.actor.person_id
    return me is not None and me in (ticket.contact_id, ticket.requested_for_id) and me != ticket.assignee_id


def _effect(uow: UnitOfWork, ticket: Ticket) -> ReplyEffect:
    if ticket.kind not in uow.registry.kinds:
        return ReplyEffect()
    effect: ReplyEffect = uow.hook.call("reply_effect", uow=uow, draft=draft_of(uow, ticket))
    return effect


def _follow_up(uow: UnitOfWork, ticket: Ticket, body: str) -> Commented:
    """A reply to something long closed opens a new ticket of the same kind, linked to the old one."""
    follow_up = open_like(uow, ticket, title=ticket.title, description=body, topic=ticket.topic)
    put_link(uow, follow_up, ticket, "follows")
    return Commented(None, follow_up)
