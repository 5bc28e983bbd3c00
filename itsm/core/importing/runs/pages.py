"""Import a file: try it, see what it would do, do it; and what was imported before."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast

from flask import Blueprint, render_template, request, stream_with_context, url_for
from flask import Response as FlaskResponse
from flask import redirect as lead
from markupsafe import Markup
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.files.outside import FileStore
from itsm.core.importing.runs.models import BUSY, ImportRun
from itsm.core.importing.runs.rules import SHOWN, Plain
from itsm.core.importing.runs.verbs import (
    CALL,
    ask_import,
    do_import,
    drop_import,
    find_run,
    importers_of,
    list_runs,
)
from itsm.core.importing.shipped import shipped_mappings
from itsm.core.people.names import names_of
from itsm.core.tables import SEPARATORS, Cell, csv_lines
from itsm.core.texts import Message, label_text, say
from itsm.core.web import desk, needs, reading, writing
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.web.in_place import refreshed, standing, tag_of
from itsm.core.web.inputs import by_field
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import has_failed

pages = Blueprint("importing", __name__)
STATES = {
    "trying": say("Being tried"),
    "tried": say("Tried; nothing is changed yet"),
    "importing": say("Being imported"),
    "done": say("Imported"),
    "faulty": say("Refused as a whole"),
    "dropped": say("Not imported"),
}
VERDICTS = {
    "created": (say("Would be created"), say("Created")),
    "updated": (say("Would be changed"), say("Changed")),
    "unchanged": (say("Stay as they are"), say("Stayed as they were")),
}


@pages.get("/import")
@needs("core.import")
def imports() -> Response:
    """The form for a file, and the imports so far."""
    return _form()


def _form(*, status: int = 200, errors: Any = None) -> Response:
    with reading() as uow:
        runs = list_runs(uow)
        return render(
            uow, "core/import.html", status=status, errors=errors or {}, typed=request.form, runs=runs, states=STATES,
            labels=_labels(uow), mappings=shipped_mappings(), most=desk().settings.max_body,
            names=names_of(uow, people=[run.person_id for run in runs]).people,
        )  # fmt: skip


def _labels(uow: UnitOfWork) -> dict[str, str]:
    return {name: label_text(uow.registry.importers[name].label, locale()) for name in importers_of(uow)}


@pages.post("/import")
@needs("core.import")
def take_in() -> Response:
    """A file: it is tried in the background."""
    try:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Invalid.field("file", say("Choose a file."))
        with writing() as uow:
            run = ask_import(
                uow, importer=request.form.get("importer", ""), store=desk().files, file_name=file.filename,
                content=cast(BinaryIO, file.stream), mapping=request.form.get("mapping", ""),
                mapping_text=_own_mapping(), activate=request.form.get("activate") == "true",
            )  # fmt: skip
            number = run.id
    except Invalid as error:
        return _form(status=error.status, errors=by_field(error))
    return lead(url_for("importing.one", run_id=number))


def _own_mapping() -> str:
    file = request.files.get("own")
    if file is None or not file.filename:
        return ""
    try:
        return file.stream.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.field("own", say("{path} is not UTF-8 text.", path=file.filename[:200])) from error


@pages.get("/import/<int:run_id>")
@needs("core.import")
def one(run_id: int) -> Response:
    """One import: how far it is, what it would do or did, and what is to be decided."""
    return _one(run_id)


def _one(run_id: int, *, status: int = 200, errors: Sequence[str] = ()) -> Response:
    with reading() as uow:
        run = find_run(uow, run_id=run_id)
        html = _html(uow, run, errors)
        label = _labels(uow).get(run.importer, run.importer)
        live = _live(run, html, tag_of(_standing(run), html))
        return render(uow, "core/import_run.html", status=status, run=run, label=label, live=live)


@pages.get("/import/<int:run_id>/live")
@needs("core.import")
def news(run_id: int) -> Response:
    """How far it is, or 304."""
    with reading() as uow:
        run = find_run(uow, run_id=run_id)
        return refreshed(_standing(run), lambda: _html(uow, run), lambda html, tag: _live(run, html, tag))


def _standing(run: ImportRun) -> str:
    return standing("import", run.id, run.state, run.done, run.total, run.changed_at)


def _live(run: ImportRun, html: Markup, tag: str) -> Markup:
    made = render_template("core/import_live.html", run=run, html=html, tag=tag, busy=run.state in BUSY)
    return Markup(made)  # noqa: S704  (a template's own)


def _html(uow: UnitOfWork, run: ImportRun, errors: Sequence[str] = ()) -> Markup:
    report, real = (run.made, True) if run.made is not None else (run.tried, False)
    counts = (run.tried or {}).get("counts", {})
    html = render_template(
        "core/import_report.html", run=run, report=report, real=real, state=STATES[run.state], verdicts=VERDICTS,
        told=told, busy=run.state in BUSY, failed=has_failed(uow, key=f"{CALL}:{run.id}:{run.state}"), shown=SHOWN,
        some=run.state == "tried" and counts.get("created", 0) + counts.get("updated", 0),
        errors=errors, reason=request.form.get("reason", "")[:500],
    )  # fmt: skip
    return Markup(html)  # noqa: S704  (a template's own)


def told(message: Plain) -> str:
    """A stored sentence in the reader's language; so are the sentences within it."""
    values = {name: told(value) if isinstance(value, dict) else value for name, value in message["values"].items()}
    return translated(Message(message["msgid"], values))


@pages.post("/import/<int:run_id>/do")
@needs("core.import")
def do(run_id: int) -> Response:
    """Bring in what was tried."""
    try:
        with writing(request.form.get("reason", "").strip()[:500]) as uow:
            do_import(uow, run_id=run_id)
    except Invalid as error:
        return _one(run_id, status=error.status, errors=[s for found in by_field(error).values() for s in found])
    except Conflict as error:
        return _one(run_id, status=error.status, errors=[translated(error.message)])
    return lead(url_for("importing.one", run_id=run_id))


@pages.post("/import/<int:run_id>/drop")
@needs("core.import")
def drop(run_id: int) -> Response:
    """Bring in nothing of it."""
    try:
        with writing() as uow:
            drop_import(uow, run_id=run_id)
    except Conflict as error:
        return _one(run_id, status=error.status, errors=[translated(error.message)])
    return lead(url_for("importing.one", run_id=run_id))


@pages.get("/import/<int:run_id>/refused.csv")
@needs("core.import")
def refused(run_id: int) -> Response:
    """Every line that was refused, for whoever mends the file."""
    with reading() as uow:
        run = find_run(uow, run_id=run_id)
        report = run.made or run.tried or {}
        lines = _all_refused(run) if run.refused_sha256 else iter(report.get("refused", ()))
    if "counts" not in report:
        raise Unknown(say("There is no report yet."))
    rows = stream_with_context(csv_lines(_rows(lines), SEPARATORS[locale()]))
    answer = FlaskResponse(rows, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="refused-{run.id}.csv"'
    return answer


def _all_refused(run: ImportRun) -> Iterator[Any]:
    store: FileStore = desk().files
    with store.path(run.refused_sha256 or "").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _rows(lines: Iterator[Any]) -> Iterator[Sequence[Cell]]:
    yield [translated(word) for word in (say("Line of the file"), say("About"), say("What is wrong"))]
    for line, subject, why in lines:
        yield [line, subject, told(why)]
