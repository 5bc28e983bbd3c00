"""Pages, style sheets and scripts go compressed over the wire."""

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

TEXTS = frozenset({
    "text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/manifest+json",
})  # fmt: skip
SMALLEST = 1_000
QUICK, SMALL = 2, 9  # levels: of what is made for each request, and of what is packed once


def install(app: Flask) -> None:
    """Pack what browsers are shown. Not the API, whose ETags name exact bytes and whose callers have a proxy.

    A packed page is no oracle (BREACH): the session cookie is SameSite=Lax, so that nobody else can have it made.
    """
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype not in TEXTS or "Content-Encoding" in response.headers or request.path.startswith("/api/"):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or response.is_streamed:
        return response
    body = response.get_data()
    if len(body) >= SMALLEST:
        response.set_data(gzip.compress(body, QUICK, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def packed(response: Response, path: Path, version: str) -> Response:
    """The answer with a file, packed if the browser takes that and the file is a text."""
    if response.status_code == 200 and response.mimetype in TEXTS and request.accept_encodings["gzip"]:
        response.close()
        response.direct_passthrough = False
        response.set_data(_file(path, version))
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=200)
def _file(path: Path, version: str) -> bytes:
    """A file that never changes under its version, packed once."""
    return gzip.compress(path.read_bytes(), SMALL, mtime=0)
