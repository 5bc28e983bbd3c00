"""`itsm user` and `itsm token`, as the command line runs them."""

from typing import Any

import pytest
from click.testing import CliRunner

from itsm.core.access import verbs
from itsm.core.access.commands import token, user
from itsm.core.errors import NotSignedIn
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.testing import TESTER, Sample, World

LOGIN = "agent@example.org"


class Office:
    """The desk as a command meets it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def unit_of_work(self, *, write: bool = True) -> UnitOfWork:
        """As the machine actor."""
        return self.world.desk.unit_of_work(TESTER, write=write)


@pytest.fixture
def run(world: World) -> Any:
    """`run(user, "password", login)`: what it prints."""

    def command(group: Any, *words: str) -> str:
        result = CliRunner().invoke(group, words, obj=lambda: Office(world), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return command


def test_a_one_time_password_is_printed_alone_and_opens_its_own_change_only(run: Any, world: World) -> None:
    password = run(user, "password", LOGIN).strip()
    with world.desk.unit_of_work(TESTER) as uow:
        proof = verbs.check_password(uow, login=LOGIN, password=password)
        assert proof is not None
        entry = verbs.entry_of(uow, verbs.sign_in(uow, proof=proof, login=LOGIN, address="::1") or "")
        assert entry is not None
        assert entry.stage == "password"


def test_sessions_are_listed_and_ended(run: Any, world: World, sample: Sample) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    with world.desk.unit_of_work(TESTER) as uow:
        who = sample.people["agent"].id
        secret = verbs.open_session(uow, person_id=who, method="password", address="192.0.2.1", agent=firefox)
    assert "192.0.2.1\tFirefox, Linux" in run(user, "sessions", LOGIN)
    assert "Ended 1 session" in run(user, "sessions", LOGIN, "--end")
    with world.desk.unit_of_work(TESTER) as uow:
        assert verbs.actor_of_session(uow, secret).kind == "nobody"
    assert "Removed 0" in run(user, "reset-factors", LOGIN)


def test_tokens_are_listed_and_revoked(run: Any, world: World) -> None:
    secret = run(token, "add", "--user", LOGIN, "--name", "backup", "--from", "192.0.2.0/24", "--days", "30").strip()
    lines = [line.split("\t") for line in run(token, "list", "--user", LOGIN).splitlines()]
    number = next(line[0] for line in lines if line[2] == "backup")
    assert {line[1] for line in lines} == {LOGIN}
    with world.desk.unit_of_work(TESTER) as uow:
        assert verbs.actor_of_token(uow, secret, "192.0.2.9").kind == "person"
    run(token, "revoke", number)
    with world.desk.unit_of_work(TESTER) as uow, pytest.raises(NotSignedIn):
        verbs.actor_of_token(uow, secret, "192.0.2.9")
