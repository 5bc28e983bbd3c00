"""The list `tickets.opening`: what rules set when a ticket is opened, only where nobody has set a value."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from itsm.blocks.rules.hookspecs import Past
from itsm.blocks.rules.rules.run import Outcome, RuleList, run
from itsm.blocks.rules.verbs.lists import rules_in_force
from itsm.core.fields.verbs import clean_fields
from itsm.core.hookspecs.guards import Draft
from itsm.core.hookspecs.voices import Voice
from itsm.core.ledger.models import Event, EventText
from itsm.core.people.models import Organisation, Team
from itsm.core.texts import fold
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.values import COLUMNS
from itsm.core.work.uow import UnitOfWork

NAME = "tickets.opening"
NOTE = f"rules.{NAME}"
READ = 10_000


def complete_draft(uow: UnitOfWork, draft: Draft) -> None:
    """Run the list in force over a ticket that is about to be opened."""
    rules = rules_in_force(uow, NAME)
    if rules.rules:
        outcome = apply_rules(uow, rules, draft)
        if outcome.slow:
            uow.memo.setdefault("faults", []).append(("rules", NAME))


def apply_rules(uow: UnitOfWork, rules: RuleList, draft: Draft) -> Outcome:
    """Run a list over a draft and put what it says where nothing is set yet; what was done stands in the draft's notes.

    A priority is not set but noted: it speaks as a voice. What a rule names and the desk has no longer is left out.
    """
    outcome = run(rules, *read_draft(uow, draft, rules.names))
    done: dict[str, Any] = {}
    note: dict[str, Any] = {"revision": rules.revision, "rules": outcome.matched, "set": done}
    for name, (value, rule) in outcome.effects.items():
        if name == "priority":
            note["priority"] = [value, rule]
            continue
        found = _stored(uow, draft, name, value)
        if found is not None:
            draft.values[name] = done[name] = found
    failed = [step.rule for step in outcome.steps if step.status == "error"]
    draft.notes[NOTE] = note | ({"failed": failed} if failed else {}) | ({"slow": True} if outcome.slow else {})
    return outcome


def _stored(uow: UnitOfWork, draft: Draft, name: str, value: Any) -> Any:
    """What a ticket keeps for it: ids for keys, a field's stored form; None where the desk no longer knows it."""
    if name == "team":
        return next((id_ for id_, (key, active) in _teams(uow).items() if key == value and active), None)
    if name == "service":
        return next((id_ for id_, (key, active) in _services(uow).items() if key == value and active), None)
    if name in COLUMNS:
        return value
    field = uow.registry.fields_of("ticket").get(name)
    if field is None or (field.kinds and draft.kind not in field.kinds):
        return None
    return clean_fields(uow, "ticket", {name: value})[0].get(name)


def _teams(uow: UnitOfWork) -> Mapping[int, tuple[str, bool]]:
    if "rules.teams" not in uow.memo:
        rows = uow.session.execute(select(Team.id, Team.key, Team.active))
        uow.memo["rules.teams"] = {id_: (key, active) for id_, key, active in rows}
    found: Mapping[int, tuple[str, bool]] = uow.memo["rules.teams"]
    return found


def _services(uow: UnitOfWork) -> Mapping[int, tuple[str, bool]]:
    if "rules.services" not in uow.memo:
        known = uow.ask("service_names", uow=uow, default=())
        uow.memo["rules.services"] = {service.id: (service.key, service.active) for service in known}
    found: Mapping[int, tuple[str, bool]] = uow.memo["rules.services"]
    return found


def read_draft(
    uow: UnitOfWork, draft: Draft, wanted: frozenset[str] | None = None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """(values, fields) as conditions read them; all, or those wanted. Of long texts the first 10,000 characters."""
    values = draft.values
    readers: Mapping[str, Callable[[], Any]] = {
        "kind": lambda: draft.kind,
        "title": lambda: values["title"],
        "description": lambda: (values["description"] or "")[:READ],
        "words": lambda: fold(f"{values['title']}\n{values['description'] or ''}"[:READ]),
        "source": lambda: values["source"],
        "by_person": lambda: draft.by_person,
        "premium": lambda: bool(values["premium"]),
        "priority": lambda: values["priority"],
        "topic": lambda: values["topic"],
        "team": lambda: _teams(uow).get(values["team"], (None,))[0] if values["team"] else None,
        "service": lambda: _services(uow).get(values["service"], (None,))[0] if values["service"] else None,
        "organisation": lambda: _organisation(uow, values["organisation"]),
    }
    fields = uow.registry.fields_of("ticket")
    return (
        {name: read() for name, read in readers.items() if wanted is None or name in wanted},
        {name: values.get(name) for name in (fields if wanted is None else wanted & fields.keys())},
    )


def _organisation(uow: UnitOfWork, id_: int | None) -> str | None:
    return uow.session.scalar(select(Organisation.name_fold).where(Organisation.id == id_)) if id_ else None


def priority_voice(uow: UnitOfWork, draft: Draft) -> Voice | None:
    """The priority that the rules gave at the opening speaks for as long as the ticket lives."""
    note = draft.notes.get(NOTE) if draft.ticket_id is None else _noted(uow, draft.ticket_id)
    if not note or "priority" not in note:
        return None
    rank, rule = note["priority"]
    return Voice(rank, f"{NAME}:{rule}")


def _noted(uow: UnitOfWork, ticket_id: int) -> Mapping[str, Any] | None:
    """What the rules left on the event of the opening, also when that event is of this act and not yet written."""
    for pending in uow.memo.get("ledger", ()):
        if (pending.stream, pending.subject_id, pending.type) == ("ticket", ticket_id, "ticket_opened"):
            return dict(pending.facts).get(NOTE)
    first = (Event.stream == "ticket", Event.subject_id == ticket_id, Event.seq == 1)
    facts = uow.session.scalar(select(Event.facts).where(*first))
    return facts.get(NOTE) if facts else None


def past_of(uow: UnitOfWork, ticket: Ticket) -> Past | None:
    """With which revision, and over which values, the list ran when this ticket was opened."""
    if not _noted(uow, ticket.id) or (found := next(openings(uow, [ticket.id]), None)) is None:
        return None
    return Past(found[0].facts[NOTE]["revision"], *read_draft(uow, found[1]))


def openings(uow: UnitOfWork, numbers: list[int]) -> Iterator[tuple[Event, Draft]]:
    """(event, the draft as it was before the rules) of tickets that were opened here, the newest first."""
    statement = (
        select(Event, EventText.texts)
        .outerjoin(EventText, EventText.event_id == Event.id)
        .where(Event.stream == "ticket", Event.subject_id.in_(numbers), Event.seq == 1, Event.origin == "live")
        .order_by(Event.subject_id.desc())
    )
    for event, texts in uow.session.execute(statement):
        if event.type == "ticket_opened":
            yield event, _draft_before(uow, event, texts or {})


def _draft_before(uow: UnitOfWork, event: Event, texts: Mapping[str, Any]) -> Draft:
    """What the rules got: what the event tells, without what they set. Erased texts are empty."""
    told = {**event.facts, **texts}
    done = (told.get(NOTE) or {}).get("set", {})
    known = COLUMNS.keys() | uow.registry.fields_of("ticket").keys()
    values = {name: value for name, value in told.items() if name in known and name not in done}
    values = {**dict.fromkeys(COLUMNS), "title": "", "description": "", "priority_pinned": False, **values}
    if not values["priority_pinned"]:
        values["priority"] = None
    values["premium"] = bool(values["premium"])
    return Draft(kind=event.kind or "", values=values, by_person=event.actor == "person")
