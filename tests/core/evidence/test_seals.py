"""Seals leave the database: what was there once and is there no more shows, whatever was rewritten since."""

# ruff: noqa: S608 - the statements of an attacker, all of them written here

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from itsm.core.desk.models import DeskFact
from itsm.core.errors import Conflict
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.rules import Merkle, Report, Seal
from itsm.core.evidence.verbs import make_seal, seal_when_due
from itsm.core.hookspecs.marks import hook
from itsm.core.ledger.models import Event, StreamHead
from itsm.core.ledger.rules import CHAINED, GENESIS, chain
from itsm.core.tickets.verbs import add_comment, open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.verbs import run_schedule
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.testing.fixtures import World
from tests.fixtures import TESTER, Clock

Verified = Callable[[], Report]
OF_TICKET = "stream = 'ticket' AND subject_id = 1"


def a_comment(desk: Desk, body: str) -> None:
    with desk.unit_of_work(TESTER) as uow:
        add_comment(uow, number=1, body=body)


def sealed(desk: Desk, folder: SealFolder) -> Seal:
    with desk.unit_of_work(TESTER) as uow:
        return make_seal(uow, folder=folder)


@pytest.fixture
def sealed_desk(real_desk: Desk, seals: SealFolder) -> Desk:
    """A ticket of three events, a seal, two more events, another seal."""
    with real_desk.unit_of_work(TESTER) as uow:
        open_ticket(uow, kind="incident", title="Печать", description="Иванова")
        open_ticket(uow, kind="incident", title="Сеть")
    a_comment(real_desk, "один")
    a_comment(real_desk, "два")
    sealed(real_desk, seals)
    a_comment(real_desk, "три")
    a_comment(real_desk, "четыре")
    sealed(real_desk, seals)
    return real_desk


def cut_after(attack: Any, seq: int) -> None:
    """Cut the tail, and let the head say that nothing is missing."""
    attack(
        f"DELETE FROM event_text WHERE event_id IN (SELECT id FROM event WHERE {OF_TICKET} AND seq > {seq})",
        f"DELETE FROM event WHERE {OF_TICKET} AND seq > {seq}",
        f"UPDATE stream_head SET seq = {seq}, hash = (SELECT hash FROM event WHERE {OF_TICKET} AND seq = {seq}) "
        f"WHERE {OF_TICKET}",
    )


def vanish(attack: Any, table: str = "event") -> None:
    """A ticket's whole stream with its head."""
    attack(
        f"DELETE FROM event_text WHERE event_id IN (SELECT id FROM event WHERE {OF_TICKET})",
        f"DELETE FROM {table} WHERE {OF_TICKET}",
        f"DELETE FROM stream_head WHERE {OF_TICKET}",
    )


def test_a_sound_ledger_fits_all_its_seals(sealed_desk: Desk, verified: Verified, seals: SealFolder) -> None:
    a_comment(sealed_desk, "пять")
    report = verified()
    assert (report.sound, report.damages, report.seals) == (True, [], 2)
    first, second = seals.read(1), seals.read(2)
    assert (second.previous, second.streams) == (seals.digest(1), first.streams + 1)  # the seal's own event
    assert {str(head)[:8] for head in seals.heads(2)} == {"ticket 1", "seal 1 1"}  # only what moved


def test_a_cut_tail_whose_head_was_rewritten_shows(sealed_desk: Desk, attack: Any, verified: Verified) -> None:
    cut_after(attack, 3)
    first = verified().damages[0]
    assert (first.what, first.stream, first.subject_id, first.seq) == ("sealed", "ticket", 1, 5)
    assert "is missing" in first.sentence


def test_a_stream_that_vanished_with_its_head_shows(sealed_desk: Desk, attack: Any, verified: Verified) -> None:
    vanish(attack)
    assert [(d.what, d.subject_id, d.seq) for d in verified().damages[:2]] == [("sealed", 1, 3), ("sealed", 1, 5)]


def test_a_stream_written_anew_with_a_sound_chain_shows(sealed_desk: Desk, attack: Any, verified: Verified) -> None:
    with sealed_desk.unit_of_work(TESTER, write=False) as uow:
        of_ticket = select(Event).where(Event.stream == "ticket", Event.subject_id == 1).order_by(Event.seq)
        rows = list(uow.session.scalars(of_ticket))
    previous, forged = GENESIS, list[tuple[str, Any]]()
    for row in rows:
        previous = chain(previous, {n: getattr(row, n) for n in CHAINED} | {"channel": "mail"}, row.texts_digest)
        forged.append(("UPDATE event SET channel = 'mail', hash = ? WHERE id = ?", (previous, row.id)))
    attack(*forged, (f"UPDATE stream_head SET hash = ? WHERE {OF_TICKET}", (previous,)))
    damages = verified().damages
    assert {damage.what for damage in damages} == {"sealed"}
    assert "was rewritten since; seal 1" in damages[0].sentence


