"""The backlog, night by night."""

from flask import Blueprint
from werkzeug.wrappers import Response

from itsm.plugins import needs, reading, render_page
from itsm_backlog import verbs

pages = Blueprint("backlog", __name__)


@pages.get("/")
@needs("backlog.see")
def nights() -> Response:
    """The last two weeks."""
    with reading() as uow:
        return render_page(uow, "backlog/nights.html", nights=verbs.nights(uow))
