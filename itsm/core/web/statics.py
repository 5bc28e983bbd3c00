"""Our own style sheets and scripts: `/static/<part>/<file>?v=<hash of its content>`, kept by browsers for a year."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for

from itsm.core.texts import say
from itsm.core.web.edge import PUBLIC, needs, translated
from itsm.core.web.packed import packed

FOR_EVER = "public, max-age=31536000, immutable"


def install(app: Flask, parts: Mapping[str, Path]) -> None:
    """Serve the folder `static` of core, blocks and plugins; templates say `asset("core", "desk.css")`."""
    folders = {name: folder / "static" for name, folder in parts.items() if (folder / "static").is_dir()}
    versions = {
        (part, str(path.relative_to(folder))): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for part, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

    @needs(PUBLIC)
    def static_file(part: str, file: str) -> Response:
        """One file; with the version in its address it never changes."""
        response = send_from_directory(folders.get(part, Path("/nowhere")), file)
        current = versions.get((part, file))
        fresh = current is not None and request.args.get("v") == current
        response.headers["Cache-Control"] = FOR_EVER if fresh else "no-cache"
        return response if current is None else packed(response, folders[part] / file, current)

    @needs(PUBLIC)
    def manifest() -> Response:
        """What a phone needs to keep the desk among its apps."""
        name = translated(say("Service desk"))
        icon = {"src": asset("core", "icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
        body = {"name": name, "short_name": name, "display": "standalone"}
        places = {"id": "/", "start_url": "/start", "scope": "/"}
        colours = {"background_color": "#f4f6f9", "theme_color": "#1f5fbf"}
        return Response(
            json.dumps({**body, **places, **colours, "icons": [icon]}), content_type="application/manifest+json"
        )

    def asset(part: str, file: str) -> str:
        """The address of a file with its version."""
        return url_for("static_file", part=part, file=file, v=versions.get((part, file), "0"))

    app.add_url_rule("/static/<part>/<path:file>", "static_file", static_file)
    app.add_url_rule("/manifest.webmanifest", "manifest", manifest)
    app.jinja_env.globals["asset"] = asset
