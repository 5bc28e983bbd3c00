"""Signing in through a provider: who comes in, as whom, and with which roles."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from itsm.core.access.models import Account, RoleGrant
from itsm.core.access.verbs import add_account, disable_account, grant_role, grants_of, revoke_role
from itsm.core.configuration.verbs import restore_default
from itsm.core.ledger.verbs import history
from itsm.core.people.models import Person
from itsm.core.people.verbs import add_address, add_person, change_organisation, change_person, find_by_address
from tests.blocks.oidc.conftest import Company
from tests.blocks.oidc.provider import Lying, signed
from tests.fixtures import TESTER, Clock, Sample

Comes = Callable[..., TestResponse]
MEETS = {"make_unknown": True, "domains": ["example.org"]}


def roles_of(company: Company, email: str) -> dict[str, str]:
    """Role → where it comes from."""
    with company.desk.unit_of_work(TESTER, write=False) as uow:
        person = find_by_address(uow, type="email", value=email)
        assert person is not None
        grants = uow.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id))
        return {grant.role: grant.origin for grant in grants}


def test_the_button_leads_to_the_provider_and_back_to_where_one_wanted_to_go(company: Company) -> None:
    company.configure(**MEETS)
    browser = company.browser()
    page = browser.get("/sign-in?next=/account", headers={"Accept-Language": "ru"})
    assert "Учётная запись компании" in page.text
    assert 'href="/sign-in/oidc/company?next=' in page.text
    place = company.to_provider(browser, following="/account")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost/sign-in/oidc/company/callback"
    assert asked["scope"] == "openid profile email"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    inside = browser.get(company.at_provider(place))
    assert (inside.status_code, inside.location) == (302, "/account")
    assert "Анна Ким" in browser.get("/account").text
    assert "itsm_oidc" not in str(browser.client._cookies)


def test_a_desk_without_providers_has_no_button_and_loads_nothing_for_them(company: Company) -> None:
    with company.desk.unit_of_work(TESTER) as uow:
        restore_default(uow, name="oidc.providers", reason="none")
    assert "/sign-in/oidc/" not in company.browser().get("/sign-in").text
    assert company.browser().get("/sign-in/oidc/company").status_code == 404


def test_somebody_unknown_is_met_once_and_known_by_the_providers_name_from_then_on(
    company: Company, provider: Lying, comes: Comes
) -> None:
    assert comes().status_code == 403
    company.configure(**MEETS)
    assert comes().status_code == 302
    provider.claims |= {"email": "anna.kim@example.org"}
    assert comes().status_code == 302
    with company.desk.unit_of_work(TESTER, write=False) as uow:
        person = find_by_address(uow, type="email", value="anna@example.org")
        assert person is not None
        assert (person.name, person.provisional) == ("Анна Ким", True)
        assert find_by_address(uow, type="email", value="anna.kim@example.org") is None
        types = [event.type for event, _ in history(uow.session, "person", person.id)]
        assert types.count("account_added") == types.count("identity_linked") == 1
        assert types.count("signed_in") == 2
    assert roles_of(company, "anna@example.org") == {"requester": "oidc.company"}


def test_only_a_confirmed_address_of_an_accepted_domain_tells_who_somebody_is(
    company: Company, provider: Lying, comes: Comes
) -> None:
    company.configure(**MEETS)
    for wrong in (
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": "anna@example.org.evil.example"},
        {"email": "anna@evil.example"},
        {"email": "nobody"},
        {"email": ["anna@example.org"]},
    ):
        provider.overrides = wrong
        answer = comes()
        assert answer.status_code == 403, wrong
        assert "does not confirm an e-mail address" in answer.text
    company.configure(**MEETS, email_trusted=True)
    provider.overrides = {"email_verified": None}
    assert comes().status_code == 302


def test_an_account_is_not_opened_by_an_address_that_somebody_wrote_down(
    company: Company, provider: Lying, comes: Comes, sample: Sample
) -> None:
    """By default not even by its login; where the desk says so by the login, which only keepers of accounts set."""
    with company.desk.unit_of_work(TESTER) as uow:
        admin = sample.people["admin"].id
        add_address(uow, person_id=admin, type="email", value="anna@example.org")
    assert comes().status_code == 403
    provider.claims |= {"email": "agent@example.org"}
    refused = comes()
    assert refused.status_code == 403
    assert "There is an account with this e-mail already" in refused.text
    company.configure(link="by_login")
    browser = company.browser()
    assert company.sign_in(browser).status_code == 302
    assert "agent@example.org" in browser.get("/account").text
    provider.claims |= {"sub": "8", "email": "anna@example.org"}
    assert comes().status_code == 403


def test_a_domain_that_looks_alike_opens_no_account(company: Company, provider: Lying, comes: Comes) -> None:
    with company.desk.unit_of_work(TESTER) as uow:
        anna = add_person(uow, name="Anna", addresses=[("email", "anna@орёл.рф")])
        add_account(uow, person_id=anna.id, login="anna@орёл.рф", password=None)
    company.configure(link="by_login")
    provider.claims |= {"sub": "9", "email": "anna@орел.рф"}
    assert comes().status_code == 403
    provider.claims |= {"email": "anna@xn--k1afg2e.xn--p1ai"}
    assert comes().status_code == 403  # logins are compared as they are typed
    provider.claims |= {"email": "Anna@орёл.рф"}
    assert comes().status_code == 302


def test_a_contact_without_an_account_becomes_a_user(company: Company, comes: Comes) -> None:
    with company.desk.unit_of_work(TESTER) as uow:
        known = add_person(uow, name="Anna", addresses=[("email", "Anna@Example.org")]).id
    company.configure(link="never")
    assert comes().status_code == 403
    company.configure()
    assert comes().status_code == 302
    with company.desk.unit_of_work(TESTER, write=False) as uow:
        account = uow.session.get_one(Account, known)
        assert (account.login, account.password_hash) == ("anna@example.org", "")


def test_whoever_is_disabled_or_left_stays_outside(company: Company, comes: Comes) -> None:
    company.configure(**MEETS)
    assert comes().status_code == 302
    with company.desk.unit_of_work(TESTER) as uow:
        person = find_by_address(uow, type="email", value="anna@example.org")
        assert person is not None
        disable_account(uow, person_id=person.id)
    closed = comes()
    assert closed.status_code == 403
    assert "itsm_session" not in str(closed.headers)
    with company.desk.unit_of_work(TESTER) as uow:
        uow.session.get_one(Account, person.id).disabled = False
        change_person(uow, person_id=person.id, changes={"active": False})
    assert comes().status_code == 403


def test_roles_follow_the_groups_at_every_sign_in_and_those_given_by_hand_stay(
    company: Company, provider: Lying, comes: Comes
) -> None:
    mapping = [{"group": "desk", "role": "agent"}, {"group": "leads", "role": "head"}]
    company.configure(**MEETS, roles=mapping, claims={"groups": "realm_access.roles"})
    provider.claims |= {"realm_access": {"roles": ["desk", "leads", 7, None]}}
    browser = company.browser()
    company.sign_in(browser)
    given = {"requester": "oidc.company", "agent": "oidc.company", "head": "oidc.company"}
    assert roles_of(company, "anna@example.org") == given
    with company.desk.unit_of_work(TESTER) as uow:
        person = find_by_address(uow, type="email", value="anna@example.org")
        assert person is not None
        grant_role(uow, person_id=person.id, role="head")
    assert browser.get("/people").status_code == 200
    provider.claims |= {"realm_access": {"roles": []}}
    comes()
    assert roles_of(company, "anna@example.org") == {"requester": "oidc.company", "head": ""}
    with company.desk.unit_of_work(TESTER) as uow:
        revoke_role(uow, person_id=person.id, role="head")
    assert browser.get("/people").status_code == 403


def test_groups_that_the_provider_could_not_list_leave_the_roles_alone(
    company: Company, provider: Lying, comes: Comes
) -> None:
    company.configure(**MEETS, roles=[{"group": "desk", "role": "agent"}])
    provider.claims |= {"groups": ["desk"]}
    comes()
    del provider.claims["groups"]
    provider.overrides = {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}
    comes()
    assert "agent" in roles_of(company, "anna@example.org")
    provider.overrides = {}
    comes()
    assert "agent" not in roles_of(company, "anna@example.org")


def test_what_the_token_leaves_out_is_asked_of_the_user_info(company: Company, provider: Lying, comes: Comes) -> None:
    company.configure(**MEETS)
    provider.more = {name: provider.claims.pop(name) for name in ("name", "email", "email_verified")}
    assert comes().status_code == 302
    provider.claims["sub"], provider.more = "9", {"email": "anna@example.org", "email_verified": True, "sub": "7"}
    assert comes().status_code == 502


def test_new_keys_of_the_provider_are_found_and_old_ones_no_longer_count(
    company: Company, provider: Lying, comes: Comes, keys: list[RSAKey], clock: Clock
) -> None:
    company.configure(**MEETS)
    assert comes().status_code == 302
    provider.keys = keys[:2]
    clock.forward(minutes=1)
    assert comes().status_code == 302
    assert provider.calls.count("/jwks") == 2
    assert comes().status_code == 302
    assert provider.calls.count("/jwks") == 2
    assert provider.calls.count("/.well-known/openid-configuration") == 1
    stolen = Lying(keys=provider.keys)
    provider.keys = [keys[2]]
    clock.forward(hours=2)
    provider.sign = lambda _, claims: signed(stolen, claims)
    assert comes().status_code == 502


@pytest.mark.parametrize("error", ["access_denied", "<script>alert(1)</script>"])
def test_a_provider_that_says_no_is_answered_by_a_calm_page(
    company: Company, provider: Lying, comes: Comes, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider.error = error
    answer = comes()
    assert answer.status_code == 403
    assert "The other side did not sign you in." in answer.text
    assert "<script>alert" not in answer.text
    number = answer.headers["X-Request-Id"]
    assert number in answer.text
    assert number in caplog.text


def test_a_provider_that_is_away_is_told_so(company: Company, provider: Lying, comes: Comes) -> None:
    provider.discovery = {"issuer": "https://somebody.else.example"}
    assert company.browser().get("/sign-in/oidc/company").status_code == 502
    company.configure(issuer="http://127.0.0.1:1")
    assert company.browser().get("/sign-in/oidc/company").status_code == 502


def test_an_account_is_connected_by_its_owner(company: Company, provider: Lying, sample: Sample) -> None:
    browser = company.browser()
    browser.post("/sign-in", {"login": "agent@example.org", "password": "password of agent"})
    page = browser.post("/account/oidc/company")
    assert page.status_code == 200
    place = page.text.split('class="button primary" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "prompt=login" in place
    back = company.at_provider(place)
    assert browser.get(back).location == "/account/security"
    assert "Company account" in browser.get("/account/security").text
    fresh = company.browser()
    assert company.sign_in(fresh).status_code == 302
    assert "agent@example.org" in fresh.get("/account").text
    with company.desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Person, sample.people["agent"].id).name == "Agent"


def test_roles_may_be_of_one_organisation_only(company: Company, provider: Lying, comes: Comes, sample: Sample) -> None:
    """Named by a domain that it holds, or as one's own; where there is no such organisation there is no role."""
    acme = sample.organisations["acme"].id
    with company.desk.unit_of_work(TESTER) as uow:
        change_organisation(uow, organisation_id=acme, changes={"domains": ["acme.example"]})
        add_person(uow, name="Anna", addresses=[("email", "anna@example.org")])
    mapping = [
        {"group": "desk", "role": "agent", "within": "acme.example"},
        {"group": "desk", "role": "head", "within": "own"},
        {"group": "desk", "role": "administrator", "within": "nobody.example"},
    ]
    company.configure(roles=mapping)
    provider.claims |= {"groups": ["desk"]}
    assert comes().status_code == 302
    assert roles_of(company, "anna@example.org") == {"requester": "oidc.company", "agent": "oidc.company"}
    with company.desk.unit_of_work(TESTER) as uow:
        person = find_by_address(uow, type="email", value="anna@example.org")
        assert person is not None
        assert [g.organisation_id for g in grants_of(uow, person_id=person.id) if g.role == "agent"] == [acme]
        change_person(uow, person_id=person.id, changes={"organisation_id": acme})
    comes()
    with company.desk.unit_of_work(TESTER, write=False) as uow:
        held = {(grant.role, grant.organisation_id) for grant in grants_of(uow, person_id=person.id)}
    assert held == {("requester", None), ("agent", acme), ("head", acme)}


def test_who_signs_out_is_shown_the_way_out_of_the_provider_too(company: Company, provider: Lying) -> None:
    company.configure(**MEETS, sign_out=True)
    browser = company.browser()
    company.sign_in(browser)
    out = browser.post("/sign-out")
    assert out.location == "/sign-in?left=oidc.company"
    assert 'href="/sign-in/oidc/company/leave"' in browser.get(out.location).text
    place = browser.get("/sign-in/oidc/company/leave").location
    assert place.startswith(
        f"{provider.address}/end?client_id=service-desk&post_logout_redirect_uri=http%3A%2F%2Flocalhost"
    )
    browser.post("/sign-in", {"login": "agent@example.org", "password": "password of agent"})
    out = browser.post("/sign-out")
    assert (out.location, out.headers["Clear-Site-Data"]) == ("/sign-in", '"storage"')  # no drafts for who comes next
    assert "leave" not in browser.get("/sign-in?left=oidc.nobody").text
    company.configure(**MEETS)
    assert browser.get("/sign-in/oidc/company/leave").location == "http://localhost/sign-in"
