"""Files to people and integrators: always as a download, never as something that a browser runs."""

from flask import send_file
from werkzeug.wrappers import Response

from itsm.core.web.edge import desk


def download(sha256: str, name: str) -> Response:
    """A content of the file store under its real name."""
    place = desk().files.path(sha256)
    response = send_file(place, "application/octet-stream", as_attachment=True, download_name=name, etag=sha256)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
