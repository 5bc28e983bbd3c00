"""The stage of each story: a copy of one desk that is made once in a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures import Sample
from tests.pages.browser import browser
from tests.pages.stories.desk import Stage, furnished, standing

__all__ = ["browser"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sample]:
    """The desk before any story."""
    folder = tmp_path_factory.mktemp("stage")
    return folder, furnished(folder)


@pytest.fixture
def stage(template: tuple[Path, Sample], tmp_path: Path) -> Iterator[Stage]:
    """A copy of it behind a server."""
    with standing(template[0], tmp_path, template[1]) as made:
        yield made
