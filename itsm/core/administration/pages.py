"""The home of administration, and the settings in force."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from itsm.core.administration.shown import SOURCES, core_settings, plugin_settings
from itsm.core.hookspecs.shows import Attention
from itsm.core.texts import fold, label_text, say
from itsm.core.web import actor, desk, needs, reading
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import MANAGED, may_follow, render
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("administration", __name__)
GROUPS = {
    "desk": say("How the desk works"),
    "people": say("People and access"),
    "work": say("Running it"),
    "": say("More"),
    "documents": say("Configuration documents"),
}


class Entry(NamedTuple):
    """A page of administration."""

    group: str
    title: str
    about: str
    url: str


@pages.get("/administration")
@needs("core.configure")
def home() -> Response:
    """What needs attention, and all pages of administration, found by words."""
    words = request.args.get("q", "")[:100]
    with reading() as uow:
        found = [one for one in _entries(uow) if fold(words) in fold(f"{one.title} {one.about} {one.url}")]
        groups = [(translated(title), [e for e in found if e.group == key]) for key, title in GROUPS.items()]
        told = [one for one in _attention(uow) if actor().holds(one.permission)]
        links = [(one, _url(one)) for one in told]
        return render(uow, "core/administration.html", groups=groups, told=links, words=words)


def _url(one: Attention) -> str:
    values: dict[str, Any] = dict(one.values)
    return url_for(one.endpoint, **values) if one.endpoint else ""


def _entries(uow: UnitOfWork) -> Iterator[Entry]:
    for one in may_follow():
        if one.order >= MANAGED and one.endpoint != "administration.home":
            group, about = one.group if one.group in GROUPS else "", label_text(one.about, locale())
            yield Entry(group, label_text(one.title, locale()), about, url_for(one.endpoint))
    documents = sorted((label_text(d.label, locale()), d.name) for d in uow.registry.documents.values())
    for title, name in documents:
        yield Entry("documents", title, name, url_for("configuration.form", name=name))


def _attention(uow: UnitOfWork) -> Iterator[Attention]:
    yield from _set_up()
    for _, one in uow.hook.call("needs_attention", uow=uow):
        if one is not None:
            yield one


def _set_up() -> Sequence[Attention]:
    """What is still to be set before people come."""
    settings, found = desk().settings, []
    if not settings.base_url:
        told = say("ITSM_BASE_URL is not set: links in messages lead nowhere.")
        found.append(Attention(told, "core.configure", "administration.settings"))
    if settings.mode == "demo":
        told = say("This is a demo desk: its passwords are known to everybody.")
        found.append(Attention(told, "core.configure", "administration.settings"))
    return found


@pages.get("/administration/settings")
@needs("core.configure")
def settings() -> Response:
    """The settings in force and where each comes from; they are changed where the desk is started."""
    with reading() as uow:
        here = desk().settings
        groups = [
            (say("The desk"), list(core_settings(here))),
            (say("Plugins"), list(plugin_settings(here, uow.registry))),
        ]
        return render(uow, "core/settings.html", groups=groups, sources=SOURCES)
