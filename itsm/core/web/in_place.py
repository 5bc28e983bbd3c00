"""Forms that a script sends in place: what their answers say to it."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

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
