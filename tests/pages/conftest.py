"""Signing in to the pages, and sending forms as a browser does: with the token of the page they stand on."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures import World

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
Values = dict[str, Any]


class Visitor:
    """One browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, buffered=True, **more)

    def token(self) -> str:
        """The token of this browser's forms."""
        found = TOKEN.search(self.client.get("/sign-in", follow_redirects=True).text)
        assert found
        return html.unescape(found.group(1))

    def post(self, path: str, values: Values | None = None, **more: Any) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.token(), **(values or {})}, **more)


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(world.app.test_client())


@pytest.fixture
def signed_in(world: World) -> Callable[..., Visitor]:
    """`signed_in("agent")`: a browser of one of the sample people."""

    def enter(name: str) -> Visitor:
        visitor = Visitor(world.app.test_client())
        answer = visitor.post("/sign-in", {"login": f"{name}@example.org", "password": f"password of {name}"})
        assert answer.status_code == 302, answer.text
        return visitor

    return enter


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden input."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return html.unescape(found.group(1))


def forms_hold(page: TestResponse, text: str) -> bool:
    """Whether some input of the page holds this text."""
    return html.escape(text) in page.text or f'value="{html.escape(text)}"' in page.text
