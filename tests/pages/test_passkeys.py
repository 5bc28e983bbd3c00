"""Passkeys in Chromium with its virtual authenticator: made, used alone and as a factor, removed, copied."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import update

from itsm.core.access.models import Passkey
from itsm.core.access.verbs import give_password
from tests.fixtures import TESTER
from tests.pages.browser import Site, browser, site

__all__ = ["browser", "site"]


@dataclass
class Window:
    """A window with an authenticator that has a fingerprint reader."""

    page: Page
    address: str
    cdp: CDPSession
    authenticator: str

    def go(self, path: str) -> None:
        """Open a page of the desk, by the name that passkeys know."""
        self.page.goto(self.address + path)

    def sign_in(self, name: str, password: str = "") -> None:
        """By password."""
        self.go("/sign-in")
        self.page.fill("#login", f"{name}@example.org")
        self.page.fill("#password", password or f"password of {name}")
        self.page.press("#password", "Enter")

    def sign_out(self) -> None:
        """As people do."""
        self.page.locator(".menu.right summary").click()
        self.page.locator(".menu.right").get_by_role("button", name="Sign out").click()
        self.page.wait_for_url("**/sign-in")

    def credentials(self) -> list[dict[str, Any]]:
        """What the authenticator holds."""
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})[
            "credentials"
        ]
        return found

    def copy_back(self, credential: dict[str, Any], counter: int) -> None:
        """Put a credential in with another counter, as a copy would have it."""
        self.cdp.send(
            "WebAuthn.removeCredential",
            {"authenticatorId": self.authenticator, "credentialId": credential["credentialId"]},
        )
        given = {**credential, "signCount": counter}
        self.cdp.send("WebAuthn.addCredential", {"authenticatorId": self.authenticator, "credential": given})

    def make_passkey(self, name: str) -> None:
        """By the keyboard alone; what comes after it."""
        self.go("/account/passkeys/new")
        self.page.locator("#name").press_sequentially(name)
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[Window]:
    """A window in English."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made = cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    yield Window(page, site.address.replace("127.0.0.1", "localhost"), cdp, made["authenticatorId"])
    context.close()


def test_a_passkey_is_made_by_keyboard_signs_in_alone_and_is_removed_at_once(window: Window) -> None:
    page = window.page
    window.sign_in("second")
    window.make_passkey("Laptop “Кот”")
    expect(page.locator("h1")).to_have_text("Recovery codes")
    expect(page.locator(".recovery li")).to_have_count(10)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert len(download.value.path().read_text().split()) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Laptop “Кот”")).to_be_visible()
    window.sign_out()
    page.get_by_role("button", name="With a passkey").click()
    expect(page.locator(".avatar")).to_be_visible()
    window.go("/account/security")
    page.get_by_role("button", name="Remove Laptop").click()
    expect(page.get_by_role("status")).to_have_text("Removed.")
    window.sign_out()
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("not known here, or it was removed")


def test_a_passkey_is_asked_after_the_password_and_a_copy_of_it_is_refused(window: Window, site: Site) -> None:
    page = window.page
    window.sign_in("agent")
    window.make_passkey("Key")
    page.get_by_role("link", name="I have kept them").click()
    window.sign_out()
    window.sign_in("agent")
    expect(page.locator("h1")).to_have_text("One more step")
    page.get_by_role("button", name="With a passkey").click()
    expect(page.locator(".avatar")).to_be_visible()  # an address with `?next=/` ends with a slash too
    counter = window.credentials()[0]["signCount"]
    window.sign_out()
    window.copy_back(window.credentials()[0], counter - 1)
    window.sign_in("agent")
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("not right")
    page.get_by_role("button", name="Sign in as somebody else").click()
    window.copy_back(window.credentials()[0], counter - 1)
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("not known here")
    with site.desk.unit_of_work(TESTER, write=False) as uow:
        assert (
            uow.session.query(Passkey.counter).filter_by(person_id=site.sample.people["agent"].id).scalar() == counter
        )


def test_a_signature_that_was_sent_once_is_worth_nothing(window: Window, site: Site) -> None:
    page = window.page
    window.sign_in("head")
    window.make_passkey("Key")
    page.get_by_role("link", name="I have kept them").click()
    window.sign_out()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="With a passkey").click()
    expect(page.locator(".avatar")).to_be_visible()  # an address with `?next=/` ends with a slash too
    # The very cookie that carried the challenge, a token of the form that fits it, and an authenticator that does not
    # count: only being spent is in the way.
    with site.desk.unit_of_work(TESTER) as uow:
        uow.session.execute(update(Passkey).values(counter=0))
    headers = {name: sent.value.all_headers()[name] for name in ("cookie", "content-type")}
    again = requests.post(
        f"{window.address}/sign-in/passkey",
        data=sent.value.post_data,
        headers=headers,
        timeout=30,
        allow_redirects=False,
    )
    assert again.status_code == 422
    assert "not known here" in again.text


def test_a_second_passkey_of_one_device_is_told_and_refused(window: Window, site: Site) -> None:
    page = window.page
    with site.desk.unit_of_work(TESTER) as uow:
        given = give_password(uow, person_id=site.sample.people["requester"].id)
    window.sign_in("requester", given)
    page.fill("#password", "лошадь батарея скрепка")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".avatar")).to_be_visible()  # an address with `?next=/` ends with a slash too
    window.make_passkey("")
    page.get_by_role("link", name="I have kept them").click()
    window.make_passkey("again")
    expect(page.locator("[data-message]")).to_contain_text("holds a passkey for this account already")
    page.get_by_role("link", name="Back").click()
    expect(page.locator("li", has_text=re.compile("Passkey, since"))).to_have_count(1)
