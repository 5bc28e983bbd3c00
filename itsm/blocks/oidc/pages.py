"""To the provider and back: a sign-in, or connecting a provider to the account of who is signed in."""

import hashlib
from collections.abc import Sequence

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from itsm.blocks.oidc import verbs
from itsm.blocks.oidc.errors import NotOurs, SignInFailed
from itsm.blocks.oidc.rules import PATIENCE, Provider, Told
from itsm.blocks.oidc.verbs import Journey
from itsm.core.access.pages.blueprint import admit
from itsm.core.access.pages.confirm import confirmed
from itsm.core.act import Act, system
from itsm.core.hookspecs.declarations import SignInButton
from itsm.core.outbound.verbs import session_for
from itsm.core.texts import say
from itsm.core.web import actor, desk, needs, reading, writing
from itsm.core.web.edge import PUBLIC, SIGNED_IN, locale, translated
from itsm.core.web.frame import render, safe_next
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("oidc", __name__)
LONGEST_NEXT = 1000
COOKIE = "itsm_oidc_"
SECURITY = "/account/security"


def buttons(uow: UnitOfWork) -> Sequence[SignInButton]:
    """One for each provider; none while there is no provider."""
    return _to(uow, "oidc.begin")


def connecting(uow: UnitOfWork) -> Sequence[SignInButton]:
    """Forms by which who is signed in connects a provider."""
    return _to(uow, "oidc.connect")


def leaving(uow: UnitOfWork) -> Sequence[SignInButton]:
    """Providers of which one may sign out too."""
    leaves = {party.provider.name for party in verbs.list_parties(uow) if party.provider.sign_out}
    return [button for button in _to(uow, "oidc.leave") if button.key in leaves]


def _to(uow: UnitOfWork, endpoint: str) -> list[SignInButton]:
    providers = [party.provider for party in verbs.list_parties(uow)]
    return [SignInButton(p.name, p.label, url_for(endpoint, key=p.key)) for p in providers]


@pages.get("/sign-in/oidc/<key>")
@needs(PUBLIC)
def begin(key: str) -> Response:
    """To the provider; who is signed in already goes on."""
    following = safe_next(request.args.get("next"))
    if actor().kind == "person":
        return redirect(following)
    return _depart(key, following if len(following) <= LONGEST_NEXT else "/")


@pages.post("/account/oidc/<key>")
@needs(SIGNED_IN)
@confirmed
def connect(key: str) -> Response:
    """To the provider, so that who is signed in here may come in through it too.

    The content policy lets no form lead to another site, so a page with a link stands in between.
    """
    away = _depart(key, SECURITY, person=actor().person_id or 0)
    if away.status_code != 302:
        return away
    with reading() as uow:
        provider = verbs.party_of(uow, key).provider
        page = render(uow, "oidc/connect.html", provider=provider, place=away.location)
    for cookie in away.headers.getlist("Set-Cookie"):
        page.headers.add("Set-Cookie", cookie)
    return page


def _depart(key: str, following: str, person: int = 0) -> Response:
    with reading() as uow:
        party, now = verbs.party_of(uow, key), uow.now
    journey = Journey.new(key, now, following, person)
    try:
        with session_for(desk().registry.reach) as http:
            place = verbs.begin(http, party, journey, _back(key), now, locale())
    except SignInFailed as error:
        return _failed(party.provider, error)
    response = redirect(place)
    _keep(response, journey)
    return response


def _back(key: str) -> str:
    """Where the provider sends the browser to: at the address that the desk knows as its own, not at what a request
    calls it."""
    return _base() + url_for("oidc.callback", key=key)


def _base() -> str:
    return (desk().settings.base_url or request.host_url).rstrip("/")


def _keep(response: Response, journey: Journey) -> None:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(
        _cookie(journey.state), _signer().dumps(journey.packed()), max_age=int(PATIENCE.total_seconds()),
        httponly=True, samesite="Lax", secure=secure,
    )  # fmt: skip


def _cookie(state: str) -> str:
    """One for each sign-in, so that two windows do not take each other's; no other site may set it where TLS is."""
    name = COOKIE + hashlib.sha256(state.encode()).hexdigest()[:16]
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"], salt="oidc", signer_kwargs={"digest_method": hashlib.sha256}
    )


@pages.get("/sign-in/oidc/<key>/callback")
@needs(PUBLIC)
def callback(key: str) -> Response:
    """Back from the provider."""
    with reading() as uow:
        party, now = verbs.party_of(uow, key), uow.now
    state = request.args.get("state", "")[:200]
    try:
        journey = _journey(state)
        journey.check(key, state, now)
        secret = verbs.secret_of(desk().registry, party.provider)
        answer = {name: value[:4000] for name, value in request.args.items()}
        with session_for(desk().registry.reach) as http:
            told = verbs.arrive(http, party, journey, answer, _back(key), secret, now)
        response = _link(party.provider, journey, told) if journey.person else _enter(party.provider, journey, told)
    except SignInFailed as error:
        response = _failed(party.provider, error)
    response.delete_cookie(_cookie(state), secure=bool(current_app.config["SESSION_COOKIE_SECURE"]))
    return response


@pages.get("/sign-in/oidc/<key>/leave")
@needs(PUBLIC)
def leave(key: str) -> Response:
    """To the provider, to sign out there, and from there to the sign-in page."""
    with reading() as uow:
        party, now = verbs.party_of(uow, key), uow.now
    try:
        with session_for(desk().registry.reach) as http:
            place = verbs.leave(http, party, _base() + url_for("access.enter"), now)
    except SignInFailed as error:
        return _failed(party.provider, error)
    return redirect(place)


def _journey(state: str) -> Journey:
    held = request.cookies.get(_cookie(state))
    if held is None:
        raise NotOurs("this browser began no such sign-in")
    try:
        return Journey.of(_signer().loads(held))
    except BadData as error:
        raise NotOurs("the cookie is not ours") from error


def _enter(provider: Provider, journey: Journey, told: Told) -> Response:
    """Sign in; of two first sign-ins of one person at a moment the slower one finds what the other has made."""
    try:
        secret = _session(provider, journey, told)
    except IntegrityError:
        secret = _session(provider, journey, told)
    return admit(secret, safe_next(journey.following))


def _session(provider: Provider, journey: Journey, told: Told) -> str:
    act = Act(system(provider.name), channel="web", request_id=g.get("request_id", ""))
    with desk().unit_of_work(act) as uow:
        return verbs.come_in(
            uow, provider, told, state=journey.state, address=request.remote_addr or "",
            agent=request.user_agent.string, locale=locale(),
        )  # fmt: skip


def _link(provider: Provider, journey: Journey, told: Told) -> Response:
    if actor().person_id != journey.person:
        raise NotOurs("somebody else is signed in now")
    with writing() as uow:
        verbs.link_to(uow, provider, told, state=journey.state, person_id=journey.person)
    flash(translated(say("From now on you can sign in this way too.")))
    return redirect(SECURITY)


def _failed(provider: Provider, error: SignInFailed) -> Response:
    """A calm page; what happened stands in the log under the number that the page shows."""
    current_app.logger.warning(
        "sign-in by %s: %s: %s (request %s)",
        provider.name,
        type(error).__name__,
        error.details,
        g.get("request_id", ""),
    )
    with reading() as uow:
        return render(
            uow, "oidc/failed.html", status=error.status, provider=provider, message=error.message,
            request_id=g.get("request_id", ""),
        )  # fmt: skip
