"""An embedded desk enables a plugin by a button: the worker owes it, a child process changes the schema."""

import html
import re

import pytest
import requests

from tests.journeys.running import ADMIN, PASSWORD, RunningDesk, until

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """The administrator at the pages of a running desk."""

    def __init__(self, desk: RunningDesk) -> None:
        self.session, self.address = requests.Session(), f"http://127.0.0.1:{desk.port}"
        self.post("/sign-in", "/sign-in", login=ADMIN, password=PASSWORD)

    def get(self, path: str) -> str:
        """The text of a page."""
        return self.session.get(self.address + path, timeout=30).text

    def post(self, stands_on: str, path: str, **values: str) -> str:
        """Send a form of a page; the page that it leads to."""
        token = TOKEN.search(self.get(stands_on))
        assert token
        values["csrf_token"] = html.unescape(token[1])
        return self.session.post(self.address + path, data=values, timeout=30).text


@pytest.mark.parametrize("kind", ["embedded"], indirect=True)
def test_a_button_enables_a_plugin_in_the_background_while_the_desk_goes_on(desk: RunningDesk) -> None:
    desk.start()
    browser = Browser(desk)
    told = browser.post("/plugins", "/plugins/gadget/enable")
    assert "The plugin gadget is being enabled" in told
    until(lambda: desk.state_of("gadget") == "enabled", lambda: f"enabled\n{desk.log()}\n{browser.get('/jobs')}")
    assert desk.open_ticket("with a size", fields={"gadget.size": 7})
    until(lambda: "done" in desk.itsm("calls", "list", "--state", "done"), "its job has its receipt")
    browser.post("/plugins", "/plugins/gadget/disable")
    until(lambda: desk.state_of("gadget") == "disabled", "disabled")
