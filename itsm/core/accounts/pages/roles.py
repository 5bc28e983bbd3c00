"""The list of roles, one of them in its form, who holds it, what was done with it."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.models import Role
from itsm.core.accounts.pages.blueprint import pages
from itsm.core.accounts.schemas import ReasonForm, RoleForm
from itsm.core.accounts.shown import asleep, boxes_of, told_of_role
from itsm.core.errors import Conflict, Forbidden, Invalid, Stale
from itsm.core.texts import LOCALES, say
from itsm.core.web import actor, desk, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Typed, by_field, parse
from itsm.core.work.uow import UnitOfWork

Errors = Mapping[str, list[str]]


@pages.get("/roles/new")
@needs("people.accounts")
def new_role() -> Response:
    """The empty form."""
    with reading() as uow:
        return _form(uow, None)


@pages.post("/roles/new")
@needs("people.accounts")
def add_role() -> Response:
    """Make a role."""
    return _save(None)


@pages.get("/roles/<key>")
@needs("people.accounts")
def role(key: str) -> Response:
    """One role."""
    with reading() as uow:
        return _form(uow, verbs.find_role(uow, key=key))


@pages.post("/roles/<key>")
@needs("people.accounts")
def save_role(key: str) -> Response:
    """Change a role over the version that the form was made from."""
    return _save(key)


def _save(key: str | None) -> Response:
    try:
        data = parse(RoleForm, request.form)
        wanted = key or data.get("key") or _lacks_key()
        with writing(data["reason"]) as uow:
            held = verbs.find_role(uow, key=key).permissions if key else ()
            verbs.save_role(
                uow, key=wanted, label=_label(data), permissions=_wanted(held, data["permissions"]),
                match=data["version"],
            )  # fmt: skip
    except Invalid as error:
        return _again(key, by_field(error), error.status)
    except (Conflict, Forbidden) as error:
        return _again(key, {"": [translated(error.message)]}, error.status, fresh=isinstance(error, Stale))
    flash(translated(say("Saved.")))
    return redirect(url_for("accounts.role", key=wanted))


def _lacks_key() -> str:
    raise Invalid.field("key", say("Give the role a key."))


def _label(data: Mapping[str, Any]) -> dict[str, str]:
    named = {language: data[f"name_{language}"] for language in LOCALES if data[f"name_{language}"]}
    if not named:
        raise Invalid.field("name_en", say("Give the role a name."))
    return named


def _wanted(held: Collection[str], checked: Collection[str]) -> set[str]:
    """What was checked, and what the form could not ask of this actor: boxes that are locked, plugins that are off."""
    known = {"*", *desk().registry.permissions}
    return set(checked) | {name for name in held if name not in known or not actor().may(name)}


def _again(key: str | None, errors: Errors, status: int, *, fresh: bool = False) -> Response:
    """The form once more with what was typed and why it was refused."""
    with reading() as uow:
        row = verbs.find_role(uow, key=key) if key else None
        version = row.version if fresh and row else request.form.get("version", "")[:20]
        return _form(uow, row, errors=errors, status=status, typed=request.form, version=version)


def _form(
    uow: UnitOfWork, row: Role | None, *, status: int = 200, errors: Errors | None = None, typed: Typed | None = None,
    version: Any = None,
) -> Response:  # fmt: skip
    held = row.permissions if row else ()
    key = row.key if row else None
    return render(
        uow,
        "core/role.html",
        status=status,
        role=row,
        errors=errors or {},
        typed=typed,
        version=version if version is not None else row.version if row else 0,
        groups=boxes_of(uow, held if typed is None else _wanted(held, typed.getlist("permissions"))),
        asleep=asleep(uow.registry, row) if row else [],
        holders=verbs.holders_of(uow, key=key) if key else [],
        bundled=key in verbs.BUNDLED,
        entries=told_of_role(uow, verbs.history_of_role(uow, key=key)) if key else [],
    )


@pages.post("/roles/<key>/remove")
@needs("people.accounts")
def remove_role(key: str) -> Response:
    """Remove a role that nobody holds."""
    try:
        data = parse(ReasonForm, request.form)
        with writing(data["reason"]) as uow:
            verbs.remove_role(uow, key=key)
    except Invalid as error:
        return _removing(key, by_field(error), error.status)
    except (Conflict, Forbidden) as error:
        return _removing(key, {"": [translated(error.message)]}, error.status)
    flash(translated(say("The role is removed.")))
    return redirect(url_for("accounts.roles"))


def _removing(key: str, errors: Errors, status: int) -> Response:
    with reading() as uow:
        return _form(uow, verbs.find_role(uow, key=key), errors=errors, status=status)
