"""Who asks, on the page of a new ticket: found by anything that is known of them, or met on the spot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import jsonify, request
from sqlalchemy import Row
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid, Refusal, Unknown
from itsm.core.people.models import Address, Organisation, Person
from itsm.core.people.names import marked, names_of, typed_person
from itsm.core.people.rules import digits_of_phone, is_email, is_premium
from itsm.core.people.verbs import find_one, find_or_meet, suggest_people
from itsm.core.texts import say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.verbs.alike import open_tickets_of
from itsm.core.web import actor, needs, reading
from itsm.core.web.edge import locale
from itsm.core.work.uow import UnitOfWork

SHOWN = ("phone", "email")
MOST_TICKETS, MOST_FOUND = 5, 8


@dataclass(frozen=True, slots=True)
class Suggested:
    """Somebody as a suggestion: what the input will hold, their name, and by what to tell them from namesakes."""

    value: str
    name: str
    hint: str


@dataclass(frozen=True, slots=True)
class Requester:
    """Who was found; else who it may be (`several`), and what is known of a stranger (`name`, `address`)."""

    person: Person | None = None
    organisation: Organisation | None = None
    premium: bool = False
    tickets: Sequence[Row[Any]] = ()
    more: bool = False
    several: Sequence[Suggested] = field(default_factory=list)
    name: str = ""
    address: str = ""


@pages.get("/tickets/new/people")
@needs("people.read")
def people() -> Response:
    """Up to eight people whom the words may mean, `{"items": [{value, name, hint}, …]}`."""
    with reading() as uow:
        found = suggested(uow, request.args.get("q", "")[:200])
    return jsonify(items=[{"value": one.value, "name": one.name, "hint": one.hint} for one in found])


def suggested(uow: UnitOfWork, words: str) -> list[Suggested]:
    """People whom the words may mean, with their organisation and an address."""
    found = suggest_people(uow, words=words, limit=MOST_FOUND)
    named = names_of(uow, organisations=[person.organisation_id for person in found]).organisations
    ways = uow.query(Address, Address.person_id, Address.type, Address.value).order_by(Address.id.desc())
    reached: dict[int, dict[str, str]] = {}
    for id_, type, value in uow.session.execute(ways.where(Address.person_id.in_([p.id for p in found]))):
        reached.setdefault(id_, {})[type] = value
    return [
        Suggested(
            marked(p.name, p.id), p.name, " · ".join(_hints(named.get(p.organisation_id or 0), reached.get(p.id)))
        )
        for p in found
    ]


def _hints(organisation: str | None, addresses: Mapping[str, str] | None) -> list[str]:
    known = addresses or {}
    return [*([organisation] if organisation else []), *(known[type] for type in SHOWN if type in known)]


def requester_of(uow: UnitOfWork, text: str, stranger: Mapping[str, str]) -> Requester | None:
    """Whom the text in the form means; None where nothing is typed, or where the actor may not look people up."""
    if not text.strip() or not actor().holds("people.read"):
        return None
    try:
        found = find_one(uow, Person, typed_person(uow, text) or 0, selectinload(Person.addresses))
    except (Invalid, Unknown):
        name, address = _stranger(text, stranger)
        return Requester(several=suggested(uow, text), name=name, address=address)
    employer = None
    if found.organisation_id is not None:
        parts = selectinload(Organisation.contracts)
        statement = uow.query(Organisation).where(Organisation.id == found.organisation_id).options(parts)
        employer = uow.session.scalars(statement).first()
    premium = any(one is not None and is_premium(one.premium, one.premium_until, uow.now) for one in (found, employer))
    theirs = open_tickets_of(uow, person_id=found.id, limit=MOST_TICKETS + 1)
    return Requester(found, employer, premium, theirs[:MOST_TICKETS], len(theirs) > MOST_TICKETS)


def _stranger(text: str, stranger: Mapping[str, str]) -> tuple[str, str]:
    """Name and address of somebody unknown, as they were typed here, else taken from what was looked for."""
    name, address = stranger.get("new_name", ""), stranger.get("new_address", "")
    if is_email(text) or digits_of_phone(text):
        return name, address or text.strip()
    return name or text.strip(), address


def choose_requester(typed: dict[str, list[str]], stranger: Mapping[str, str]) -> None:
    """Let the form name who was taken of several."""
    if stranger.get("new_who"):
        typed["requested_for"] = [stranger["new_who"]]


def meet_stranger(uow: UnitOfWork, typed: dict[str, list[str]], stranger: Mapping[str, str]) -> None:
    """Where nobody was found and an address was given, let the form name who is met by it: known already, or new."""
    text, address = (typed.get("requested_for") or [""])[0], stranger.get("new_address", "").strip()
    if not address or "requested_for" not in typed:
        return
    try:
        if typed_person(uow, text) is not None:
            return
    except Invalid:
        pass
    if not is_email(address) and not digits_of_phone(address):
        raise Invalid.field("requested_for", say("Give a phone number or an e-mail address of the new contact."))
    type = "email" if is_email(address) else "phone"
    try:
        met = find_or_meet(uow, type=type, value=address, name=stranger.get("new_name", "").strip(), locale=locale())
    except Invalid as error:
        raise Invalid(refusals=[Refusal("requested_for", refusal.message) for refusal in error.refusals]) from error
    typed["requested_for"] = [marked(met.person.name, met.person.id)]
