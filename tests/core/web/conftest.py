"""Desks of other settings on the same data."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from itsm.app import build
from itsm.core.work.session import Database
from itsm.plugins.testing import World


@pytest.fixture
def app_with(world: World) -> Callable[..., Flask]:
    """`app_with(base_url="https://desk.example")`: the same desk under other settings."""

    def made(**changed: Any) -> Flask:
        settings = replace(world.desk.settings, **changed)
        database = Database(world.desk.database.url, world.connection)
        names = [member.name for member in world.members]
        return build(settings, names, database=database, clock=world.clock, members=world.members)[1]

    return made
