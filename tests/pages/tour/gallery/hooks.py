"""A plugin of two pages: all parts for authors at work, and one that fails."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace

from flask import Blueprint
from werkzeug.wrappers import Response

from itsm.plugins import SIGNED_IN, About, NavEntry, Routes, hook, needs, reading, render_page, translated

about = About(title={"en": "Parts", "ru": "Детали"})
pages = Blueprint("gallery", __name__)


def told(who: str, sentence: str, at: datetime, body: str = "", look: str = "") -> SimpleNamespace:
    """An entry of a timeline."""
    return SimpleNamespace(who=who, sentence=sentence, at=at, body=body, look=look)


@pages.get("/")
@needs(SIGNED_IN)
def parts() -> Response:
    """Every part once."""
    with reading() as uow:
        said = [
            told("Άννα", translated("answered"), uow.now, "Καλημέρα!", "public"),
            told("Ελένη", translated("noted"), uow.now, "Τόνερ **CF289A**", "internal"),
            told("Άννα", translated("closed it"), uow.now + timedelta(hours=2)),
        ]
        due = {name: uow.now + timedelta(minutes=left) for name, left in (("late", -40), ("soon", 25), ("later", 3200))}
        return render_page(uow, "gallery/parts.html", said=said, due=due)


@pages.get("/broken")
@needs(SIGNED_IN)
def broken() -> Response:
    """Fails, so that the page of an unforeseen error can be looked at."""
    raise RuntimeError("broken on purpose")


@hook
def register_routes() -> Sequence[Routes]:
    return (Routes(pages),)


@hook
def register_nav() -> Sequence[NavEntry]:
    return (NavEntry({"en": "Parts", "ru": "Детали"}, "gallery.parts", 150, SIGNED_IN),)
