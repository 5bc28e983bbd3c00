"""API tokens: one's own, and everybody's for those who keep accounts."""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.pages.account import account_page, refused
from itsm.core.access.pages.blueprint import done, pages
from itsm.core.access.pages.confirm import confirmed
from itsm.core.access.schemas import TokenIn
from itsm.core.errors import Invalid
from itsm.core.texts import say
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import SIGNED_IN
from itsm.core.web.frame import render
from itsm.core.web.inputs import parse


@pages.post("/account/tokens")
@needs(SIGNED_IN)
@confirmed
def make_token() -> Response:
    """Make a token; its secret is on this one answer only."""
    form = request.form.copy()
    if not form.get("days"):
        form.poplist("days")
    try:
        data = parse(TokenIn, form)
        networks = data["addresses"].replace(",", " ").split()
        wanted = {**data, "scopes": data["scopes"] or ["*"], "addresses": networks}
        with writing() as uow:
            secret = verbs.add_token(uow, person_id=actor().person_id or 0, **wanted)
    except Invalid as error:
        return refused("token", error)
    with reading() as uow:
        return account_page(uow, secret=secret)


@pages.post("/account/tokens/<int:token_id>/revoke")
@needs(SIGNED_IN)
def end_token(token_id: int) -> Response:
    """End a token at once."""
    with writing() as uow:
        verbs.revoke_token(uow, token_id=token_id)
    return done(say("The token is revoked."))


@pages.get("/tokens")
@needs("people.accounts")
def all_tokens() -> Response:
    """Everybody's tokens that still work, the longest unused first."""
    with reading() as uow:
        rules = verbs.sign_in_rules(uow)
        soon = uow.now + timedelta(days=rules.token_warn_days)
        return render(uow, "core/tokens.html", tokens=verbs.list_tokens(uow), soon=soon)


@pages.post("/tokens/<int:token_id>/revoke")
@needs("people.accounts")
def end_any_token(token_id: int) -> Response:
    """End somebody's token at once."""
    with writing() as uow:
        verbs.revoke_token(uow, token_id=token_id)
    return done(say("The token is revoked."), "/tokens")
