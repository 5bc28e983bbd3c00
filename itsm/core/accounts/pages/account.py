"""The account of a person, for those who keep accounts: let in, lock out, roles, sessions, tokens, factors."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from marshmallow import Schema
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.pages.confirm import confirmed
from itsm.core.access.pages.ways import ways
from itsm.core.access.rules import device_of
from itsm.core.accounts.pages.blueprint import pages
from itsm.core.accounts.schemas import AccountForm, GrantForm, ReasonForm, RevokeForm
from itsm.core.accounts.verbs import access_of, open_account
from itsm.core.errors import Conflict, Forbidden, Invalid, Unknown
from itsm.core.people.models import Person
from itsm.core.people.names import names_of, typed_organisation
from itsm.core.people.pages.timeline import timeline
from itsm.core.people.verbs import find_one, whole_history_of
from itsm.core.people.verbs.history import OF_ACCOUNTS
from itsm.core.texts import Message, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, parse
from itsm.core.work.uow import UnitOfWork

SCHEMA = dict[str, Any]
Act = Callable[[UnitOfWork, SCHEMA], Any]


@pages.get("/people/<int:person_id>/account")
@needs("people.accounts")
def account(person_id: int) -> Response:
    """What lets somebody in. Who was merged leads to the survivor."""
    return _page(person_id)


def _page(person_id: int, *, status: int = 200, errors: Any = (), password: str = "") -> Response:
    with reading() as uow:
        access = access_of(uow, person_id=person_id)
        if access.person.id != person_id:
            return redirect(_place(access.person.id))
        person = find_one(uow, Person, person_id, selectinload(Person.addresses))
        told = [t for t in whole_history_of(uow, kind="person", id_=person_id) if t[0].type.startswith(OF_ACCOUNTS)]
        return render(
            uow,
            "core/person_account.html",
            status=status,
            access=access,
            person=person,
            email=next((a.value for a in person.addresses if a.type == "email"), ""),
            roles={standing.role.key: standing.role for standing in verbs.list_roles(uow)},
            names=names_of(uow, organisations=[grant.organisation_id for grant in access.grants]),
            ways={button.key: button.label for button in ways(uow, "buttons")},
            entries=timeline(uow, "person", told),
            device_of=device_of,
            errors=errors,
            password=password,
            typed=request.form,
        )


def _place(person_id: int) -> str:
    return url_for("accounts.account", person_id=person_id)


def _done(person_id: int, schema: type[Schema], act: Act, message: Message) -> Response:
    """One act with its reason, then the page again; a refusal stands at its top."""
    try:
        data = parse(schema, request.form)
        with writing(data.pop("reason")) as uow:
            found = act(uow, data)
    except Invalid as error:
        told = [sentence for sentences in by_field(error).values() for sentence in sentences]
        return _page(person_id, status=error.status, errors=told)
    except (Conflict, Forbidden, Unknown) as error:
        return _page(person_id, status=error.status, errors=[translated(error.message)])
    if isinstance(found, str) and found:
        return _page(person_id, password=found)
    flash(translated(message))
    return redirect(_place(person_id))


def _plainly(person_id: int, act: Callable[..., Any], message: Message, **more: int) -> Response:
    """An act that needs nothing typed but its reason."""
    return _done(person_id, ReasonForm, lambda uow, _: act(uow, **(more or {"person_id": person_id})), message)


@pages.post("/people/<int:person_id>/account")
@needs("people.accounts")
@confirmed
def add_account(person_id: int) -> Response:
    """Let somebody in; the one-time password is on this one answer only."""

    def act(uow: UnitOfWork, data: SCHEMA) -> str:
        roles, with_password = data["roles"], data["password"]
        return open_account(uow, person_id=person_id, login=data["login"], roles=roles, with_password=with_password)

    return _done(person_id, AccountForm, act, say("The account is made."))


@pages.post("/people/<int:person_id>/account/disable")
@needs("people.accounts")
@confirmed
def disable(person_id: int) -> Response:
    """Lock somebody out at once."""
    return _plainly(person_id, verbs.disable_account, say("The account is disabled; sessions and tokens are ended."))


@pages.post("/people/<int:person_id>/account/enable")
@needs("people.accounts")
@confirmed
def enable(person_id: int) -> Response:
    """Let somebody in again."""
    return _plainly(person_id, verbs.enable_account, say("The account is enabled."))


@pages.post("/people/<int:person_id>/account/roles")
@needs("people.accounts")
@confirmed
def grant(person_id: int) -> Response:
    """Give a role, in the whole desk or within one organisation."""

    def act(uow: UnitOfWork, data: SCHEMA) -> None:
        within = typed_organisation(uow, data["organisation"])
        verbs.grant_role(uow, person_id=person_id, role=data["role"], organisation_id=within)

    return _done(person_id, GrantForm, act, say("The role is given."))


@pages.post("/people/<int:person_id>/account/roles/revoke")
@needs("people.accounts")
@confirmed
def revoke(person_id: int) -> Response:
    """Take a role away."""

    def act(uow: UnitOfWork, data: SCHEMA) -> None:
        verbs.revoke_role(uow, person_id=person_id, role=data["role"], organisation_id=data["organisation"])

    return _done(person_id, RevokeForm, act, say("The role is taken away."))


@pages.post("/people/<int:person_id>/account/password")
@needs("people.accounts")
@confirmed
def password(person_id: int) -> Response:
    """A new one-time password, on this one answer only."""
    return _plainly(person_id, verbs.give_password, say("Done."))


@pages.post("/people/<int:person_id>/account/factors")
@needs("people.accounts")
@confirmed
def reset_factors(person_id: int) -> Response:
    """Remove all second factors of somebody who lost them."""
    return _plainly(person_id, verbs.reset_factors, say("The second factors are removed."))


@pages.post("/people/<int:person_id>/account/sessions")
@needs("people.accounts")
@confirmed
def end_sessions(person_id: int) -> Response:
    """End all sessions."""
    return _plainly(person_id, verbs.end_sessions, say("All sessions are ended."))


@pages.post("/people/<int:person_id>/account/tokens")
@needs("people.accounts")
@confirmed
def end_tokens(person_id: int) -> Response:
    """Revoke all tokens."""
    return _plainly(person_id, verbs.end_tokens, say("All tokens are revoked."))


@pages.post("/people/<int:person_id>/account/identities/<int:identity_id>")
@needs("people.accounts")
@confirmed
def unlink(person_id: int, identity_id: int) -> Response:
    """Another party no longer tells who this is."""
    return _plainly(
        person_id, verbs.unlink_identity, say("That way to sign in is disconnected."), identity_id=identity_id
    )
