"""Forms that a script sends in place: where their answer leads to another page, the browser is to go there."""

from urllib.parse import urlsplit

from flask import Flask, Response, request


def install(app: Flask) -> None:
    """Let answers to htmx lead to other pages; back to the same page it follows by itself and merges that in."""
    app.after_request(_lead)


def _lead(response: Response) -> Response:
    """A redirect to another page becomes the header by which htmx goes there; nobody has asked for that page yet, so
    that what is flashed is still there for it."""
    if request.headers.get("HX-Request") != "true" or response.status_code not in (302, 303):
        return response
    there, here = response.headers["Location"], request.headers.get("HX-Current-URL", "")
    if urlsplit(there).path == urlsplit(here).path:
        return response
    response.headers["HX-Redirect"] = there
    del response.headers["Location"]
    response.status_code, response.data = 204, b""
    return response
