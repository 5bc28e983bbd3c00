"""The backlog for other systems."""

from flask import Response, jsonify

from itsm.plugins import ApiBlueprint, needs, reading, utc_text
from itsm_backlog import verbs

api = ApiBlueprint("backlog_api", __name__)


@api.route("/nights", methods=["GET"])
@needs("backlog.see")
def nights() -> Response:
    """The last two weeks, the newest first."""
    with reading() as uow:
        return jsonify(items=[{"night": utc_text(n.at), "tickets": n.total} for n in verbs.nights(uow)])
