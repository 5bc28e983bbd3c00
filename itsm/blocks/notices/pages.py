"""One's own notices."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from itsm.blocks.notices.verbs import mark_read, my_notices
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import SIGNED_IN
from itsm.core.web.frame import render

pages = Blueprint("notices", __name__)


@pages.get("/notices")
@needs(SIGNED_IN)
def mine() -> Response:
    """The newest notices, unread ones marked."""
    with reading() as uow:
        return render(uow, "notices/notices.html", notices=my_notices(uow))


@pages.post("/notices/read")
@needs(SIGNED_IN)
def read() -> Response:
    """All of them are read."""
    with writing() as uow:
        mark_read(uow)
    return redirect(url_for("notices.mine"))
