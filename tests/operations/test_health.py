"""What monitors are told: whether requests can be served, and numbers, to those who may have them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from itsm.app import build
from itsm.core.work.session import Database
from itsm.operations.backup.whole import back_up_desk
from tests.fixtures import INCIDENTS, World, settings_for
from tests.operations.desks import RealDesk, real_desk


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[RealDesk]:
    """A desk on the disk."""
    with real_desk(database_url, tmp_path / "desk") as made:
        yield made


def value(client: FlaskClient, pattern: str) -> float:
    """The number of one line of /metrics."""
    told = client.get("/metrics").text
    found = re.search(rf"^{pattern} (\S+)$", told, re.MULTILINE)
    assert found, told
    return float(found[1])


def test_a_schema_that_does_not_fit_is_not_ready_and_says_what_to_do(made: RealDesk) -> None:
    client = made.app.test_client()
    assert client.get("/readyz").status_code == 200
    with made.desk.database.engine.execution_options(itsm_write=True).begin() as connection:
        connection.execute(text("UPDATE core_version SET version_num = '0001'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["ready"], answer.json["database"]) == (503, False, "ok")
    assert "itsm migrate" in answer.json["schema"]
    assert client.get("/healthz").status_code == 200


class Silent:
    """A bell in a Redis that is away."""

    def ring(self) -> None: ...

    def answers(self) -> bool:
        return False


def test_without_its_redis_a_desk_is_ready_and_degraded(made: RealDesk) -> None:
    made.desk.bell = Silent()
    answer = made.app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["ready"], answer.json["degraded"]) == (200, True, True)


def test_without_its_database_a_desk_is_alive_and_not_ready(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    desk, app = build(settings_for(tmp_path, url), [], database=Database(url))
    client = app.test_client()
    assert client.get("/healthz").json == {"alive": True}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "away")
    desk.database.dispose()


def test_numbers_tell_of_requests_of_the_backup_and_of_who_serves(made: RealDesk) -> None:
    client = made.app.test_client()
    headers = {"Authorization": f"Bearer {made.sample.tokens['agent']}"}
    assert "itsm_backup_age_seconds" not in client.get("/metrics").text
    back_up_desk(made.office())
    assert client.get("/api/v1/tickets/999", headers=headers).status_code == 404
    assert client.open("/api/v1/tickets", method="BREW").status_code == 405
    counted = 'itsm_request_seconds_count{kind="%s",method="%s",plugin="core",status="%s"}'
    assert value(client, re.escape(counted % ("api", "GET", 404))) == 1
    assert value(client, re.escape(counted % ("unknown", "other", 405))) == 1
    assert 0 <= value(client, "itsm_backup_age_seconds") < 300
    assert value(client, "itsm_worker_leads") == 0
    assert value(client, r'itsm_build_info{database="\w+",python="[\d.]+",version="[\d.]+"}') == 1
    assert value(client, r'itsm_desk{epoch="1",generation=".*"}') == 1


@pytest.mark.parametrize(
    ("token", "given", "address", "status"),
    [
        ("", "", "127.0.0.1", 200),
        ("", "", "::1", 200),
        ("", "", "10.0.0.7", 403),
        ("", "X-Forwarded-For: 127.0.0.1", "127.0.0.1", 403),  # a proxy that nobody told the desk of
        ("letmein", "", "127.0.0.1", 401),
        ("letmein", "Authorization: Bearer wrong", "127.0.0.1", 401),
        ("letmein", "Authorization: Basic letmein", "127.0.0.1", 401),
        ("letmein", "Authorization: Bearer letmein", "10.0.0.7", 200),
    ],
)
def test_numbers_are_for_this_machine_or_for_who_has_the_token(
    world: World, token: str, given: str, address: str, status: int
) -> None:
    settings = replace(world.desk.settings, metrics_token=token)
    _, app = build(settings, ["incidents"], database=world.desk.database, clock=world.clock, members=[INCIDENTS])
    name, _, content = given.partition(": ")
    headers = {name: content} if name else {}
    assert (
        app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == status
    )
