"""Signing in through a provider as people do it, in a browser, at a provider that is not ours."""

import warnings
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from itsm.core.configuration.verbs import activate_document, save_document
from tests.fixtures import TESTER
from tests.pages.browser import Site, browser, desk_at, serving, visiting

# The provider warns of its own library, while it is loaded and with every token.
with warnings.catch_warnings(record=True):
    import oidc_provider_mock

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

__all__ = ["browser"]
ANNA = oidc_provider_mock.User(
    sub="anna", claims={"name": "Анна Ким", "email": "anna@example.org", "email_verified": True, "groups": ["desk"]}
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A desk that trusts the provider."""
    folder = tmp_path_factory.mktemp("site")
    provider = oidc_provider_mock.app(user_claims=[ANNA])
    allowed = {"outbound_allow": "127.0.0.0/8", "oidc__secrets": "company=whatever"}
    with serving(provider) as address, desk_at(folder, **allowed) as made:
        entry = {
            "key": "company", "label": {"en": "Company account", "ru": "Учётная запись компании"}, "issuer": address,
            "client_id": "desk", "domains": ["example.org"], "make_unknown": True, "sign_out": True,
            "roles": [{"group": "desk", "role": "agent"}],
        }  # fmt: skip
        with made.desk.unit_of_work(TESTER) as uow:
            saved = save_document(uow, name="oidc.providers", body={"providers": [entry]}, reason="tests")
            activate_document(uow, revision_id=saved.id)
        yield made


def test_somebody_unknown_comes_in_by_the_button_and_lands_where_they_wanted_to_go(
    browser: Browser, site: Site
) -> None:
    with visiting(browser, site, locale="ru-RU") as visit:
        tab = visit.page
        visit.go("/tickets/new?title=x")
        tab.get_by_role("link", name="Учётная запись компании").press("Enter")
        tab.get_by_role("button", name="anna").click()
        tab.wait_for_url("**/tickets/new?title=x")
        visit.complaints.clear()  # about the provider's own page
        expect(tab.locator(".menu.right .who")).to_have_text("Анна Ким")
        visit.go("/people?q=anna")
        expect(tab.get_by_role("link", name="Анна Ким")).to_be_visible()


def test_a_provider_that_is_told_no_leads_back_to_a_calm_page(browser: Browser, site: Site) -> None:
    with visiting(browser, site, locale="ru-RU") as visit:
        tab = visit.page
        visit.go("/sign-in")
        tab.get_by_role("link", name="Учётная запись компании").click()
        tab.get_by_role("button", name="Deny").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("Вход не выполнен")
        tab.get_by_role("link", name="Другие способы входа").click()
        tab.wait_for_url("**/sign-in")
        visit.complaints.clear()  # about the provider's own page, and that ours answers 403
