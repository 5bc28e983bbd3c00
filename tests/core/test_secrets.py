"""A secret stands nowhere: not in events, jobs, logs, pages of errors, the exported configuration, or a traceback."""

import logging
import traceback
from typing import Any

import pytest
from marshmallow import fields as kinds
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError

from itsm.core.access.models import Account
from itsm.core.access.verbs import add_account, add_token
from itsm.core.configuration.outside import to_text
from itsm.core.configuration.verbs import export_desk
from itsm.core.db import table_of
from itsm.core.ledger.verbs import append, history
from itsm.core.masking import MASK, is_secret
from itsm.core.people.verbs import add_person
from itsm.core.settings import read_settings
from itsm.core.work.session import SessionMisuse
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample

CANARY = "kanarienvogel-4711"


@pytest.mark.parametrize(
    "name", ["password", "new_password", "x.api_key", "smtp.password", "client_secret", "token", "hash", "Passwd"]
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["passwordless", "title", "body", "key", "secretary", "hashtag"])
def test_names_that_only_look_like_it_are_left_alone(name: str) -> None:
    assert not is_secret(name)


def test_a_password_and_a_token_stand_in_no_column_of_the_database(desk: Desk, visitor: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with desk.unit_of_work(TESTER) as uow:
        person = add_person(uow, name="Пётр", addresses=[("email", "p@example.org")])
        add_account(uow, person_id=person.id, login="p@example.org", password=CANARY)
        token = add_token(uow, person_id=person.id, name="robot")
    visitor.post("/sign-in", {"login": "p@example.org", "password": f"{CANARY}-wrong"})
    visitor.post("/sign-in", {"login": "p@example.org", "password": CANARY})
    visitor.post("/sign-in", {"login": CANARY, "password": "typed into the wrong field"})
    assert [place for place in _texts(desk) if CANARY in place[1] or token in place[1]] == []
    assert CANARY not in caplog.text
    assert token not in caplog.text


def _texts(desk: Desk) -> list[tuple[str, str]]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        connection = uow.session.connection()
        return [
            (f"{table}.{column['name']}", str(value))
            for table in inspect(connection).get_table_names()
            for column in inspect(connection).get_columns(table)
            for (value,) in connection.execute(text(f'SELECT "{column["name"]}" FROM "{table}"'))  # noqa: S608
        ]


def test_what_is_called_a_secret_is_masked_in_the_ledger(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        told = {"smtp.password": [CANARY, CANARY], "token": 7, "client_secret": {"value": CANARY}}
        append(uow, stream="gadget", subject_id=1, type="changed", facts=told, texts={"password": CANARY, "body": "x"})
    with desk.unit_of_work(TESTER, write=False) as uow:
        event, texts = history(uow.session, "gadget", 1)[0]
        assert event.facts == {"smtp.password": [MASK, MASK], "token": 7, "client_secret": {"value": MASK}}
        assert texts == {"password": MASK, "body": "x"}


def test_a_secret_cannot_be_owed(uow: UnitOfWork) -> None:
    with pytest.raises(SessionMisuse, match=r"^(?!.*kanarienvogel).*password would stand in the database"):
        uow.later("core.remap", password=CANARY)
    uow.later("core.remap", token=7)


def test_an_error_of_the_database_does_not_tell_what_was_to_be_written(desk: Desk) -> None:
    row = {"person_id": 999_999, "login": "x", "login_fold": None, "password_hash": CANARY, "disabled": False}
    with desk.unit_of_work(TESTER) as uow, pytest.raises(DBAPIError) as caught, uow.session.begin_nested():
        uow.session.execute(insert(table_of(Account)).values(row))
    told = "".join(traceback.format_exception(caught.value))
    assert "login_fold" in told
    assert CANARY not in told


def test_settings_that_hold_passwords_do_not_show_in_tracebacks() -> None:
    settings = read_settings(
        {
            "ITSM_SECRET_KEY": CANARY,
            "ITSM_DATABASE_URL": f"postgresql://x:{CANARY}@db/itsm",
            "ITSM_REDIS_URL": f"redis://:{CANARY}@r/0",
            "ITSM_GADGET__PASSWORD": CANARY,
        }
    )
    assert CANARY not in repr(settings)


def test_no_document_of_configuration_has_a_place_for_a_secret(desk: Desk) -> None:
    """Secrets come from settings, so that `itsm export config` cannot hold one."""
    for document in desk.registry.documents.values():
        assert list(_secret_places(document.schema())) == []


def _secret_places(schema: Any) -> Any:
    for name, field in schema.fields.items():
        if isinstance(field, kinds.String) and is_secret(name):
            yield name
        nested = field.inner if isinstance(field, kinds.List) else field
        if isinstance(nested, kinds.Nested):
            yield from _secret_places(nested.schema)


def test_the_exported_configuration_holds_no_hash(desk: Desk, sample: Sample) -> None:
    with desk.unit_of_work(TESTER, write=False) as uow:
        told = to_text(export_desk(uow))
    assert "argon2" not in told
    assert sample.tokens["admin"] not in told
