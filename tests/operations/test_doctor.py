"""The doctor finds what is wrong with a desk, names it, and says how it is mended; a healthy desk gets a clean bill."""

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from itsm.app import Office
from itsm.core.desk.models import DeskFact, PluginRow
from itsm.core.desk.verbs import LAST_BACKUP
from itsm.core.errors import SettingsError
from itsm.core.secret import new_secret
from itsm.core.tickets.models import Attachment
from itsm.core.tickets.verbs import attach_file
from itsm.core.work.jobs.clockwork import lead
from itsm.core.work.models import Lease, OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import hold_calls
from itsm.operations.backup.whole import back_up_desk
from itsm.operations.doctor.visit import examine
from tests.fixtures import TESTER
from tests.operations.desks import RealDesk, live_in, real_desk
from tests.servers import free_port


@pytest.fixture
def healthy(database_url: str, tmp_path: Path) -> Iterator[RealDesk]:
    """A desk in production with nothing to mend."""
    with real_desk(database_url, tmp_path / "desk") as made:
        live_in(made)
        made.settings = replace(
            made.settings, mode="production", secret_key=new_secret(), base_url="https://desk.example.org",
            trusted_proxies=1,
        )  # fmt: skip
        made.settings.data_dir.chmod(0o700)
        with made.desk.unit_of_work(TESTER) as uow:
            lead(uow.session, uow.now + timedelta(hours=1), "somebody")
            uow.session.execute(update(OwedCall).values(state="done"))
        back_up_desk(made.office())
        yield made


def unwell(made: RealDesk, *, deep: bool = False, office: Office | None = None) -> list[str]:
    """What the doctor finds, with its levels; each finding must say how it is mended."""
    found = [one for one in examine(lambda: office or made.office(), deep=deep) if one.level != "well"]
    assert all(one.mend for one in found)
    return [f"{one.level} {one.about}: {one.sentence}" for one in found]


def test_a_healthy_desk_gets_a_clean_bill_and_each_injury_is_named(healthy: RealDesk) -> None:
    assert unwell(healthy, deep=True) == []
    for what, (injure, named) in INJURIES.items():
        with healthy.desk.unit_of_work(TESTER) as uow:
            injure(uow)
        found = unwell(healthy)
        assert any(named in one for one in found), (what, found)


def _late(uow: UnitOfWork) -> None:
    uow.later("core.forget_receipts", at=uow.now - timedelta(minutes=5))


def _dead(uow: UnitOfWork) -> None:
    uow.later("core.forget_receipts", key="dead")
    uow.flush()
    uow.session.execute(update(OwedCall).where(OwedCall.key == "dead").values(state="dead"))


def _quarantined(uow: UnitOfWork) -> None:
    uow.session.execute(update(PluginRow).values(state="quarantined", reason="5 faults"))


def _old_backup(uow: UnitOfWork) -> None:
    uow.session.execute(
        update(DeskFact).where(DeskFact.name == LAST_BACKUP).values(value=(uow.now - timedelta(days=8)).isoformat())
    )


def _unguarded(uow: UnitOfWork) -> None:
    on = " ON event" if uow.session.get_bind().dialect.name == "postgresql" else ""
    trigger = "event_stays" if on else "event_not_changed"
    uow.session.execute(text(f"DROP TRIGGER {trigger}{on}"))


INJURIES: dict[str, tuple[Callable[[UnitOfWork], object], str]] = {
    "nobody leads": (lambda uow: uow.session.execute(update(Lease).values(until=uow.now)), "wrong worker: no worker"),
    "late": (_late, "wrong background jobs: 1 are due, the oldest since"),
    "dead": (_dead, "wrong background jobs: 1 have failed for good: core.forget_receipts (1)"),
    "quarantined": (_quarantined, "wrong plugins: incidents is in quarantine: 5 faults"),
    "backup": (_old_backup, "wrong backup: the last one was taken at"),
    "unguarded": (_unguarded, "wrong ledger: the trigger event_"),
    "held": (hold_calls, "warning background jobs: all stand still since the restore"),
    "schema": (lambda uow: uow.session.execute(text("UPDATE core_version SET version_num = '0001'")),
               "wrong schema: The schema does not fit this code"),
}  # fmt: skip


def test_lost_files_are_found_and_changed_ones_when_it_looks_deep(healthy: RealDesk) -> None:
    with healthy.desk.unit_of_work(TESTER) as uow:
        first = uow.session.scalars(select(Attachment)).one()
        other = attach_file(uow, store=healthy.desk.files, number=healthy.number, name="b", content=io.BytesIO(b"dog"))
    healthy.desk.files.path(other.sha256).write_bytes(b"cat")
    assert unwell(healthy) == []
    assert unwell(healthy, deep=True) == [f"wrong files: 1 are not what was stored: {other.sha256}"]
    healthy.desk.files.path(first.sha256).unlink()
    assert unwell(healthy) == [f"wrong files: 1 are missing: {first.sha256}"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret_key": "changeme"}, "wrong secret key: it is no secret"),
        ({"mode": "demo"}, "warning mode: this is a desk for demo"),
        ({"base_url": ""}, "warning address: links in messages have no address"),
        ({"base_url": "http://desk.example.org"}, "wrong address: http://desk.example.org is not encrypted"),
        ({"trusted_proxies": 0}, "warning address: https ends at a proxy"),
        ({"redis_url": "redis://127.0.0.1:1/0"}, "warning Redis: it does not answer"),
    ],
)
def test_settings_that_do_not_fit_production_are_named(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    with real_desk(f"sqlite:///{tmp_path / 'd.sqlite3'}", tmp_path / "desk") as made:
        made.settings = replace(made.settings, mode="production", secret_key=new_secret(), trusted_proxies=1,
                                base_url="https://desk.example.org")  # fmt: skip
        assert not any(named in one for one in unwell(made))
        made.settings = replace(made.settings, **changes)
        assert any(named in one for one in unwell(made))


def test_a_folder_that_others_can_read_is_told_with_the_command_that_mends_it(tmp_path: Path) -> None:
    with real_desk(f"sqlite:///{tmp_path / 'd.sqlite3'}", tmp_path / "desk") as made:
        (tmp_path / "desk").mkdir(exist_ok=True)
        (tmp_path / "desk" / "secret_key").write_text("x")
        os.chmod(tmp_path / "desk" / "secret_key", 0o644)
        found = [one for one in examine(made.office) if "can be read by others" in one.sentence]
        assert f"chmod go= '{tmp_path / 'desk' / 'secret_key'}'" in [one.mend for one in found]


def test_what_hinders_looking_is_a_finding_too(tmp_path: Path) -> None:
    def wrong_settings() -> Office:
        raise SettingsError("ITSM_REDIS_URI is not a setting")

    assert [one.about for one in examine(wrong_settings)] == ["settings"]
    with real_desk(f"sqlite:///{tmp_path / 'd.sqlite3'}", tmp_path / "desk") as made:
        for url, named in (
            (f"sqlite:///{tmp_path / 'none.sqlite3'}", "wrong schema: There is no desk here"),
            (f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none", "wrong database: it does not answer"),
        ):
            office = Office(replace(made.settings, database_url=url))
            assert any(named in one for one in unwell(made, office=office))
            office.database.dispose()
    assert not (tmp_path / "none.sqlite3").exists()
