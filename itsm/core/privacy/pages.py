"""Erase a person after a look at what that means; hand out what the desk holds of them."""

import tempfile
from typing import Any

from flask import Blueprint, flash, redirect, request, send_file
from werkzeug.wrappers import Response

from itsm.core.access.pages.confirm import confirmed
from itsm.core.errors import Conflict, Invalid
from itsm.core.privacy.schemas import ErasureForm
from itsm.core.privacy.verbs import erase_person, export_person, preview_erasure
from itsm.core.texts import say
from itsm.core.web import desk, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, parse

pages = Blueprint("privacy", __name__)


@pages.get("/people/<int:person_id>/erase")
@needs("people.erase")
def look(person_id: int) -> Response:
    """What would go, and what would stay."""
    return _page(person_id)


def _page(person_id: int, *, status: int = 200, errors: Any = ()) -> Response:
    with reading() as uow:
        person, merged, tickets = preview_erasure(uow, person_id=person_id)
        return render(
            uow, "core/erase_person.html", status=status, errors=errors, person=person, merged=merged, tickets=tickets
        )


@pages.post("/people/<int:person_id>/erase")
@needs("people.erase")
@confirmed
def erase(person_id: int) -> Response:
    """Erase."""
    try:
        data = parse(ErasureForm, request.form)
        if not data["sure"]:
            raise Invalid.field("sure", say("Say that you are sure: this cannot be undone."))
        with writing() as uow:
            erased = erase_person(uow, person_id=person_id, reason=data["reason"], match=data["version"])
    except Invalid as error:
        return _page(person_id, status=422, errors=[s for found in by_field(error).values() for s in found])
    except Conflict as error:
        return _page(person_id, status=error.status, errors=[translated(error.message)])
    flash(translated(say("Erased. Tickets whose texts went too: {number}.", number=erased.tickets)))
    if erased.mentions:
        numbers = ", ".join(f"#{number}" for number in erased.mentions)
        flash(translated(say("Others still mention them in {numbers}: look whether that can stay.", numbers=numbers)))
    return redirect(f"/people/{person_id}")


@pages.post("/people/<int:person_id>/export")
@needs("people.export")
def export(person_id: int) -> Response:
    """Everything about one person in a ZIP."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when the answer has been sent
    with writing() as uow:
        export_person(uow, person_id=person_id, store=desk().files, to=file)
    file.seek(0)
    answer: Response = send_file(
        file, "application/zip", as_attachment=True, download_name=f"person-{person_id}.zip", max_age=0
    )
    return answer
