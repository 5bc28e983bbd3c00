"""A desk that trusts one provider, and browsers that go there and back."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from itsm.app import build
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.outbound.rules import Reach, parse_allowed
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk
from tests.blocks.oidc.provider import CLIENT, SECRET, Lying, running
from tests.fixtures import TESTER, World
from tests.pages.conftest import Visitor

REACH = Reach(*parse_allowed("127.0.0.0/8"))


@pytest.fixture(scope="session")
def keys() -> list[RSAKey]:
    """Three keys; the first one is in use at the beginning."""
    return [RSAKey.generate_key(2048, {"kid": f"key-{number}"}) for number in range(3)]


@pytest.fixture
def provider(keys: list[RSAKey], world: World) -> Iterator[Lying]:
    """A strict provider with one person, whose e-mail is confirmed; its clock is the desk's."""
    claims = {"sub": "7", "name": "Анна Ким", "email": "anna@example.org", "email_verified": True}
    lying = Lying(claims=claims, keys=keys[:1], clock=lambda: world.clock().timestamp())
    with running(lying):
        yield lying


@pytest.fixture
def company(world: World, provider: Lying) -> "Company":
    """The desk with the provider `company`."""
    return Company(world, provider)


class Company:
    """The same data under a desk that may reach providers on this machine and knows the client's secret."""

    def __init__(self, world: World, provider: Lying) -> None:
        self.world, self.provider = world, provider
        plugins = {"oidc": {"secrets": f"company={SECRET},other=different"}}
        settings = dataclasses.replace(world.desk.settings, plugins=plugins, reach=REACH)
        database = Database(world.desk.database.url, world.connection)
        built: tuple[Desk, Flask] = build(
            settings, ["incidents"], database=database, clock=world.clock, members=world.members
        )
        self.desk, self.app = built
        self.configure()

    def entry(self, **more: Any) -> dict[str, Any]:
        """The provider as the document names it."""
        label = {"en": "Company account", "ru": "Учётная запись компании"}
        return {"key": "company", "label": label, "issuer": self.provider.issuer, "client_id": CLIENT, **more}

    def configure(self, *others: dict[str, Any], **more: Any) -> None:
        """Put the document in force."""
        with self.desk.unit_of_work(TESTER) as uow:
            body = {"providers": [self.entry(**more), *others]}
            saved = save_document(uow, name="oidc.providers", body=body, reason="tests")
            activate_document(uow, revision_id=saved.id)

    def browser(self) -> Visitor:
        """A browser in which nobody has signed in."""
        return Visitor(self.app.test_client())

    def to_provider(self, browser: Visitor, key: str = "company", following: str = "/") -> str:
        """Press the button: the provider's address to which the desk leads."""
        begun = browser.get(f"/sign-in/oidc/{key}", query_string={"next": following})
        assert begun.status_code == 302, begun.text
        return str(begun.location)

    def at_provider(self, place: str) -> str:
        """Sign in there: the path on the desk to which the provider leads back."""
        answer = requests.get(place, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"

    def sign_in(self, browser: Visitor, key: str = "company", following: str = "/") -> TestResponse:
        """The whole way; what the desk answers at the end."""
        return browser.get(self.at_provider(self.to_provider(browser, key, following)))


@pytest.fixture
def comes(company: Company) -> Callable[..., TestResponse]:
    """`comes(following="/x")`: somebody goes to the provider and back in a browser of their own."""
    return lambda **more: company.sign_in(company.browser(), **more)
