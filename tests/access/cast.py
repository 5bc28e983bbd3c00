"""The people and things of the access tests: one desk, two organisations, everybody who may try something."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO

from itsm.blocks.answers.schemas import MacroSchema
from itsm.blocks.answers.verbs import save_ready
from itsm.core.access.verbs import (
    actor_of_token,
    add_account,
    add_token,
    disable_account,
    grant_role,
    save_role,
)
from itsm.core.act import Act, Actor
from itsm.core.errors import NotSignedIn
from itsm.core.hookspecs.imports import ImportReport
from itsm.core.importing.runs.rules import plain_report
from itsm.core.importing.runs.verbs import ask_import
from itsm.core.people.verbs import add_person, add_team, set_member
from itsm.core.tickets.verbs import (
    add_comment,
    add_tag,
    attach_file,
    change_ticket,
    link_tickets,
    open_ticket,
    set_parent,
    watch,
)
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.visitors import Visitor, enter
from itsm.plugins.testing.worlds import World

WORKING = ("tickets.open", "tickets.read", "tickets.comment", "tickets.work", "tickets.internal")
ROLES: Mapping[str, Sequence[str]] = {
    "team_agent": (*WORKING, "tickets.read_team", "people.read"),
    "supervisor": ("tickets.read", "tickets.read_all"),
}
# Who → their roles, each with the organisation within which it holds ('' for the whole desk), and where they work.
PEOPLE: Mapping[str, tuple[Sequence[tuple[str, str]], str]] = {
    "supervisor": ((("requester", ""), ("supervisor", "acme")), "acme"),
    "scoped": ((("requester", ""), ("agent", "acme")), ""),
    "elsewhere": ((("requester", ""), ("agent", "other")), ""),
    "member": ((("team_agent", ""),), ""),
    "outsider": ((("team_agent", ""),), ""),
    "disabled": ((("administrator", ""),), ""),
    "roleless": ((), "acme"),
}
# Token → whose it is, and its scopes.
TOKENS: Mapping[str, tuple[str, Sequence[str]]] = {
    "t:read": ("admin", ("tickets.read", "tickets.read_all")),
    "t:work": ("admin", ("tickets.read", "tickets.read_all", "tickets.work")),
    "t:people": ("admin", ("people.read",)),
    "t:monitor": ("agent", ("tickets.open",)),
}


@dataclass
class Cast:
    """Everybody's browser and token by name, and the ids of what the tests are about, all of the organisation acme."""

    browsers: dict[str, Visitor] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def actor(self, world: World, name: str) -> Actor:
        """Who somebody is now; `NOBODY` who is locked out."""
        with suppress(NotSignedIn), world.desk.unit_of_work(TESTER, write=False) as uow:
            return actor_of_token(uow, self.tokens[name])
        return Actor()

    def act(self, world: World, name: str) -> Act:
        """An act of theirs on a page."""
        return Act(self.actor(world, name), channel="web")


def engage(world: World) -> Cast:
    """Put the further people into the sample desk, let everybody sign in, and make the things."""
    cast, sample = Cast(), world.sample
    with world.desk.unit_of_work(TESTER) as uow:
        for key, permissions in ROLES.items():
            save_role(uow, key=key, label={"en": key}, permissions=permissions)
        for name in PEOPLE:
            _employ(uow, world, name)
        members = [sample.people["outsider"].id]
        add_team(uow, key="l3", label={"en": "Third line"}, parent_id=sample.teams["l2"].id, members=members)
        set_member(uow, team_id=sample.teams["l1"].id, person_id=sample.people["member"].id, member=True)
        for name, person in sample.people.items():
            cast.tokens[name] = add_token(uow, person_id=person.id, name="all")
        for name, (owner, scopes) in TOKENS.items():
            cast.tokens[name] = add_token(uow, person_id=sample.people[owner].id, name=name, scopes=scopes)
    cast.browsers = {name: enter(world.app, name) for name in sample.people}
    with world.desk.unit_of_work(TESTER) as uow:
        disable_account(uow, person_id=sample.people["disabled"].id)
    cast.ids = _things(world, cast)
    return cast


