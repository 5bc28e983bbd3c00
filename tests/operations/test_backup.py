"""A backup is whole or it is none; restored on either database it is the same desk, standing still until released."""

import io
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import inspect, select, text, tuple_, update

from itsm.app import build_current, identify
from itsm.core.db import is_postgresql
from itsm.core.desk.models import DeskFact
from itsm.core.desk.verbs import LAST_BACKUP
from itsm.core.errors import Conflict, DeskError, NotReady
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.verbs import verify_ledger
from itsm.core.ledger.models import Event, StreamHead
from itsm.core.ledger.verbs import Cursor
from itsm.core.tickets.models import Attachment, Ticket
from itsm.core.tickets.verbs import attach_file, open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.session import Database
from itsm.core.work.verbs import count_calls, release_calls
from itsm.operations.backup.archive import open_archive
from itsm.operations.backup.manifest import BadBackup
from itsm.operations.backup.postgresql import PostgresqlRows
from itsm.operations.backup.take import snapshot
from itsm.operations.backup.whole import Made, back_up_desk, check_backup, restore_desk
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, settings_for
from tests.operations.desks import NASTY, RealDesk, contents, live_in, real_desk
from tests.servers import new_database

NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
FAR_AHEAD = 10**15
Restore = Callable[..., Desk]


@pytest.fixture
def restored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Restore]:
    """Restore a backup into an empty database of either kind; the desk that works on it."""
    with ExitStack() as stack:

        def restore(place: Path, into: str = "sqlite", **more: Sequence[str]) -> Desk:
            url = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
            if into == "postgresql":
                url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
            settings = settings_for(tmp_path / "other", url)
            restore_desk(settings, place, **more)
            database = Database(url)
            stack.callback(database.dispose)
            return build_current(settings, database)[0]

        yield restore


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RealDesk]:
    """A desk with a ticket."""
    folder = tmp_path / "made"
    folder.mkdir()
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'itsm.sqlite3'}"
        if request.param == "postgresql":
            url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
        made = stack.enter_context(real_desk(url, folder))
        live_in(made)
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RealDesk]:
    """A desk that a test may spoil."""
    with real_desk(f"sqlite:///{tmp_path / 'itsm.sqlite3'}", tmp_path / "own") as made:
        live_in(made)
        yield made


def given(desk: Desk, after: Cursor) -> set[tuple[str, int]]:
    """(type, epoch) of the events after a cursor that a reader gets, or will once no other transaction is under way."""
    place = tuple_(Event.epoch, Event.position, Event.id)
    with desk.unit_of_work(TESTER, write=False) as uow:
        begun = 1
        if is_postgresql(uow.session):
            begun = uow.session.execute(
                text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            ).scalar_one()
        events = select(Event).where(place > tuple_(*after), Event.position < begun)
        return {(event.type, event.epoch) for event in uow.session.scalars(events)}


def back_up(made: RealDesk) -> Made:
    """A backup under a name of its own."""
    return back_up_desk(made.office(), str(made.settings.data_dir / f"{uuid4()}.zip"))


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_desk_is_the_same_after_a_round_trip_to_either_database(made: RealDesk, restored: Restore, into: str) -> None:
    before = contents(made.desk)
    place = back_up(made).place
    desk = restored(place, into)
    assert contents(desk) == before
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.scalars(select(Ticket.description)).one() == NASTY
        file = uow.session.scalars(select(Attachment)).one()
        assert desk.files.path(file.sha256).read_bytes() == b"\0cat\xff"
        old = [e.hash for e in uow.session.scalars(select(Event).where(Event.epoch == 1).order_by(Event.id))]
    with made.desk.unit_of_work(TESTER, write=False) as uow:
        assert old == [e.hash for e in uow.session.scalars(select(Event).order_by(Event.id).limit(len(old)))]


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_after_a_restore_numbers_go_on_the_stream_goes_on_and_the_guards_stand(
    made: RealDesk, restored: Restore, into: str
) -> None:
    with made.desk.unit_of_work(TESTER) as uow:
        last = open_ticket(uow, kind="incident", title="Последний").id
    with made.desk.unit_of_work(TESTER) as uow:  # as on a server that has had many more transactions than the next
        uow.session.execute(update(StreamHead).values(position=FAR_AHEAD))
    with made.desk.unit_of_work(TESTER, write=False) as uow:
        newest = uow.session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
        read_so_far = Cursor(newest.epoch, newest.position, newest.id)
    desk = restored(back_up(made).place, into)
    with desk.unit_of_work(TESTER) as uow:
        assert open_ticket(uow, kind="incident", title="Новый").id == last + 1
    wanted = {("desk_restored", 2), ("ticket_opened", 2)}
    assert wanted <= given(desk, read_so_far)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert verify_ledger(uow, folder=SealFolder(desk.settings.seal_dir)).damages == []
    with pytest.raises(Exception, match="only added to"), desk.database.engine.connect() as connection:
        connection.execution_options(itsm_write=True).execute(text("UPDATE event SET type = 'x'"))


def test_after_a_restore_nobody_is_signed_in_and_nothing_is_done_until_it_is_released(
    made: RealDesk, restored: Restore
) -> None:
    desk = restored(back_up(made).place)
    assert identify(made.desk, token=None, session=made.session, address="127.0.0.1").kind == "person"
    assert identify(desk, token=None, session=made.session, address="127.0.0.1").kind == "nobody"
    assert drain(desk) == 0
    with desk.unit_of_work(TESTER) as uow:
        assert count_calls(uow)["held"] > 0
        release_calls(uow)
    assert drain(desk) > 0