def test_an_event_that_was_slipped_in_before_the_seal_changes_the_root(
    sealed_desk: Desk, attack: Any, verified: Verified
) -> None:
    attack(
        "UPDATE event SET position = 0 WHERE stream = 'seal' AND subject_id = 2",
        "UPDATE event SET id = 0 WHERE stream = 'seal' AND subject_id = 2",
    )
    assert [damage.sentence[:30] for damage in verified().damages if damage.what == "sealed"]


def test_seals_that_are_changed_or_taken_away_are_named(
    sealed_desk: Desk, verified: Verified, seals: SealFolder
) -> None:
    path = seals.path(1)
    path.chmod(0o644)
    path.write_text(path.read_text().replace("ticket 1 3", "ticket 1 2"))
    told = [damage.sentence for damage in verified().damages]
    assert told[0].startswith("seal 2: does not follow the one before it")
    assert "seal 1: is not the file that the ledger tells of" in told
    path.unlink()
    assert any("seal 1: is missing from" in damage.sentence for damage in verified().damages)


def test_an_older_copy_of_the_database_is_told_from_a_sound_ledger(
    sealed_desk: Desk, attack: Any, verified: Verified
) -> None:
    older(attack)
    first = verified().damages[0]
    assert first.what == "cut"
    assert "an older copy of the database was put back without `itsm restore`" in first.sentence


def test_a_restore_of_an_older_backup_is_named_as_what_it_is(
    sealed_desk: Desk, attack: Any, verified: Verified, seals: SealFolder
) -> None:
    older(attack)
    begin_epoch(sealed_desk)
    report = verified()
    assert (report.sound, report.damages) == (True, [])
    assert "the desk was restored (epoch 2) from a backup older than seal 2" in report.notes[0]
    a_comment(sealed_desk, "после восстановления")
    sealed(sealed_desk, seals)
    assert verified().sound
    cut_after(attack, 3)
    assert verified().damages[0].what == "sealed"


def test_a_new_epoch_does_not_hide_what_an_old_seal_knew(sealed_desk: Desk, attack: Any, verified: Verified) -> None:
    cut_after(attack, 2)
    begin_epoch(sealed_desk)
    assert verified().damages[0].what == "sealed"


def older(attack: Any) -> None:
    """The database as it was after the first seal's event."""
    later = "id > (SELECT id FROM event WHERE stream = 'seal' AND subject_id = 1)"
    attack(
        f"DELETE FROM event_text WHERE event_id IN (SELECT id FROM event WHERE {later})",
        f"DELETE FROM event WHERE {later}",
        "DELETE FROM stream_head WHERE stream = 'seal' AND subject_id = 2",
        f"UPDATE stream_head SET seq = 3, hash = (SELECT hash FROM event WHERE {OF_TICKET} AND seq = 3) "
        f"WHERE {OF_TICKET}",
    )


def begin_epoch(desk: Desk) -> None:
    """What a restore does to the ledger."""
    with desk.unit_of_work(TESTER) as uow:
        uow.session.merge(DeskFact(name="epoch", value="2"))
        for head in uow.session.scalars(select(StreamHead)):
            head.position = 0
    desk.epoch = 2


def test_a_seal_is_never_written_again(sealed_desk: Desk, seals: SealFolder) -> None:
    with pytest.raises(Conflict, match="Seal 1 is there already"):
        seals.write(seals.read(1), [])
    assert not [path for path in seals.root.iterdir() if path.name.startswith(".new-")]


def test_a_seal_is_made_when_the_last_one_is_a_day_old(real_desk: Desk, seals: SealFolder, ticking: Clock) -> None:
    def due() -> Seal | None:
        with real_desk.unit_of_work(TESTER) as uow:
            return seal_when_due(uow, folder=seals, every=real_desk.registry.place.seal_every)

    assert due() is not None
    ticking.forward(hours=23)
    assert due() is None
    ticking.forward(hours=2)
    assert due() is not None


def test_a_plugin_hears_of_each_seal_and_may_carry_it_away(world: World) -> None:
    heard = list[Any]()
    desk, _ = world.with_plugin("notary", ledger_sealed=hook(lambda uow, event: heard.append(event.facts)))
    shutil.rmtree(desk.registry.place.seals, ignore_errors=True)
    with desk.unit_of_work(TESTER) as uow:
        run_schedule(uow, name="core.seal")
    drain(desk)
    folder = SealFolder(desk.registry.place.seals)
    number = folder.numbers()[-1]
    assert heard[0]["digest"] == folder.digest(number)


def test_the_root_depends_on_every_leaf_and_on_their_order() -> None:
    def root(*leaves: bytes) -> str:
        merkle = Merkle()
        for leaf in leaves:
            merkle.add(leaf)
        return merkle.root()

    seven = [bytes([n]) for n in range(7)]
    roots = {root(*seven[:n]) for n in range(8)} | {root(*reversed(seven)), root(*seven[:6], b"x")}
    assert len(roots) == 10
    # RFC 6962: the hash of the leaf, prefixed by 0; of two, prefixed by 1.
    assert root(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
