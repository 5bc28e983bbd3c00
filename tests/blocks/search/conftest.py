"""A bare connection to PostgreSQL, and an engine over a fresh database of either kind."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine

from itsm.core.db import make_engine


@pytest.fixture(scope="module")
def postgres(postgres_url: str) -> Iterator[Connection]:
    """PostgreSQL without a table of ours."""
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A fresh database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
