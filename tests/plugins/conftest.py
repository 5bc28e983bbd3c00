"""An engine on a fresh database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from itsm.core.db import make_engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database of either kind."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
