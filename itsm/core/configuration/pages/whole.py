"""The configuration of the whole desk as one file: written down, and read in after its differences were shown."""

import hashlib
import json
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.configuration.outside import line_of, to_text, with_lines
from itsm.core.configuration.pages.blueprint import pages
from itsm.core.configuration.pages.differences import rows_of
from itsm.core.configuration.verbs import Outcome, document_type, export_desk, import_desk
from itsm.core.configuration.verbs.whole import parts_of
from itsm.core.errors import Conflict, Invalid
from itsm.core.texts import label_text, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork

LONGEST = 1_000_000  # what a form brings back; longer files are for the command line
LOADED = "load"


class _Undone(Exception):
    """The end of a preview: whatever was done is rolled back."""


@pages.get("/configuration/export")
@needs("core.configure")
def export() -> Response:
    """The whole configuration as a file, as `itsm export config` writes it."""
    with reading() as uow:
        headers = {"Content-Disposition": 'attachment; filename="desk.yaml"'}
        return Response(to_text(export_desk(uow)), content_type="application/yaml; charset=utf-8", headers=headers)


@pages.get("/configuration/load")
@needs("core.configure")
def choose() -> Response:
    """The form for a file."""
    return _page("")


@pages.post("/configuration/load")
@needs("core.configure")
def load() -> Response:
    """Show what a file would change; sent once more with a reason, do exactly that."""
    wanted = request.form.get("then") == LOADED
    text = ""
    try:
        text = request.form.get("text", "") or _file()
        content = from_whole(text)
        outcome = _loaded(content) if wanted else _previewed(content)
    except Invalid as error:
        return _page(text, status=error.status, errors=_faults(error, text))
    except Conflict as error:
        return _page(text, _previewed(content), status=error.status, errors=[translated(error.message)])
    if not wanted:
        return _page(text, outcome)
    flash(translated(say("The configuration is loaded and in force.")))
    return redirect(url_for("configuration.documents"))


def from_whole(text: str) -> Any:
    """What a file says."""
    return with_lines(text, LONGEST, "file")[0]


def _file() -> str:
    found = request.files.get("file")
    if found is None or not found.filename:
        raise Invalid.field("file", say("Choose a file."))
    try:
        return found.stream.read(LONGEST * 4 + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.field("file", say("{path} is not UTF-8 text.", path=found.filename[:200])) from error


def _previewed(content: Any) -> Outcome:
    outcome = Outcome((), {})
    try:
        with writing() as uow:
            outcome = import_desk(uow, content=content, reason="-", try_out=True)
            uow.flush()
            raise _Undone
    except _Undone:
        return outcome


def _loaded(content: Any) -> Outcome:
    """Raises `Conflict` when it would change something else than what was shown."""
    reason = request.form.get("reason", "").strip()[:500]
    if not reason:
        raise Invalid.field("reason", say("Say why, for those who read the history later."))
    with writing(reason) as uow:
        outcome = import_desk(uow, content=content, reason=reason, try_out=True)
        if digest_of(outcome) != request.form.get("seen", ""):
            raise Conflict(say("The desk was changed meanwhile: see what the file would change now."))
    return outcome


def digest_of(outcome: Outcome) -> str:
    """What stands for everything that an outcome changes."""
    told = [(one.name, rows_of(one.changes)) for one in outcome.documents]
    return hashlib.sha256(json.dumps([told, dict(outcome.parts)], sort_keys=True).encode()).hexdigest()


def _faults(error: Invalid, text: str) -> list[str]:
    """Each fault with its line."""
    try:
        lines = with_lines(text, LONGEST, "file")[1]
    except Invalid:
        lines = {}
    found = [translated(error.message)] if error.message.msgid else []
    for refusal in error.refusals:
        sentence = translated(refusal.message)
        if lines and "." in refusal.field:
            line = line_of(refusal.field, lines)
            sentence = translated(say("Line {line}, {place}: {why}", line=line, place=refusal.field, why=sentence))
        found.append(sentence)
    return found


def _page(text: str, outcome: Outcome | None = None, *, status: int = 200, errors: Any = ()) -> Response:
    with reading() as uow:
        changed = [one for one in outcome.documents if one.changes] if outcome else []
        documents = [
            (label_text(document_type(uow, one.name).label, locale()), rows_of(one.changes), one.findings)
            for one in changed
        ]
        parts = _parts(uow, outcome) if outcome else []
        return render(
            uow, "core/configuration_load.html", status=status, errors=errors, text=text, outcome=outcome,
            documents=documents, parts=parts, seen=digest_of(outcome) if outcome else "",
            reason=request.form.get("reason", "")[:500], findings=_told,
        )  # fmt: skip


def _parts(uow: UnitOfWork, outcome: Outcome) -> list[tuple[str, int]]:
    labels = {part.name: part.label for part in parts_of(uow)}
    return [(label_text(labels[name], locale()), count) for name, count in outcome.parts.items() if count]


def _told(found: Any) -> list[tuple[str, str, str]]:
    return [(one.level, one.place, translated(one.message)) for one in found]
