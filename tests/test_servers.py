"""The servers that tests rely on are real ones, and can be killed, frozen and brought back."""

from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, make_url, text

from tests import servers


def libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_the_shared_postgresql_answers_with_its_version(postgres_url: str) -> None:
    with psycopg.connect(libpq(postgres_url)) as connection:
        (version,) = connection.execute("select version()").fetchone() or ("",)
    assert version.startswith("PostgreSQL ")


def test_the_shared_valkey_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
        assert client.info("server")["redis_version"]


def test_each_test_gets_an_empty_database_on_both_engines(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("create table кот (имя text)"))
        connection.execute(text("insert into кот values ('Ёж')"))
        assert connection.execute(text("select имя from кот")).scalar_one() == "Ёж"
    engine.dispose()


def test_a_new_database_can_be_the_copy_of_another(postgres_url: str) -> None:
    with servers.new_database(postgres_url) as first:
        with psycopg.connect(libpq(first)) as connection:
            connection.execute("create table seen as select 1 as it")
        with (
            servers.new_database(postgres_url, template=make_url(first).database or "") as copy,
            psycopg.connect(libpq(copy)) as connection,
        ):
            assert connection.execute("select it from seen").fetchone() == (1,)


@pytest.mark.faults
def test_a_killed_postgresql_comes_back_on_the_same_port_with_what_was_committed() -> None:
    with servers.postgres() as server:
        with psycopg.connect(libpq(server.url)) as connection:
            connection.execute("create table kept as select 42 as it")
        witness = psycopg.connect(libpq(server.url))
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(libpq(server.url))
        with pytest.raises(psycopg.OperationalError):
            witness.execute("select 1")
        witness.close()
        server.start()
        with psycopg.connect(libpq(server.url)) as connection:
            assert connection.execute("select it from kept").fetchone() == (42,)


@pytest.mark.faults
@pytest.mark.parametrize("durable", [True, False])
def test_a_killed_valkey_comes_back_on_the_same_port(durable: bool) -> None:
    with servers.valkey(durable=durable) as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("key", "value")
        server.restart()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("key") == (b"value" if durable else None)


@pytest.mark.faults
def test_a_frozen_server_hangs_and_goes_on_when_thawed() -> None:
    with servers.valkey() as server, redis.Redis.from_url(server.url, socket_timeout=0.2, retry=None) as client:
        server.freeze()
        with pytest.raises(redis.TimeoutError):
            client.ping()
        server.thaw()
        assert client.ping()


@pytest.mark.faults
def test_a_server_leaves_no_process_and_no_folder_behind() -> None:
    with servers.postgres(durable=False) as server:
        process = server.process
        assert process is not None
        assert process.poll() is None
    assert process.poll() is not None
    assert not Path(server.folder).exists()
