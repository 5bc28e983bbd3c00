"""What must not work: forged, replayed, borrowed and misdirected sign-ins."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from itsm.core.access.verbs import grant_role, save_role
from itsm.core.configuration.verbs import activate_document, save_document
from itsm.core.errors import Forbidden, Invalid
from tests.blocks.oidc import provider as lies
from tests.blocks.oidc.conftest import Company
from tests.blocks.oidc.provider import CLIENT, SECRET, Lying
from tests.fixtures import TESTER, Clock, Sample
from tests.pages.conftest import Visitor

Comes = Callable[..., TestResponse]
MEETS = {"make_unknown": True, "domains": ["example.org"]}


@pytest.fixture(autouse=True)
def _open(company: Company) -> None:
    company.configure(**MEETS)


def is_inside(browser: Visitor) -> bool:
    """Whether somebody is signed in there."""
    return browser.get("/account").status_code == 200


FORGERIES = (lies.unsigned, lies.by_public_key, lies.by_client_secret, lies.by_stranger, lies.spoilt)


def test_a_token_that_the_provider_did_not_sign_is_no_token(provider: Lying, comes: Comes) -> None:
    assert comes().status_code == 302
    for forge in FORGERIES:
        provider.sign = forge
        assert comes().status_code == 502, forge


NOT_FOR_US: list[dict[str, Any]] = [
    {"iss": "https://evil.example"},
    {"iss": None},
    {"iss": ["{issuer}"]},
    {"aud": "another-client"},
    {"aud": None},
    {"aud": []},
    {"aud": [CLIENT, "another-client"]},
    {"aud": [CLIENT, "another-client"], "azp": "another-client"},
    {"aud": CLIENT, "azp": "another-client"},
    {"nonce": "of another sign-in"},
    {"nonce": None},
    {"nonce": ["x"]},
    {"exp": None},
    {"exp": "tomorrow"},
    {"exp": 1e400},
    {"iat": None},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "x" * 256},
    {"sub": "7\n8"},
]


def test_a_token_that_is_not_for_this_sign_in_is_refused(provider: Lying, comes: Comes) -> None:
    for lie in NOT_FOR_US:
        provider.overrides = {n: [provider.issuer] if v == ["{issuer}"] else v for n, v in lie.items()}
        assert comes().status_code == 502, lie


def test_a_token_counts_only_in_its_time(provider: Lying, comes: Comes, clock: Clock) -> None:
    now = int(clock().timestamp())
    provider.overrides = {"aud": [CLIENT, "another-client"], "azp": CLIENT, "nbf": now - 5}
    assert comes().status_code == 302
    for late in ({"exp": now - 61}, {"nbf": now + 61}, {"iat": now + 61}):
        provider.overrides = late
        assert comes().status_code == 502, late


def test_a_sign_in_works_once(company: Company) -> None:
    """Neither in the browser where it was done, nor with its cookie and a second code."""
    browser = company.browser()
    place = company.to_provider(browser)
    back = company.at_provider(place)
    cookie = next(c for c in browser.client._cookies.values() if c.key.startswith("itsm_oidc"))
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 400
    other = company.browser()
    other.client.set_cookie(cookie.key, cookie.value)
    again = other.get(company.at_provider(place))
    assert again.status_code == 400
    assert not is_inside(other)


def test_nobody_is_signed_in_with_the_answer_that_somebody_else_got(company: Company) -> None:
    """Login CSRF: a link with the attacker's code does nothing in the victim's browser."""
    attacker, victim = company.browser(), company.browser()
    back = company.at_provider(company.to_provider(attacker))
    assert victim.get(back).status_code == 400
    company.to_provider(victim)
    assert victim.get(back).status_code == 400
    assert not is_inside(victim)


def test_a_state_that_does_not_belong_to_the_cookie_is_refused(company: Company) -> None:
    browser = company.browser()
    back = company.at_provider(company.to_provider(browser))
    for state, status in (("", 400), ("x", 400), ("ё" * 500, 400), ("\x00", 422)):
        query = parse_qs(urlsplit(back).query) | {"state": [state]}
        answer = browser.get(f"{urlsplit(back).path}?{urlencode(query, doseq=True)}")
        assert answer.status_code == status
    forged = next(c for c in browser.client._cookies.values() if c.key.startswith("itsm_oidc"))
    browser.client.set_cookie(forged.key, forged.value[:-2] + "xx")
    assert browser.get(back).status_code == 400


def test_somebody_who_comes_back_too_late_begins_again(company: Company, clock: Clock) -> None:
    browser = company.browser()
    back = company.at_provider(company.to_provider(browser))
    clock.forward(minutes=11)
    late = browser.get(back)
    assert late.status_code == 400
    assert "Begin once more" in late.text


def test_one_provider_does_not_pass_for_another(company: Company, provider: Lying) -> None:
    """Mix-up: an answer meant for one provider is not taken by the other's address, nor one that names another."""
    company.configure({**company.entry(**MEETS), "key": "other"}, **MEETS)
    browser = company.browser()
    back = company.at_provider(company.to_provider(browser, "other"))
    assert browser.get(back.replace("/oidc/other/", "/oidc/company/")).status_code == 400
    assert browser.get(company.at_provider(company.to_provider(browser, "other"))).status_code == 502
    provider.iss = "https://evil.example"
    assert company.sign_in(browser).status_code == 502
    provider.iss = provider.issuer
    assert company.sign_in(browser).status_code == 302


def test_a_provider_that_promises_to_name_itself_must(company: Company, provider: Lying, comes: Comes) -> None:
    provider.discovery = {"authorization_response_iss_parameter_supported": True}
    assert comes().status_code == 502
    provider.iss = provider.issuer
    assert comes().status_code == 302


