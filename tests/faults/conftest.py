"""Desks whose every part may be killed."""

from pathlib import Path

import pytest

from tests.journeys.gadget import install_gadget


@pytest.fixture(scope="session")
def gadget(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site folder with the plugin `gadget`, which writes one row for each ticket it hears of."""
    return install_gadget(tmp_path_factory.mktemp("gadget"))
