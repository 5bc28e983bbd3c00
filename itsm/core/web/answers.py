"""What every API answers alike: ETags, idempotent repeats, pages."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify, request

from itsm.core.errors import Invalid, MatchRequired, Stale
from itsm.core.intake.verbs import settle, take_in
from itsm.core.texts import say
from itsm.core.web.edge import actor, writing
from itsm.core.web.inputs import number_in
from itsm.core.work.uow import UnitOfWork

PAGING = ("after", "limit")
Act = Callable[[UnitOfWork], tuple[Mapping[str, Any], int | None]]


def answer_once(act: Act, status: int, *, opens: bool = False, reason: str = "") -> Response:
    """Run `act` in one transaction; with an Idempotency-Key a repeat is answered like the first one.

    act: from a unit of work to (body, ticket id or None). opens: the item ends as *opened*, else as *added*.
    """
    key = request.headers.get("Idempotency-Key")
    with writing(reason) as uow:
        if key is not None:
            content = [request.method, request.path, request.get_json(silent=True)]
            earlier = take_in(uow, source=f"api:{actor().person_id}", key=key, content=content)
            if earlier is not None:
                return tagged(earlier["body"], earlier["status"])
        body, ticket_id = act(uow)
        uow.flush()
        if key is not None:
            outcome = "opened" if opens else "added"
            settle(uow, outcome=outcome, ticket_id=ticket_id, answer={"body": dict(body), "status": status})
    return tagged(body, status)


def tagged(body: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer, with the ETag of its version and, when it was made, its address."""
    response = jsonify(body)
    response.status_code = status
    if "version" in body:
        response.set_etag(str(body["version"]))
    if status == 201 and "number" in body:
        response.headers["Location"] = f"/api/v1/tickets/{body['number']}"
    return response


def matched(*, required: bool) -> int | None:
    """The version in If-Match; None for `*` or, where it is not required, for none."""
    etags = request.if_match
    if "If-Match" not in request.headers:
        if required:
            raise MatchRequired(say("Send If-Match with the ETag that you read, or * to overwrite."))
        return None
    if etags.star_tag:
        return None
    tags = [tag for tag in etags.as_set() if tag]
    version = number_in(tags[0]) if len(tags) == 1 else None
    if version is None:
        raise Stale(say("This is no ETag of a ticket."))
    return version


def paging(arguments: Mapping[str, str]) -> tuple[dict[str, str], str, int]:
    """(filters, after, limit) of a list."""
    filters = {name: value for name, value in arguments.items() if name not in PAGING}
    return filters, arguments.get("after", ""), limit_of(arguments.get("limit", "50"), 200)


def limit_of(text: str, most: int) -> int:
    """How many are asked for, 1 to `most`."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise Invalid.field("limit", say("Between 1 and {maximum}.", maximum=most))
    return int(text)
