"""The settings, the machine and the data folder."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

from itsm.core.secret import MAKE_ONE, secret_fault
from itsm.core.settings import Settings
from itsm.operations.doctor.findings import Finding, or_well, warning, wrong

LEAST_ROOM = 200 << 20
SOME_ROOM = 2 << 30
LOCAL = ("127.0.0.1", "::1", "localhost")


def look_at_settings(settings: Settings) -> list[Finding]:
    """All of it."""
    return [
        *or_well(_mode(settings), "settings", "all are known and fit"),
        *or_well(_folder(settings), "data folder", f"{settings.data_dir} is the owner's alone"),
        *or_well(_room(settings), "disk", "there is room"),
    ]


def _mode(settings: Settings) -> Iterator[Finding]:
    in_production = settings.mode == "production"
    if fault := secret_fault(settings.secret_key):
        tell = wrong if in_production else warning
        yield tell("secret key", f"it is no secret: {fault}", f"{MAKE_ONE} Set it as ITSM_SECRET_KEY.")
    if not in_production:
        yield warning("mode", f"this is a desk for {settings.mode}", "Unset ITSM_MODE where people work.")
        return
    if (settings.data_dir / "demo.json").exists():
        yield wrong("data folder", "it holds the demo desk, whose passwords are printed", "Use another ITSM_DATA_DIR.")
    yield from _address(settings)


def _address(settings: Settings) -> Iterator[Finding]:
    address = urlsplit(settings.base_url)
    if not settings.base_url:
        yield warning("address", "links in messages have no address to begin with, and any Host header is believed",
                      "Set ITSM_BASE_URL, such as https://desk.example.org.")  # fmt: skip
    elif address.scheme != "https" and address.hostname not in LOCAL:
        yield wrong("address", f"{settings.base_url} is not encrypted: cookies and passwords can be read on the way",
                    "Put a proxy with a certificate in front, and write https:// into ITSM_BASE_URL.")  # fmt: skip
    elif address.scheme == "https" and not settings.trusted_proxies:
        yield warning("address", "https ends at a proxy, whose address stands for all people's",
                      "Set ITSM_TRUSTED_PROXIES to the number of proxies in front.")  # fmt: skip


def _folder(settings: Settings) -> Iterator[Finding]:
    for path in (settings.data_dir, settings.data_dir / "secret_key"):
        if path.exists() and path.stat().st_mode & 0o077:
            yield wrong("data folder", f"{path} can be read by others on this machine", f"chmod go= '{path}'")


def _room(settings: Settings) -> Iterator[Finding]:
    if not settings.data_dir.exists():
        return
    free = shutil.disk_usage(settings.data_dir).free
    sentence = f"{free >> 20} MB are left for {settings.data_dir}"
    if free < LEAST_ROOM:
        yield wrong("disk", sentence, "Make room: without it nothing can be written.")
    elif free < SOME_ROOM:
        yield warning("disk", sentence, "Make room before it is needed.")
