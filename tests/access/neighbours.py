"""Another organisation with everything that one can have: people, tickets, words, files, links, fields, documents."""

from io import BytesIO

from itsm.blocks.search.verbs import index_subjects
from itsm.core.people.verbs import add_organisation, add_person
from itsm.core.tickets.verbs import (
    add_comment,
    add_tag,
    attach_file,
    link_tickets,
    merge_ticket,
    open_ticket,
    set_parent,
    split_ticket,
    watch,
)
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast

WORD = "xylophone"  # stands in every text of theirs
TAG = "secretive"


def move_in(world: World, cast: Cast) -> dict[str, int]:
    """Let the neighbours come, and tie what is theirs to what is acme's in every way that staff can."""
    with world.desk.unit_of_work(TESTER) as uow:
        home = add_organisation(
            uow, name=f"{WORD} Ltd", contracts=[f"{WORD}-1"], domains=[f"{WORD}.example"], premium=True
        )
        person = add_person(
            uow, name=f"{WORD} Requester", addresses=[("email", f"r@{WORD}.example")], organisation_id=home.id
        )
        ids = {"organisation": home.id, "person": person.id} | _tickets(uow, world, cast, home.id, person.id)
        uow.flush()
        index_subjects(uow, kind="ticket", ids=[ids["ticket"], ids["second"], cast.ids["ticket"]])
        index_subjects(uow, kind="person", ids=[person.id])
        index_subjects(uow, kind="organisation", ids=[home.id])
    return ids


def _tickets(uow: UnitOfWork, world: World, cast: Cast, home: int, person: int) -> dict[str, int]:
    given = {"organisation": home, "contact": person, "requested_for": person, "team": cast.ids["team"]}
    fields = {"incidents.supplier_number": WORD}
    one = open_ticket(uow, kind="incident", title=f"{WORD} is broken", description=WORD, fields=fields, **given)
    two = open_ticket(uow, kind="incident", title=f"{WORD} is lost", **given)
    said = add_comment(uow, number=one.id, body=f"The {WORD} is red").comment
    add_comment(uow, number=one.id, body=f"Their {WORD} again", public=False)
    file = attach_file(uow, store=world.desk.files, number=one.id, name=f"{WORD}.txt", content=BytesIO(b"x"))
    add_tag(uow, number=one.id, tag=TAG)
    watch(uow, number=one.id, person_id=world.sample.people["admin"].id)
    for number, to in ((one.id, cast.ids["ticket"]), (cast.ids["other"], one.id)):
        link_tickets(uow, number=number, to=to)
    set_parent(uow, number=one.id, parent=cast.ids["ticket"])
    third = split_ticket(uow, number=one.id, comments=[said.id if said else 0], title=f"Half a {WORD}")
    merge_ticket(uow, number=third.id, into=two.id)
    merge_ticket(uow, number=two.id, into=cast.ids["ticket"])
    return {"ticket": one.id, "second": two.id, "file": file.id, "comment": said.id if said else 0}