def test_the_code_alone_is_worth_nothing(company: Company, provider: Lying) -> None:
    """Whoever catches it lacks the verifier, which never left the desk and the browser."""
    thief, victim = company.browser(), company.browser()
    caught = parse_qs(urlsplit(company.at_provider(company.to_provider(victim))).query)["code"][0]
    back = company.at_provider(company.to_provider(thief))
    own = parse_qs(urlsplit(back).query)
    answer = thief.get(f"{urlsplit(back).path}?{urlencode({'state': own['state'][0], 'code': caught})}")
    assert answer.status_code == 502
    assert not is_inside(thief)


OUTSIDE = ("//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "/" + "x" * 3000)


def test_a_sign_in_leads_nowhere_outside(comes: Comes) -> None:
    for target in OUTSIDE:
        assert comes(following=target).location == "/start", target


def test_a_request_does_not_choose_where_the_provider_sends_people(company: Company) -> None:
    company.desk.settings = company.desk.settings.__class__(
        **{f: getattr(company.desk.settings, f) for f in company.desk.settings.__slots__}
        | {"base_url": "https://desk.example.org"}
    )
    place = company.browser().get("/sign-in/oidc/company", headers={"Host": "evil.example"}).location
    assert parse_qs(urlsplit(place).query)["redirect_uri"] == ["https://desk.example.org/sign-in/oidc/company/callback"]


def test_discovery_may_not_lead_to_plain_http_or_inside(company: Company, provider: Lying) -> None:
    for lie in (
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:x"},
    ):
        provider.discovery = lie
        company.configure(**MEETS)
        assert company.browser().get("/sign-in/oidc/company").status_code == 502
    provider.discovery = {"token_endpoint": "http://10.1.2.3/token"}
    company.configure(**MEETS)
    assert company.sign_in(company.browser()).status_code == 502


def test_keys_that_everybody_knows_are_no_keys(company: Company, provider: Lying, comes: Comes) -> None:
    """A symmetric key in the published set signs nothing."""
    provider.discovery = {"jwks_uri": f"{provider.address}/userinfo"}
    company.configure(**MEETS)
    assert comes().status_code == 502


def test_no_code_token_or_secret_is_logged(
    company: Company, provider: Lying, comes: Comes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens: list[str] = []

    def seen(lying: Lying, claims: dict[str, Any]) -> str:
        tokens.append(lies.by_stranger(lying, claims))
        return tokens[-1]

    provider.sign = seen
    assert comes().status_code == 502
    provider.sign, provider.iss = None, "https://evil.example"
    assert comes().status_code == 502
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name not in ("werkzeug", "urllib3.connectionpool"))
    assert "sign-in by oidc.company" in ours
    assert len(tokens) == 1
    for secret in (SECRET, tokens[0], "code-1", "code-2", provider.asked[0]["state"], provider.asked[0]["nonce"]):
        assert secret not in ours
    assert SECRET not in repr(company.desk.registry.settings)


def test_the_link_of_an_account_needs_its_owner_all_the_way(company: Company, sample: Sample) -> None:
    """A victim is led to a link that an attacker began: nothing is connected; nor after the owner has changed."""
    attacker, victim = company.browser(), company.browser()
    for browser, name in ((attacker, "second"), (victim, "agent")):
        browser.post("/sign-in", {"login": f"{name}@example.org", "password": f"password of {name}"})
    assert victim.client.post("/account/oidc/company").status_code == 400
    page = attacker.post("/account/oidc/company").text
    place = page.split('class="button primary" href="')[1].split('"')[0].replace("&amp;", "&")
    back = company.at_provider(place)
    assert victim.get(back).status_code == 400
    attacker.post("/sign-out")
    attacker.post("/sign-in", {"login": "head@example.org", "password": "password of head"})
    assert attacker.get(back).status_code == 400


def test_whoever_configures_gives_by_it_no_more_than_they_may(company: Company, sample: Sample) -> None:
    with company.desk.unit_of_work(TESTER) as uow:
        allowed = [
            "core.configure",
            "people.accounts",
            "tickets.read",
            "tickets.open",
            "tickets.comment",
            "calendars.see",
        ]
        save_role(uow, key="configurator", label={"en": "Configurator"}, permissions=allowed)
        grant_role(uow, person_id=sample.people["second"].id, role="configurator")
    act = sample.act(company.desk, "second")

    def put(**more: Any) -> None:
        with company.desk.unit_of_work(act) as uow:
            body = {"providers": [company.entry(**MEETS, **more)]}
            saved = save_document(uow, name="oidc.providers", body=body, reason="more")
            activate_document(uow, revision_id=saved.id)

    put()
    with pytest.raises(Forbidden):
        put(roles=[{"group": "x", "role": "administrator"}])
    with pytest.raises(Forbidden):
        put(default_roles=["administrator"])
    with pytest.raises(Invalid):
        put(default_roles=["nothing"])


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"issuer": "http://sso.example.org"}, "issuer"),
    ({"issuer": "https://login.example/{tenantid}/v2.0"}, "issuer"),
    ({"issuer": "https://u:p@sso.example.org"}, "issuer"),
    ({"scopes": ["profile"]}, "scopes"),
    ({"make_unknown": True, "domains": []}, "domains"),
    ({"domains": ["no domain"]}, "domains.0"),
    ({"roles": [{"group": "x", "role": "agent", "within": "someone"}]}, "roles.0.within"),
    ({"client_secret": "x"}, "client_secret"),
]


def test_a_provider_that_cannot_be_is_refused_with_its_place(company: Company) -> None:
    for entry, place in IMPOSSIBLE:
        with pytest.raises(Invalid) as refused:
            company.configure(**{**MEETS, **entry})
        assert f"providers.0.{place}" in [refusal.field for refusal in refused.value.refusals]
