"""A stored content is named only by who brought it or can see it somewhere."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from itsm.core.errors import Invalid
from itsm.core.fields.verbs import clean_fields
from itsm.core.files.verbs import Kept, store_file
from itsm.core.hookspecs.declarations import Field
from itsm.core.tickets.verbs import attach_file, open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World
from tests.access.cast import Cast

PAPER = Field("desk.paper", "file", {"en": "Paper"}, public=True)


@pytest.fixture
def naming(world: World, cast: Cast) -> Callable[..., bool]:
    """`naming("scoped", kept)`: whether somebody may name a content in a field."""

    def may(name: str, kept: Kept, **held: Any) -> bool:
        with world.desk.unit_of_work(cast.act(world, name), write=False) as uow:
            _declare(uow)
            return clean_fields(uow, "ticket", {"desk.paper": kept._asdict()}, held)[1] == []

    return may


def _declare(uow: UnitOfWork) -> None:
    fields = {**uow.registry.fields, "ticket": {**uow.registry.fields_of("ticket"), PAPER.name: PAPER}}
    uow.registry = replace(uow.registry, fields=fields)


def test_a_content_is_named_by_who_brought_it(world: World, cast: Cast, naming: Any) -> None:
    with world.desk.unit_of_work(cast.act(world, "stranger")) as uow:
        kept = store_file(uow, store=world.desk.files, name="secret.txt", content=BytesIO(b"of the stranger"))
    assert naming("stranger", kept)
    for name in ("requester", "scoped", "admin", "member"):
        assert not naming(name, kept), name


def test_knowing_its_digest_does_not_help_but_having_the_content_does(world: World, cast: Cast, naming: Any) -> None:
    for name in ("stranger", "requester"):
        with world.desk.unit_of_work(cast.act(world, name)) as uow:
            kept = store_file(uow, store=world.desk.files, name="same.txt", content=BytesIO(b"both have it"))
    assert naming("stranger", kept)
    assert naming("requester", kept)
    assert not naming("supervisor", kept)


def test_what_one_sees_on_a_ticket_may_be_named(world: World, cast: Cast, naming: Any) -> None:
    with world.desk.unit_of_work(TESTER) as uow:
        store, number = world.desk.files, cast.ids["ticket"]
        shown = attach_file(uow, store=store, number=number, name="a", content=BytesIO(b"shown"))
        hidden = attach_file(uow, store=store, number=number, name="b", content=BytesIO(b"hidden too"), public=False)
        kept = {row.public: Kept(row.sha256, row.name, 1) for row in (shown, hidden)}
    assert [naming(name, kept[True]) for name in ("requester", "scoped", "stranger")] == [True, True, False]
    assert [naming(name, kept[False]) for name in ("requester", "scoped", "stranger")] == [False, True, False]


def test_a_file_that_stays_in_its_field_may_be_sent_again(world: World, cast: Cast, naming: Any) -> None:
    with world.desk.unit_of_work(cast.act(world, "stranger")) as uow:
        kept = store_file(uow, store=world.desk.files, name="paper.txt", content=BytesIO(b"stays"))
    assert not naming("scoped", kept)
    assert naming("scoped", kept, **{"desk.paper": kept._asdict()})


def test_nobody_reads_a_strangers_content_through_a_ticket_of_their_own(world: World, cast: Cast) -> None:
    with world.desk.unit_of_work(cast.act(world, "stranger")) as uow:
        kept = store_file(uow, store=world.desk.files, name="secret.txt", content=BytesIO(b"not yours"))
    with world.desk.unit_of_work(cast.act(world, "requester")) as uow:
        _declare(uow)
        with pytest.raises(Invalid, match="no such file"):
            open_ticket(uow, kind="incident", title="Mine", fields={"desk.paper": kept._asdict()})
