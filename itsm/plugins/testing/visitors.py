"""Browsers of tests: they sign in and send forms as people do, with the token of the page they stand on."""

import html
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from itsm.plugins.testing.forms import form_for, forms_of

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
        """Send a form that need not be on any page; the token is added. For what a page offers there is `submit`."""
        return self.client.post(path, data={"csrf_token": self.token(), **(values or {})}, **more)

    def submit(self, page: str, action: str, values: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        """Open a page, fill values into its form with this action, and send what a browser would: nothing is added.

        A button is pressed by naming it: `{"decision": "approve"}`; None empties a field. Raises AssertionError when
        the page has no such form, the form no such field, or a choice not this value.
        """
        shown = self.get(page)
        if shown.status_code != 200:
            raise AssertionError(f"{page} answers {shown.status_code}")
        given = values or {}
        form = form_for(forms_of(shown.text), page, action, given)
        sent = MultiDict(form.filled(given))
        if form.method == "post":
            return self.client.post(form.action or page, data=sent, **more)
        return self.client.get(form.action or page, query_string=sent, buffered=True, **more)


def enter(app: Flask, name: str) -> Visitor:
    """A browser in which one of the sample people has signed in."""
    visitor = Visitor(app.test_client())
    answer = visitor.post("/sign-in", {"login": f"{name}@example.org", "password": f"password of {name}"})
    if answer.status_code != 302:
        raise AssertionError(f"{name} could not sign in: {answer.status_code}\n{answer.text}")
    return visitor
