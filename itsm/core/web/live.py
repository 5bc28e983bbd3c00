"""Parts of pages that ask from time to time whether they are still true: made anew, or 304."""

import hashlib
import hmac
from collections.abc import Callable

from flask import Response, current_app, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from itsm.core.web.edge import actor, locale


def standing(*about: object) -> str:
    """The same as long as `about` is, for this reader; keyed, for how much happens here is not everybody's to know."""
    told = repr((about, actor().person_id, actor().timezone, locale()))
    return hmac.new(str(current_app.secret_key).encode(), told.encode(), hashlib.sha256).hexdigest()[:20]


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
    tag = f"{standing}.{digest(html)}"
    if any(f".{old[2]}" == tag[len(standing) :] for old in known):
        return _tagged(Response(status=304), tag)
    return _tagged(Response(wrap(html, tag)), tag)


def _tagged(answer: Response, tag: str) -> Response:
    answer.set_etag(tag)
    return answer
