"""A desk in production does not start with a secret that others know, and says how to make one."""

import base64
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from itsm.core.errors import SettingsError
from itsm.core.secret import new_secret, secret_fault
from itsm.core.settings import read_settings, refuse_weak_secret
from tests.journeys.running import running_desk
from tests.servers import free_port

WEAK = [
    "", "dev", "secret", "changeme", "x" * 64, "abcabcabc" * 8, "0123456789" * 5, "django-insecure-" + "k" * 50,
    "this-is-a-very-long-development-key-of-mine", "test-key", "itsm" * 12, "9f2c4be1d07a35c6",
]  # fmt: skip


@pytest.mark.parametrize("weak", WEAK)
def test_what_everybody_could_guess_is_no_secret(weak: str, tmp_path: Path) -> None:
    settings = read_settings({"ITSM_SECRET_KEY": weak, "ITSM_DATA_DIR": str(tmp_path)})
    with pytest.raises(SettingsError, match="token_urlsafe") as refused:
        refuse_weak_secret(settings)
    assert len(weak) < 9 or weak not in str(refused.value)
    refuse_weak_secret(replace(settings, mode="demo"))


@pytest.mark.parametrize(
    "make", [new_secret, lambda: secrets.token_hex(32), lambda: base64.b64encode(secrets.token_bytes(32)).decode()]
)
def test_random_ones_are(make: object) -> None:
    assert callable(make)
    assert [secret_fault(make()) for _ in range(200)] == [""] * 200


def test_the_demos_folder_is_none_for_production(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{}")
    settings = read_settings({"ITSM_SECRET_KEY": new_secret(), "ITSM_DATA_DIR": str(tmp_path)})
    with pytest.raises(SettingsError, match="passwords are printed"):
        refuse_weak_secret(settings)


@pytest.mark.slow
def test_web_worker_and_run_end_with_code_2_and_the_sentence(tmp_path: Path) -> None:
    with running_desk(tmp_path / "desk", ITSM_MODE="production", ITSM_SECRET_KEY="changeme") as desk:
        for command in (["web", "--port", str(free_port())], ["worker"], ["run", "--port", str(free_port())]):
            assert desk.spawn(command[0], *command).wait(60) == 2, desk.log()
            assert "ITSM_SECRET_KEY is no secret" in (desk.folder / f"{command[0]}.log").read_text()
