"""All roles beside each other: permissions × roles, saved as one act."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.models import Role
from itsm.core.accounts.pages.blueprint import pages
from itsm.core.accounts.schemas import ReasonForm
from itsm.core.accounts.shown import matrix_of
from itsm.core.errors import Conflict, Forbidden, Invalid
from itsm.core.texts import say
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Typed, by_field, number_in, parse
from itsm.core.work.uow import UnitOfWork

Wanted = Mapping[str, Collection[str]]


@pages.get("/roles")
@needs("people.accounts")
def roles() -> Response:
    """All roles with how many hold them and what each may."""
    return _page()


@pages.post("/roles")
@needs("people.accounts")
def save_roles() -> Response:
    """Give and take permissions of all roles at once."""
    try:
        reason = parse(ReasonForm, Typed({"reason": request.form.get("reason", "")}))["reason"]
        with writing(reason) as uow:
            changed = _save(uow, _rows(uow))
    except Invalid as error:
        return _page(by_field(error), status=error.status)
    except (Conflict, Forbidden) as error:
        return _page({"": [translated(error.message)]}, status=error.status)
    flash(translated(say("Roles changed: {number}.", number=changed)))
    return redirect(url_for("accounts.roles", q=_words() or None))


def _rows(uow: UnitOfWork) -> list[Role]:
    return [standing.role for standing in verbs.list_roles(uow)]


def _words() -> str:
    return request.args.get("q", "")[:100]


def _wanted(role: Role, form: Typed) -> set[str]:
    """What was checked, and what this form did not ask: lines that it did not show, and what the actor may not give."""
    shown = {name for name in form.getlist("shown") if actor().may(name)}
    return {name for name in form.getlist(f"may.{role.key}") if name in shown} | (set(role.permissions) - shown)


def _save(uow: UnitOfWork, rows: Sequence[Role]) -> int:
    changed = 0
    for role in rows:
        version = number_in(request.form.get(f"version.{role.key}", ""))
        wanted = _wanted(role, request.form)
        if version is not None and wanted != set(role.permissions):
            verbs.save_role(uow, key=role.key, label=role.label, permissions=wanted, match=version)
            changed += 1
    return changed


def _page(errors: Mapping[str, Any] | None = None, *, status: int = 200) -> Response:
    """The matrix; after a refusal with the boxes as they were checked."""
    with reading() as uow:
        standings = verbs.list_roles(uow)
        held = [_wanted(s.role, request.form) if errors else set(s.role.permissions) for s in standings]
        return render(
            uow, "core/roles.html", status=status, standings=standings, bundled=verbs.BUNDLED, errors=errors or {},
            groups=matrix_of(uow, held, _words()), words=_words(), reason=request.form.get("reason", "")[:500],
        )  # fmt: skip
