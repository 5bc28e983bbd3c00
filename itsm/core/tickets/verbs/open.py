"""Open a ticket."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from itsm.core.errors import Forbidden, Invalid, NotAllowedNow, Refusal
from itsm.core.fields.conditions import is_empty
from itsm.core.hookspecs.guards import Draft
from itsm.core.people.models import Person
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.offered import form_for
from itsm.core.tickets.rules import FIRST_CONTACT
from itsm.core.tickets.values import COLUMNS
from itsm.core.tickets.verbs.change import change_ticket
from itsm.core.tickets.verbs.demands import form_in_use, judge_form, put_defaults, put_preset
from itsm.core.tickets.verbs.draft import cleaned, guard, premium_of, settle_priority, tell, workflow_of, write_row
from itsm.core.tickets.verbs.move import move_ticket
from itsm.core.tickets.verbs.surround import put_tags
from itsm.core.work.uow import UnitOfWork


def open_ticket(
    uow: UnitOfWork,
    *,
    kind: str,
    title: str,
    description: str = "",
    fields: Mapping[str, Any] | None = None,
    tags: Sequence[str] = (),
    source: str = "",
    form: bool | str = True,
    **given: Any,
) -> Ticket:
    """Open a ticket of `kind`; `given` are further values by their names (team, assignee, requested_for, …).

    A given `priority` is a person's choice and stays pinned; without one the voices decide. source: the channel, by
    default the act's. form: the key of the form that is filled in, by default the first that the actor's roles have for
    this type (document `core.forms`); False where a person acts without filling in one, so that what is mandatory is
    marked as missing and not demanded. Raises `Invalid` with every refusal at once, `Forbidden` without `tickets.open`.
    """
    uow.require_somewhere("tickets.open")
    if kind not in uow.registry.kinds:
        raise Invalid.field("kind", say("There is no type {kind}.", kind=kind))
    revision, workflow = workflow_of(uow, kind)
    asked = {"title": title, "description": description, **given, **(fields or {})}
    values, refusals = cleaned(uow, asked)
    state = workflow.states[workflow.initial]
    draft = Draft(
        kind=kind,
        values={
            **dict.fromkeys(COLUMNS),
            **_people(uow, values),
            "state": state.key,
            "category": state.category,
            "outcome": "",
            "source": source or uow.act.channel,
            "priority_pinned": values.get("priority") is not None,
        },
        by_person=uow.act.actor.kind == "person",
    )
    uow.require("tickets.open", draft.values["organisation"])
    refusals += _refused_tags(tags)
    offered = form_in_use(uow, draft, form)
    put_preset(uow, draft, values, offered)
    put_defaults(uow, draft, values)
    refusals += judge_form(uow, draft, values, offered)
    guard(uow, "ticket_opening", draft, refusals, values, form=form is not False, offered=offered)
    voices = settle_priority(uow, draft)
    ticket = Ticket(kind=kind, opened_at=uow.now, version=1, fields={})
    write_row(ticket, uow, draft.values)
    uow.session.add(ticket)
    uow.session.flush()
    put_tags(uow, ticket.id, tags)
    uow.hook.call("ticket_recorded", uow=uow, ticket_id=ticket.id, draft=draft)
    told = {name: value for name, value in draft.values.items() if value not in (None, "", False)}
    told |= {"workflow": revision} | ({"voices": voices} if voices else {}) | draft.notes
    tell(uow, ticket, "ticket_opened", told, begins=True)
    return ticket


def open_and_resolve(
    uow: UnitOfWork, *, kind: str, title: str, resolution: Mapping[str, Any], form: bool | str = True, **given: Any
) -> Ticket:
    """Open a ticket, take it and resolve it in one act, as for a call that was answered at once.

    It counts as resolved at first contact (`core.first_contact`) until somebody brings it back. resolution: what the
    step to *resolved* asks for; the topic at closing is mandatory, the ticket's own stands in. given: as `open_ticket`
    takes it. Raises as that and `move_ticket` do, `Forbidden` where the actor's form does not offer it.
    """
    ticket = open_ticket(uow, kind=kind, title=title, form=form, **given)
    _require_offer(uow, ticket, form)
    ways = workflow_of(uow, kind)[1].at_once()
    if ways is None:
        raise NotAllowedNow(say("The life cycle of this type does not resolve a new ticket."))
    take, resolve = ways
    if ticket.assignee_id is None and uow.act.actor.person_id is not None:
        change_ticket(uow, number=ticket.id, changes={"assignee": uow.act.actor.person_id})
    if take is not None:
        move_ticket(uow, number=ticket.id, transition=take.key)
    changes = {"closing_topic": ticket.topic, **{n: value for n, value in resolution.items() if not is_empty(value)}}
    lacking = [] if changes["closing_topic"] else [Refusal("closing_topic", say("Needed for this step."))]
    try:
        with uow.writing_fields_of("core"):
            move_ticket(uow, number=ticket.id, transition=resolve.key, changes={**changes, FIRST_CONTACT: True})
    except NotAllowedNow as error:
        raise NotAllowedNow(error.message, refusals=[*error.refusals, *lacking]) from error
    if lacking:
        raise NotAllowedNow(refusals=lacking)
    return ticket


def _require_offer(uow: UnitOfWork, ticket: Ticket, form: bool | str) -> None:
    roles, key = uow.act.actor.roles_in(ticket.organisation_id), form if isinstance(form, str) else ""
    offered = form_for(uow, kind=ticket.kind, roles=roles, key=key)
    if offered is not None and not offered.resolve and uow.act.actor.kind == "person":
        raise Forbidden(say("Your form does not offer to resolve at once."))


def _people(uow: UnitOfWork, values: dict[str, Any]) -> dict[str, Any]:
    """Fill in who registered it, whose organisation it is, and the premium mark.

    Who may open tickets of one organisation alone opens them there.
    """
    actor = uow.act.actor
    people: dict[str, Any] = {"registered_by": actor.person_id}
    if not actor.holds("tickets.work") and values.get("requested_for") is None:
        people |= {"requested_for": actor.person_id, "contact": actor.person_id}
    people = {**people, **{k: v for k, v in values.items() if v is not None}}
    person = people.get("requested_for") or people.get("contact")
    if people.get("organisation") is None and person is not None:
        people["organisation"] = uow.session.scalar(select(Person.organisation_id).where(Person.id == person))
    reach = actor.reach("tickets.open")
    if people.get("organisation") is None and len(reach) == 1:
        people["organisation"] = next(iter(reach))
    people["premium"] = premium_of(uow, people)
    people.setdefault("description", "")
    return people


def _refused_tags(tags: Sequence[str]) -> list[Refusal]:
    return [Refusal("tags", say("A tag has 1 to 60 characters.")) for tag in tags if not 1 <= len(tag.strip()) <= 60]
