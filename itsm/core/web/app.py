"""The Flask application of one desk: prefixes, permissions, sign-in, headers, words."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask, Response, current_app, g, redirect, request
from flask_babel import Babel
from flask_smorest import Api
from flask_wtf.csrf import CSRFProtect
from jinja2 import BytecodeCache, ChoiceLoader, FileSystemLoader, PrefixLoader
from jinja2.bccache import Bucket
from werkzeug.middleware.proxy_fix import ProxyFix

from itsm import __version__
from itsm.core.act import Actor
from itsm.core.errors import Forbidden, NotSignedIn
from itsm.core.hookspecs.declarations import Routes
from itsm.core.texts import say
from itsm.core.web import charts, edge, frame, headers, in_place, limits, measured, packed, problems, statics, words
from itsm.core.web.edge import EXTENSION, PUBLIC, SIGNED_IN, WebDesk, cookie_name
from itsm.core.web.parser import Id, refuse_nul
from itsm.core.web.pointers import RouteFault, check_pointers
from itsm.core.web.translations import Catalogues

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Identify(Protocol):
    """How a request becomes an actor; handed in by the composition root."""

    def __call__(self, desk: WebDesk, *, token: str | None, session: str | None, address: str) -> Actor:
        """The actor behind a bearer token or a session cookie, who asks from `address`."""
        ...


def make_app(desk: WebDesk, identify: Identify, parts: Mapping[str, Path]) -> Flask:
    """Build the application; `parts` are the folders of core, blocks and plugins by name, for templates and files."""
    app = Flask("itsm", static_folder=None)
    app.extensions[EXTENSION] = desk
    app.url_map.converters["int"] = Id
    _configure(app, desk)
    app.jinja_loader = _templates(parts)
    app.jinja_options = {"bytecode_cache": Compiled()}
    hosts, rates = limits.trusted_hosts(desk.settings), limits.Rates(desk.settings)
    measured.install(app, desk)
    app.before_request(lambda: _begin(desk, identify, hosts, rates))
    app.before_request(refuse_nul)
    app.before_request(_authorise)
    packed.install(app)  # last of all: what is registered first comes last after a request
    headers.install(app, desk.settings)
    in_place.install(app)
    _words(app, desk.catalogues)
    statics.install(app, parts)
    words.install(app)
    charts.install(app)
    frame.install(app)
    CSRFProtect(app)
    api = Api(app)
    problems.install(app)
    for plugin, routes in desk.registry.routes:
        _register(app, api, plugin, routes, desk)
    _check_permissions(app, desk)
    check_pointers(app, desk.registry)
    if desk.settings.trusted_proxies:
        hops = desk.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, desk: WebDesk) -> None:
    settings = desk.settings
    app.config.update(
        SECRET_KEY=settings.secret_key or uuid4().hex,
        MAX_CONTENT_LENGTH=settings.max_body,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=2_000,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_NAME=cookie_name(settings, "itsm_form"),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        API_TITLE="ITSM",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
        API_SPEC_OPTIONS={
            "security": [{"token": []}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        },
        BABEL_DEFAULT_LOCALE="en",
    )


def _templates(parts: Mapping[str, Path]) -> ChoiceLoader:
    """`core/x.html` is the core's; a plugin's are `<plugin>/x.html` and cannot stand in for another's."""
    loaders = {name: FileSystemLoader(folder / "templates" / name) for name, folder in parts.items()}
    return ChoiceLoader([PrefixLoader(loaders)])


