"""Tickets in the queue."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def opened(api: Any) -> Callable[..., int]:
    """Open an incident; its number."""

    def make(title: str = "Printer", **values: Any) -> int:
        made = api("agent", "POST", "/tickets", json={"kind": "incident", "title": title, **values})
        assert made.status_code == 201, made.json
        return int(made.json["number"])

    return make
