"""What changes in place: forms that a script sends, and parts of pages that ask whether they are still true."""

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from itsm.core.web.edge import actor, locale

REFUSED = (409, 412, 422, 428)  # the page of the form again, with what was typed and why it was refused


def install(app: Flask) -> None:
    """Let answers to htmx lead to other pages, and name refusals."""
    app.after_request(_answer)


def _answer(response: Response) -> Response:
    if request.headers.get("HX-Request") == "true":
        if response.status_code in (302, 303):
            return _lead(response)
        if response.status_code in REFUSED:
            # Refused input is everyday life, but browsers put each 4xx that a script gets into the log of errors.
            response.headers["HX-Refused"] = str(response.status_code)
            response.status_code = 200
    return response


def _lead(response: Response) -> Response:
    """A redirect to another page becomes the header by which htmx goes there; nobody has asked for that page yet, so
    that what is flashed is still there for it. One to the same page htmx follows by itself."""
    there, here = response.headers["Location"], request.headers.get("HX-Current-URL", "")
    if urlsplit(there).path == urlsplit(here).path:
        return response
    response.headers["HX-Redirect"] = there
    del response.headers["Location"]
    response.status_code, response.data = 204, b""
    return response


def standing(*about: object) -> str:
    """The same as long as `about` is, for this reader; keyed, for how much happens here is not everybody's to know."""
    told = repr((about, actor().person_id, actor().timezone, locale()))
    return hmac.new(str(current_app.secret_key).encode(), told.encode(), hashlib.sha256).hexdigest()[:20]


def tag_of(standing: str, html: str) -> str:
    """The tag of an element: what it stands for, and how it looks."""
    return f"{standing}.{digest(html)}"


def digest(html: str) -> str:
    """What stands for all that can be seen; the token of forms is another one each second, and nobody sees it."""
    return hashlib.sha256(html.replace(generate_csrf(), "").encode()).hexdigest()[:20]


def refreshed(standing: str, make: Callable[[], Markup], wrap: Callable[[Markup, str], str]) -> Response:
    """304 while what it `standing` for is the same, which costs nothing more; else what `make` gives, unless that looks
    as it did. wrap: the whole element, with the tag by which it will ask."""
    known = [tag.partition(".") for tag in request.if_none_match.as_set()]
    if old := next((tag for tag in known if tag[0] == standing), None):
        return _tagged(Response(status=304), "".join(old))
    html = make()
    tag = tag_of(standing, html)
    looks = tag.partition(".")[2]
    if any(old[2] == looks for old in known):
        return _tagged(Response(status=304), tag)
    return _tagged(Response(wrap(html, tag)), tag)


def _tagged(answer: Response, tag: str) -> Response:
    answer.set_etag(tag)
    return answer
