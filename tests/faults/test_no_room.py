"""A full disk: refused with a clear answer, nothing half done, and all goes on when there is room again."""

from contextlib import suppress
from io import BytesIO

import psutil
import pytest

from tests.faults.fire import effects, supervised
from tests.journeys.running import RunningDesk, until

pytestmark = pytest.mark.faults
FULL = 4096  # no file may grow beyond: what a full disk or a quota does, without a disk of one's own


def let_grow(desk: RunningDesk, size: int) -> None:
    """How large files may become that the desk's processes write."""
    for word in ("web", "worker"):
        for child in supervised(desk, word):
            for one in [*child.children(recursive=True), child]:
                with suppress(psutil.NoSuchProcess):
                    _, hard = one.rlimit(psutil.RLIMIT_FSIZE)
                    one.rlimit(psutil.RLIMIT_FSIZE, (size, hard))


@pytest.mark.parametrize("engine", ["sqlite"])
def test_on_a_full_disk_nothing_is_half_done_and_it_goes_on_when_there_is_room(desk: RunningDesk) -> None:
    desk.start()
    number = desk.open_ticket()
    until(lambda: len(effects(desk)["told"]) == 1, desk.log)
    files = desk.folder / "data" / "files"
    let_grow(desk, FULL)
    refused = [
        desk.call("POST", "/tickets", json={"kind": "incident", "title": "No room"}),
        desk.call("POST", f"/tickets/{number}/attachments", files={"file": ("big.bin", BytesIO(b"x" * 100_000))}),
        desk.call("POST", f"/tickets/{number}/attachments", files={"file": ("huge.bin", BytesIO(b"x" * 2_000_000))}),
    ]
    assert [(answer.status_code, answer.json()["title"]) for answer in refused] == [(507, "No room")] * 3, desk.log()
    assert desk.call("GET", "/tickets/count").json()["count"] == 1, "reading goes on"
    assert not files.exists() or [path for path in files.rglob("*") if path.is_file()] == []
    let_grow(desk, psutil.RLIM_INFINITY)
    assert desk.open_ticket() > number
    until(lambda: len(effects(desk)["told"]) == 2, desk.log)
    assert effects(desk)["total"] == desk.call("GET", "/tickets/count").json()["count"] == 2
    kept = desk.call("POST", f"/tickets/{number}/attachments", files={"file": ("big.bin", BytesIO(b"x" * 100_000))})
    assert kept.status_code == 201
    assert [path.stat().st_size for path in files.rglob("*") if path.is_file()] == [100_000]