def test_a_backup_is_taken_while_writers_write_and_holds_the_moment_of_its_beginning(made: RealDesk) -> None:
    with snapshot(made.desk.database.engine) as rows:
        before = b"".join(rows.give(rows.shape("ticket")))
        with made.desk.unit_of_work(TESTER) as uow:
            number = open_ticket(uow, kind="incident", title="Meanwhile").id
            attach_file(uow, store=made.desk.files, number=number, name="a.txt", content=io.BytesIO(b"meanwhile"))
        assert b"".join(rows.give(rows.shape("ticket"))) == before
        if isinstance(rows, PostgresqlRows):  # without an id of its own it holds nobody's horizon back
            assert rows._cursor.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)


def test_the_desk_knows_when_it_was_backed_up_and_the_ledger_tells_of_it(made: RealDesk) -> None:
    done = back_up(made)
    assert done.recorded
    assert done.place.stat().st_mode & 0o777 == 0o600
    with made.desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(DeskFact, LAST_BACKUP).value == done.manifest.taken_at.isoformat()
        told = select(Event).where(Event.type == "desk_backed_up").order_by(Event.id.desc())
        assert uow.session.scalars(told.limit(1)).one().actor == "cli"
    assert made.settings.secret_key.encode() not in done.place.read_bytes()


def test_a_target_that_is_not_empty_is_refused_unless_that_is_asked_for(made: RealDesk) -> None:
    place = back_up(made).place
    with made.desk.unit_of_work(TESTER) as uow:
        lost = open_ticket(uow, kind="incident", title="After the backup").id
    with pytest.raises(Conflict, match="not empty"):
        restore_desk(made.settings, place)
    with made.desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get(Ticket, lost) is not None
    restore_desk(made.settings, place, force=True)
    restore_desk(made.settings, place, force=True)
    with made.desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get(Ticket, lost) is None
        assert uow.session.get_one(DeskFact, "epoch").value == "3"  # never one that was there before
    made.desk.epoch = 3


def damaged(place: Path, part: str, content: bytes | None) -> Path:
    """A copy of an archive with another content of one part, or without it."""
    other = place.with_name("damaged.zip")
    with zipfile.ZipFile(place) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            if not name.startswith(part):
                new.writestr(name, old.read(name))
            elif content is not None:
                new.writestr(name, old.read(name) + content)
    return other


@pytest.mark.parametrize(
    ("part", "content", "sentence"),
    [
        ("tables/ticket.copy", b"1\n", "rows of ticket are not those"),
        ("tables/ticket.copy", None, "lacks its part tables/ticket.copy"),
        ("files/", b"x", "is not the one that was backed up"),
        ("manifest.json", None, "has no manifest"),
        ("manifest.json", b"}", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_backup_is_named_and_nothing_of_it_is_restored(
    own: RealDesk, tmp_path: Path, part: str, content: bytes | None, sentence: str
) -> None:
    place = back_up(own).place
    assert check_backup(place).rows > 100
    other = damaged(place, part, content)
    with pytest.raises(BadBackup, match=sentence):
        check_backup(other)
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    with pytest.raises(BadBackup, match=r"ticket|backup|backed up"):
        restore_desk(settings_for(tmp_path / "new", url), other)
    with closing(sqlite3.connect(tmp_path / "new.sqlite3")) as connection:
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []


def test_a_cut_file_is_no_backup(own: RealDesk) -> None:
    place = back_up(own).place
    place.write_bytes(place.read_bytes()[:-100])
    with pytest.raises(BadBackup, match="cannot be read as a backup"):
        check_backup(place)


def test_a_file_that_the_store_has_lost_or_that_was_changed_is_told(own: RealDesk) -> None:
    with own.desk.unit_of_work(TESTER, write=False) as uow:
        sha256 = uow.session.scalars(select(Attachment.sha256)).one()
    own.desk.files.path(sha256).write_bytes(b"another cat")
    done = back_up(own)
    assert done.manifest.missing == [sha256]
    assert check_backup(done.place).missing == [sha256]


def test_data_of_plugins_that_are_not_here_are_named_and_may_be_left_out(own: RealDesk, restored: Restore) -> None:
    with own.desk.database.engine.execution_options(itsm_write=True).begin() as connection:
        connection.execute(text("CREATE TABLE gone_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO gone_version VALUES ('0007')"))
        connection.execute(text("CREATE TABLE gone_thing (id INTEGER PRIMARY KEY)"))
    place = back_up(own).place
    with pytest.raises(DeskError, match="--without gone"):
        restored(place)
    assert "gone_thing" not in inspect(restored(place, left_out=["gone"]).database.engine).get_table_names()


def test_a_backup_of_newer_code_is_refused_by_older(own: RealDesk, restored: Restore) -> None:
    with own.desk.database.engine.execution_options(itsm_write=True).begin() as connection:
        connection.execute(text("UPDATE core_version SET version_num = '9999'"))
    done = back_up(own)
    assert not done.recorded
    with pytest.raises(NotReady, match="newer than the code"):
        restored(done.place)


def test_an_archive_lists_tables_that_nobody_could_have_named_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        shape = '{"name": "ticket; DROP TABLE person", "columns": [], "last_id": 0}'
        archive.writestr("manifest.json", f'{{"format": 1, "tables": [{{"shape": {shape}, "rows": 0, "sha256": ""}}]}}')
    with pytest.raises(BadBackup, match="no name of a table"), open_archive(tmp_path / "x.zip"):
        pass
