"""Browsers of tests: they sign in and send forms as people do, with the token of the page they stand on."""

import html
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


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
        if found is None:
            raise AssertionError("the page has no form")
        return html.unescape(found.group(1))

    def post(self, path: str, values: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.token(), **(values or {})}, **more)


def enter(app: Flask, name: str) -> Visitor:
    """A browser in which one of the sample people has signed in."""
    visitor = Visitor(app.test_client())
    answer = visitor.post("/sign-in", {"login": f"{name}@example.org", "password": f"password of {name}"})
    if answer.status_code != 302:
        raise AssertionError(f"{name} could not sign in: {answer.status_code}\n{answer.text}")
    return visitor