def _employ(uow: UnitOfWork, world: World, name: str) -> None:
    roles, works_at = PEOPLE[name]
    where = {key: row.id for key, row in world.sample.organisations.items()}
    mail = f"{name}@example.org"
    person = add_person(uow, name=name.title(), addresses=[("email", mail)], organisation_id=where.get(works_at))
    add_account(uow, person_id=person.id, login=mail, password=f"password of {name}")
    for role, organisation in roles:
        grant_role(uow, person_id=person.id, role=role, organisation_id=where.get(organisation))
    world.sample.people[name] = person


def _things(world: World, cast: Cast) -> dict[str, int]:
    """A ticket of acme's requester in the group `l1`, whose member is among them, with everything around it."""
    ids: dict[str, int] = {}
    sample, store = world.sample, world.desk.files
    with world.desk.unit_of_work(cast.act(world, "requester")) as uow:
        ids["ticket"] = open_ticket(uow, kind="incident", title="Printer of acme", description="It prints nothing").id
        ids["other"] = open_ticket(uow, kind="incident", title="Scanner of acme").id
        ids["comment"] = _said(add_comment(uow, number=ids["ticket"], body="Still nothing").comment)
        file = attach_file(uow, store=store, number=ids["ticket"], name="seen.txt", content=BytesIO(b"seen"))
        ids["file"] = file.id
    with world.desk.unit_of_work(TESTER) as uow:
        _staff_side(uow, world, ids)
        run = ask_import(uow, importer="people", store=store, file_name="people.csv", content=BytesIO(b"name"))
        run.state, run.tried = "tried", plain_report(ImportReport(created=1))
        ids["run"] = run.id
    return ids | {
        "acme": sample.organisations["acme"].id,
        "foreign": sample.organisations["other"].id,
        "person": sample.people["requester"].id,
        "stranger": sample.people["stranger"].id,
        "team": sample.teams["l1"].id,
    }


def _said(comment: object) -> int:
    return int(getattr(comment, "id", 0))


def _staff_side(uow: UnitOfWork, world: World, ids: dict[str, int]) -> None:
    """What staff does with the ticket: hand it to a group, note, tag, link, watch."""
    number, team = ids["ticket"], world.sample.teams["l1"].id
    hand_over(uow, number, team)
    add_comment(uow, number=number, body="He kicked it", public=False)
    note = attach_file(
        uow, store=world.desk.files, number=number, name="hidden.txt", content=BytesIO(b"hidden"), public=False
    )
    ids["note"] = note.id
    add_tag(uow, number=number, tag="kicked")
    watch(uow, number=number, person_id=world.sample.people["member"].id)
    _make_ready(uow, ids)
    link_tickets(uow, number=number, to=ids["other"])
    set_parent(uow, number=ids["other"], parent=number)


def _make_ready(uow: UnitOfWork, ids: dict[str, int]) -> None:
    """An answer for everybody, one of a group above `l3`, and a macro."""
    text = {"purpose": "reply", "text": {"en": "Switch it off and on"}, "topics": [], "kinds": []}
    for key, owner in (("answer", ""), ("answer_of_group", "l2")):
        ids[key] = save_ready(uow, what="answer", owner=owner, key=key, label={"en": "Restart"}, body=text).id
    acts = MacroSchema().load({"key": "quick", "label": {"en": "Quick"}, "tags": ["quick"]})
    body = {name: value for name, value in acts.items() if name not in ("key", "label", "group")}
    save_ready(uow, what="macro", owner="", key="quick", label={"en": "Quick"}, body=body)


def hand_over(uow: UnitOfWork, number: int, team: int) -> None:
    """Let a group have a ticket, with one field that requesters do not see."""
    change_ticket(uow, number=number, changes={"team": team, "incidents.supplier_number": "SUP-77"})
