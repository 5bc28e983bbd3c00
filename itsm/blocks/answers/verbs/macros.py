"""Macros: what one would do with a ticket, and doing it, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from itsm.blocks.answers.rules import is_for, put_around
from itsm.blocks.answers.verbs.keep import Entry, ready_by_key
from itsm.blocks.answers.verbs.texts import NOTE, REPLY, filled, frame_of
from itsm.core.errors import Invalid, NotAllowedNow, Refusal, Unknown
from itsm.core.hookspecs.guards import Draft
from itsm.core.people.models import Team
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import (
    add_comment,
    add_tag,
    change_ticket,
    claim_ticket,
    find_ticket,
    move_ticket,
    watch,
)
from itsm.core.tickets.verbs.draft import draft_of, lock_ticket
from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Plan:
    """What a macro would do with a ticket: its texts filled in, a reply with salutation and signature, its values as
    verbs take them."""

    entry: Entry
    reply: str = ""
    note: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> Mapping[str, Any]:
        """What it says."""
        return self.entry.body


def plan_macro(uow: UnitOfWork, *, number: int, macro: str) -> Plan:
    """What the macro with this key would do with the ticket; raises as `run_macro` does for what it lacks."""
    return _plan(uow, find_ticket(uow, number=number), macro)


def run_macro(
    uow: UnitOfWork, *, number: int, macro: str, reply: str | None = None, note: str | None = None,
    changes: Mapping[str, Any] | None = None, match: int | None = None,
) -> Ticket:  # fmt: skip
    """Do with a ticket what a macro says, each act through its own verb: who runs it needs every permission.

    reply, note: other texts than the macro's, '' for none; changes: values over the macro's. Refusals name the field;
    then the whole act is undone by its unit of work. match: the version that the actor saw.
    """
    ticket = lock_ticket(uow, number, "tickets.work", match)
    plan = _plan(uow, ticket, macro)
    body, values = plan.body, {**plan.changes, **(changes or {})}
    if body["take"]:
        claim_ticket(uow, number=number)
    for public, text in ((True, plan.reply if reply is None else reply), (False, plan.note if note is None else note)):
        if text.strip():
            add_comment(uow, number=number, body=text, public=public)
    for tag in body["tags"]:
        add_tag(uow, number=number, tag=tag)
    if body["watch"]:
        watch(uow, number=number)
    if body["transition"]:
        return move_ticket(uow, number=number, transition=body["transition"], changes=values)
    return change_ticket(uow, number=number, changes=values) if values else ticket


def _plan(uow: UnitOfWork, ticket: Ticket, key: str) -> Plan:
    entry = ready_by_key(uow, "macro", key)
    if entry is None:
        raise Unknown(say("There is no macro {key}.", key=key[:60]))
    if not is_for(entry.kinds, ticket.kind):
        raise NotAllowedNow(say("This macro is not for tickets of this type."))
    draft, body = draft_of(uow, ticket), entry.body
    texts = {name: _text(uow, draft, name, answer) for name, answer in body["texts"].items()}
    reply = put_around(_text(uow, draft, REPLY, body["reply"]), *frame_of(uow, draft)) if body["reply"] else ""
    note = _text(uow, draft, NOTE, body["note"]) if body["note"] else ""
    return Plan(entry, reply, note, changes={**_values(uow, body["set"]), **texts})


def _text(uow: UnitOfWork, draft: Draft, place: str, key: str) -> str:
    """What an answer says at this place: a text for the customer in their language, whatever it was written for."""
    answer = ready_by_key(uow, "answer", key)
    if answer is None:
        raise Invalid.field(place, say("There is no answer {key} for you.", key=key))
    return filled(uow, draft, answer, place)


def _values(uow: UnitOfWork, given: Mapping[str, Any]) -> dict[str, Any]:
    """Groups and services stand there by their keys."""
    values, refusals = dict(given), []
    if "team" in values:
        values["team"] = uow.session.scalar(select(Team.id).where(Team.key == str(values["team"]), Team.active))
        if values["team"] is None:
            refusals.append(Refusal("team", say("There is no group {key}.", key=given["team"])))
    if "service" in values:
        known = {one.key: one.id for one in uow.ask("service_names", uow=uow, default=()) if one.active}
        values["service"] = known.get(str(values["service"]))
        if values["service"] is None:
            refusals.append(Refusal("service", say("There is no service {id}.", id=given["service"])))
    if refusals:
        raise Invalid(refusals=refusals)
    return values