class Compiled(BytecodeCache):
    """What this process has compiled, for desks that it builds later, as when a plugin is enabled."""

    codes: ClassVar[dict[tuple[str, str], CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled of the same file with the same text."""
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self.codes[bucket.key, bucket.checksum] = bucket.code


def _register(app: Flask, api: Api, plugin: str, routes: Routes, desk: WebDesk) -> None:
    blueprint: Any = routes.blueprint
    if not hasattr(blueprint, "register"):
        blueprint = blueprint(desk.registry)
    builtin = routes.at is not None
    if routes.kind == "api":
        prefix = routes.at if builtin else f"/api/v1/{plugin}"
        register: Callable[..., None] = api.register_blueprint
    else:
        prefix = routes.at if builtin else f"/p/{plugin}"
        register = app.register_blueprint
    if not builtin and blueprint.name != plugin and not blueprint.name.startswith(f"{plugin}_"):
        raise RouteFault(plugin, f"the blueprint {blueprint.name!r} must be named {plugin!r} or {plugin}_…")
    try:
        register(blueprint, url_prefix=prefix or None)
    except (ValueError, AssertionError) as error:
        raise RouteFault(plugin, str(error)) from error


def _check_permissions(app: Flask, desk: WebDesk) -> None:
    """Deny by default: a route says what it needs, or the desk does not start with it."""
    owners = {}
    for plugin, routes in desk.registry.routes:
        owners[getattr(routes.blueprint, "name", plugin)] = plugin
    seen: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        owner = owners.get(rule.endpoint.split(".")[0], "core")
        needed = getattr(app.view_functions[rule.endpoint], "itsm_permission", None)
        if needed is None:
            raise RouteFault(owner, f"the route {rule.rule} ({rule.endpoint}) declares no permission; use @needs")
        if needed not in (PUBLIC, SIGNED_IN) and needed not in desk.registry.permissions:
            raise RouteFault(owner, f"the route {rule.rule} asks for {needed}, which nobody declares")
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            place = (re.sub(r"<[^>]+>", "<>", rule.rule), method)
            if place in seen:
                raise RouteFault(owner, f"{method} {rule.rule} is served by {seen[place]} already")
            seen[place] = rule.endpoint


def _begin(desk: WebDesk, identify: Identify, hosts: list[str], rates: limits.Rates) -> None:
    """Who asks; a bearer token is for the API, the session cookie for pages."""
    limits.check_address(request, hosts)
    if request.endpoint == "static_file" or request.path in limits.PROBES:
        return
    token = session = None
    if request.path.startswith("/api/"):
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        token = secret.strip() if scheme.lower() == "bearer" and secret else None
    else:
        session = request.cookies.get(cookie_name(desk.settings))
    address = request.remote_addr or ""
    try:
        if token is not None or session is not None:
            g.actor = identify(desk, token=token, session=session, address=address)
    finally:
        rates.charge(g.actor, address=address, token=token, session=session)


def _authorise() -> Response | None:
    """Deny by default."""
    view = current_app.view_functions.get(request.endpoint or "")
    needed = getattr(view, "itsm_permission", PUBLIC)
    who = edge.actor()
    if needed != PUBLIC and who.kind != "person":
        return _ask_to_sign_in()
    if needed not in (PUBLIC, SIGNED_IN) and not who.holds(needed):
        raise Forbidden(say("This needs the permission {permission}.", permission=needed))
    if view is not None and request.method not in SAFE_METHODS and not request.path.startswith("/api/"):
        current_app.extensions["csrf"].protect()
    return None


def _ask_to_sign_in() -> Response:
    """Pages lead to the form; what was typed into another form is not thrown away by leading elsewhere."""
    if request.path.startswith("/api/"):
        raise NotSignedIn(say("Send a token: Authorization: Bearer …"))
    if request.method not in SAFE_METHODS:
        raise NotSignedIn(say("Nothing was saved. Sign in in another window, then go back and send the form again."))
    return redirect("/sign-in?" + urlencode({"next": request.full_path.rstrip("?")}))  # type: ignore[return-value]


def _words(app: Flask, catalogues: Catalogues) -> None:
    """Templates speak the language of the answer, in the person's zone."""
    Babel(app, locale_selector=edge.locale, timezone_selector=_zone)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalogues.gettext(edge.locale(), text),
        lambda one, many, n: catalogues.ngettext(edge.locale(), one, many, n),
        newstyle=True,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _zone() -> str:
    zone = edge.actor().timezone
    return zone if zone != "UTC" else edge.desk().settings.timezone
