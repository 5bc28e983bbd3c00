"""What every view uses: the permission it needs, the actor, and a unit of work for this request."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from flask import current_app, g, request

from itsm.core.act import NOBODY, Act, Actor
from itsm.core.files.outside import FileStore
from itsm.core.hookspecs.registry import Registry
from itsm.core.settings import Settings
from itsm.core.texts import LOCALES, Message
from itsm.core.web.translations import Catalogues
from itsm.core.work.uow import UnitOfWork

V = TypeVar("V", bound=Callable[..., Any])
PUBLIC = "public"
SIGNED_IN = "signed in"
EXTENSION = "itsm"
SESSION_COOKIE = "itsm_session"
LANGUAGE_COOKIE = "itsm_lang"


class Requests(Protocol):
    """Where the web side tells what it has answered."""

    def note(self, about: tuple[str, str, str, int], seconds: float) -> None:
        """One more request; about: class of route, plugin, method, status."""
        ...


class WebDesk(Protocol):
    """What views may know of the desk."""

    settings: Settings
    registry: Registry
    files: FileStore
    catalogues: Catalogues

    @property
    def requests(self) -> Requests:
        """Where requests are counted."""
        ...

    def unit_of_work(self, act: Act, *, write: bool = True) -> UnitOfWork:
        """A unit of work."""
        ...

    def translate(self, locale: str, text: str) -> str:
        """A sentence in another language."""
        ...


def needs(permission: str) -> Callable[[V], V]:
    """Declare what a route asks of the actor: a permission, `PUBLIC` or `SIGNED_IN`. A route without it is refused
    when the desk is built."""

    def mark(view: V) -> V:
        view.itsm_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def cookie_name(settings: Settings, name: str = SESSION_COOKIE) -> str:
    """The name of a cookie; where people come by https, browsers then take it from this host alone."""
    return f"__Host-{name}" if settings.secure else name


def desk() -> WebDesk:
    """The desk that serves this request."""
    return cast(WebDesk, current_app.extensions[EXTENSION])


def actor() -> Actor:
    """Who is asking."""
    return cast(Actor, g.get("actor", NOBODY))


def channel() -> str:
    """Through which door: `api` or `web`."""
    return "api" if request.path.startswith("/api/") else "web"


def act_of_request(reason: str = "") -> Act:
    """The act of this request."""
    return Act(actor(), channel=channel(), request_id=g.get("request_id", ""), reason=reason)


def reading() -> UnitOfWork:
    """A unit of work that only reads."""
    return desk().unit_of_work(act_of_request(), write=False)


def writing(reason: str = "") -> UnitOfWork:
    """A unit of work that commits when its block is left without an error."""
    return desk().unit_of_work(act_of_request(reason))


def locale() -> str:
    """The language of this answer: the person's own, else what was chosen here, what the browser asks for, English."""
    who = actor()
    if who.kind == "person":
        return who.locale
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LOCALES:
        return chosen
    return request.accept_languages.best_match(LOCALES) or "en"


def translated(message: Message | str) -> str:
    """A message in the language of this answer."""
    if isinstance(message, str):
        return desk().translate(locale(), message)
    return message.fill(desk().translate(locale(), message.msgid))
