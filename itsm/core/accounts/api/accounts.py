"""`/api/v1/people/{id}/account`, `…/roles`, `…/sessions`, `…/tokens`: for those who keep accounts."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from itsm.core.access import verbs
from itsm.core.accounts.api.blueprint import api
from itsm.core.accounts.schemas import AccountIn, AccountOut, AccountPatch, GrantIn, PasswordOut
from itsm.core.accounts.verbs import access_of, open_account
from itsm.core.errors import Invalid, Unknown
from itsm.core.people.api.blueprint import iso
from itsm.core.texts import say
from itsm.core.web import needs, reading, writing
from itsm.core.web.answers import answer_once
from itsm.core.web.inputs import number_in
from itsm.core.work.uow import UnitOfWork


def account_out(uow: UnitOfWork, person_id: int) -> dict[str, Any]:
    """What lets a person in; raises `Unknown` for who has no account."""
    found = access_of(uow, person_id=person_id)
    if found.account is None:
        raise Unknown(say("This person has no account."))
    return {
        "person": found.person.id,
        "login": found.account.login,
        "disabled": found.account.disabled,
        "has_password": bool(found.account.password_hash),
        "must_change": found.account.must_change,
        "roles": [{"role": g.role, "organisation": g.organisation_id, "origin": g.origin} for g in found.grants],
        "sessions": [
            {
                "id": s.id, "method": s.method, "address": s.address, "agent": s.agent, "since": iso(s.created_at),
                "seen": iso(s.seen_at),
            }
            for s in found.sessions
        ],
        "tokens": [
            {"id": t.id, "name": t.name, "scopes": t.scopes, "until": iso(t.expires_at), "used": iso(t.last_used_at)}
            for t in found.tokens
        ],
        "identities": [
            {"id": i.id, "issuer": i.issuer, "subject": i.subject, "method": i.method} for i in found.identities
        ],
        "factors": found.factors._asdict(),
    }  # fmt: skip


@api.route("/people/<int:person_id>/account", methods=["GET"])
@needs("people.accounts")
@api.response(200, AccountOut)
def read_account(person_id: int) -> Any:
    """The account of a person: roles, sessions, tokens, identities, second factors; no secret."""
    with reading() as uow:
        return jsonify(account_out(uow, person_id))


@api.route("/people/<int:person_id>/account", methods=["POST"])
@needs("people.accounts")
@api.arguments(AccountIn())
@api.response(201, AccountOut)
def add_account(data: dict[str, Any], person_id: int) -> Any:
    """Let a person sign in. The one-time password is in this one answer; a repeat is refused and tells none."""
    with writing(data.pop("reason")) as uow:
        login, roles = data["login"], data["roles"]
        password = open_account(uow, person_id=person_id, login=login, roles=roles, with_password=data["password"])
        uow.flush()
        body = account_out(uow, person_id)
    return jsonify(body | ({"one_time_password": password} if password else {})), 201


@api.route("/people/<int:person_id>/account", methods=["PATCH"])
@needs("people.accounts")
@api.arguments(AccountPatch())
@api.response(200, AccountOut)
def switch_account(data: dict[str, Any], person_id: int) -> Any:
    """Lock a person out, with all sessions and tokens, or let them in again."""
    with writing(data["reason"]) as uow:
        switch = verbs.disable_account if data["disabled"] else verbs.enable_account
        switch(uow, person_id=person_id)
        uow.flush()
        return jsonify(account_out(uow, person_id))


@api.route("/people/<int:person_id>/account/password", methods=["POST"])
@needs("people.accounts")
@api.response(200, PasswordOut)
def give_password(person_id: int) -> Any:
    """A new one-time password, in this one answer; all sessions end."""
    with writing() as uow:
        return jsonify(one_time_password=verbs.give_password(uow, person_id=person_id))


@api.route("/people/<int:person_id>/account/factors", methods=["DELETE"])
@needs("people.accounts")
@api.response(204)
def reset_factors(person_id: int) -> Any:
    """Remove all second factors of somebody who lost them; all sessions end."""
    with writing() as uow:
        verbs.reset_factors(uow, person_id=person_id)
    return Response(status=204)


@api.route("/people/<int:person_id>/account/sessions", methods=["DELETE"])
@needs("people.accounts")
@api.response(204)
def end_sessions(person_id: int) -> Any:
    """End all sessions."""
    with writing() as uow:
        verbs.end_sessions(uow, person_id=person_id)
    return Response(status=204)


@api.route("/people/<int:person_id>/account/tokens", methods=["DELETE"])
@needs("people.accounts")
@api.response(204)
def end_tokens(person_id: int) -> Any:
    """Revoke all tokens."""
    with writing() as uow:
        verbs.end_tokens(uow, person_id=person_id)
    return Response(status=204)


@api.route("/people/<int:person_id>/account/roles", methods=["POST"])
@needs("people.accounts")
@api.arguments(GrantIn())
@api.response(201, AccountOut)
def grant_role(data: dict[str, Any], person_id: int) -> Any:
    """Give a role, in the whole desk or within one organisation; of what the giver may not do, nothing is given."""

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], None]:
        verbs.grant_role(uow, person_id=person_id, role=data["role"], organisation_id=data["organisation"])
        uow.flush()
        return account_out(uow, person_id), None

    return answer_once(act, 201, reason=data["reason"])


@api.route("/people/<int:person_id>/account/roles/<role>", methods=["DELETE"])
@needs("people.accounts")
@api.doc(parameters=[{"in": "query", "name": "organisation", "schema": {"type": "integer"}}])
@api.response(204)
def revoke_role(person_id: int, role: str) -> Any:
    """Take a role away: that of the whole desk, or the one within `organisation`."""
    within = _organisation()
    with writing() as uow:
        verbs.revoke_role(uow, person_id=person_id, role=role, organisation_id=within)
    return Response(status=204)


def _organisation() -> int | None:
    if "organisation" not in request.args:
        return None
    found = number_in(request.args["organisation"])
    if found is None:
        raise Invalid.field("organisation", say("This is no number."))
    return found
