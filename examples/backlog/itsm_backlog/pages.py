"""The backlog: night by night on a page of its own, the last one on the home of those who may see it."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from itsm.plugins import UnitOfWork, label_text, needs, reading, render_page
from itsm_backlog import verbs

pages = Blueprint("backlog", __name__)


@pages.get("/")
@needs("backlog.see")
def nights() -> Response:
    """The last two weeks."""
    with reading() as uow:
        return render_page(uow, "backlog/nights.html", nights=verbs.nights(uow))


def last_night(uow: UnitOfWork, _: None) -> Mapping[str, Any] | None:
    """What the panel of the home shows; nothing before the first night."""
    found = verbs.nights(uow, last=2)
    locale = uow.act.locale
    return {"rows": [(label_text(label, locale), tickets) for label, tickets in found[0].groups]} if found else None
