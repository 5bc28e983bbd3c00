"""A filterable field has one index, which its filter and its sort meet on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, Select, insert, select, text
from sqlalchemy.exc import DBAPIError

from itsm.core.fields.verbs import index_expression
from itsm.core.hookspecs.declarations import Field
from itsm.core.tickets.models import Ticket
from itsm.plugins.machinery.migrate import drop_field_indexes, sync_field_indexes
from itsm.plugins.machinery.migrate.apply import migrate
from itsm.plugins.machinery.migrate.indexes import index_name
from tests.plugins.schema import CORE, dump, writing

LABEL = {"en": "A field"}
IMPACT = Field("gadgets.impact", "choice", LABEL, filterable=True)
SIZE = Field("gadgets.size", "decimal", LABEL, filterable=True)
FIELDS = [("ticket", IMPACT), ("ticket", SIZE), ("ticket", Field("gadgets.colour", "text", LABEL))]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TICKET = {
    "kind": "incident", "state": "new", "category": "new", "title": "t", "title_fold": "t", "priority": 3,
    "source": "web", "opened_at": NOW, "updated_at": NOW,
}  # fmt: skip


def test_only_filterable_fields_get_an_index_and_only_once(engine: Engine) -> None:
    migrate(engine, [CORE])
    before = dump(engine)
    assert sync_field_indexes(engine, FIELDS) == ["index ix_ticket_gadgets__impact", "index ix_ticket_gadgets__size"]
    assert sync_field_indexes(engine, FIELDS) == []
    drop_field_indexes(engine, FIELDS)
    assert dump(engine) == before


@pytest.mark.parametrize(("field", "value"), [(IMPACT, "high"), (SIZE, 4000)])
def test_filter_and_sort_meet_the_index(engine: Engine, field: Field, value: Any) -> None:
    _tickets(engine)
    sync_field_indexes(engine, FIELDS)
    found = index_expression(field, "ticket.fields") == value
    query = select(Ticket.id).where(found).order_by(Ticket.id.desc()).limit(50)
    plan = _plan(engine, query)
    assert index_name("ticket", field) in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
    with engine.connect() as connection:
        assert connection.scalars(query).all() == [4000]


# On SQLite an index is made in one transaction.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_index_whose_build_was_interrupted_is_built_again(engine: Engine) -> None:
    _tickets(engine)
    name = index_name("ticket", IMPACT)
    unique = f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON ticket ((fields ->> 'gadgets.impact'), (1))"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        with pytest.raises(DBAPIError):
            connection.execute(text(unique))
        assert connection.scalar(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")) == 1
        assert sync_field_indexes(engine, FIELDS[:1]) == [f"index {name}"]
        assert connection.scalar(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")) == 0


def test_an_index_follows_a_field_that_changed_its_type(engine: Engine) -> None:
    migrate(engine, [CORE])
    as_text = Field("gadgets.size", "text", LABEL, filterable=True)
    sync_field_indexes(engine, [("team", as_text)])
    as_number = sync_field_indexes(engine, [("team", SIZE)])
    # SQLite spells text and number alike: there is nothing to renew.
    assert as_number == (["index ix_team_gadgets__size"] if engine.dialect.name == "postgresql" else [])


def test_long_names_stay_apart(engine: Engine) -> None:
    migrate(engine, [CORE])
    fields = [("organisation", Field(f"gadgets.{'long' * 12}_{x}", "text", LABEL, filterable=True)) for x in "ab"]
    assert len(set(sync_field_indexes(engine, fields))) == 2
    assert sync_field_indexes(engine, fields) == []


def _tickets(engine: Engine) -> None:
    """Many tickets, of which number 4000 alone has the rare values."""
    migrate(engine, [CORE])
    rows = [{**TICKET, "fields": {"gadgets.impact": "high" if n == 4000 else "low", "gadgets.size": n}}
            for n in range(1, 4002)]  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(Ticket), rows)
        connection.execute(text("ANALYZE"))


def _plan(engine: Engine, query: Select[Any]) -> str:
    compiled = query.compile(engine)
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        values = compiled.construct_params()
        order = tuple(values[name] for name in compiled.positiontup or ()) if compiled.positional else values
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + str(compiled), order))
