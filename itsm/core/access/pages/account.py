"""One's own account: tokens, language and appearance."""

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from flask import redirect, request
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.pages.blueprint import done, keep_cookie, pages
from itsm.core.access.schemas import OwnSettingsIn
from itsm.core.errors import Invalid
from itsm.core.people.verbs import change_own_settings
from itsm.core.texts import LOCALES, say
from itsm.core.tickets.pages.home.start import chosen_start, starts
from itsm.core.web import actor, desk, needs, reading, writing
from itsm.core.web.edge import LANGUAGE_COOKIE, PUBLIC, SIGNED_IN
from itsm.core.web.frame import THEME_COOKIE, THEMES, YEAR, render, safe_next
from itsm.core.web.inputs import by_field, parse
from itsm.core.work.uow import UnitOfWork

AT_INPUTS = ("name", "days", "addresses")  # of the form of a new token


@pages.post("/looks")
@needs(PUBLIC)
def looks() -> Response:
    """Choose language and appearance: the language of a person is theirs, all else is this browser's."""
    response = redirect(safe_next(request.form.get("next")))
    language, theme = request.form.get("language", ""), request.form.get("theme", "")
    if language in LOCALES:
        keep_cookie(response, LANGUAGE_COOKIE, language, YEAR)
        if actor().kind == "person":
            with writing() as uow:
                change_own_settings(uow, locale=language)
    if theme in THEMES:
        keep_cookie(response, THEME_COOKIE, theme, YEAR)
    return response


@pages.get("/account")
@needs(SIGNED_IN)
def account() -> Response:
    """Language, appearance, zone, and the tokens that still work."""
    with reading() as uow:
        return account_page(uow)


def account_page(uow: UnitOfWork, *, status: int = 200, **more: Any) -> Response:
    """The page; `secret` is a token that was just made."""
    rules = verbs.sign_in_rules(uow)
    held = [p for p in uow.registry.permissions.values() if actor().may(p.name)]
    context = {"errors": {}, "at": {}, "typed": {}, "secret": "", **more}
    return render(
        uow,
        "core/account.html",
        status=status,
        account=verbs.own_login(uow),
        tokens=verbs.own_tokens(uow),
        rules=rules,
        soon=uow.now + timedelta(days=rules.token_warn_days),
        permissions=sorted(held, key=lambda p: p.name),
        zones=sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "posix", "right"))),
        timezone=actor().timezone,
        starts=starts(uow),
        start=chosen_start(uow),
        desk_zone=desk().settings.timezone,
        **context,
    )


@pages.post("/account")
@needs(SIGNED_IN)
def own_settings() -> Response:
    """Save one's own zone."""
    try:
        with writing() as uow:
            change_own_settings(uow, **parse(OwnSettingsIn, request.form))
    except Invalid as error:
        return refused("timezone", error)
    return done(say("Saved."))


def refused(form: str, error: Invalid) -> Response:
    """The page once more with what was typed, and why not: at its input, else above the form."""
    found = by_field(error)
    at = {name: found.pop(name) for name in AT_INPUTS if name in found}
    above = [sentence for sentences in found.values() for sentence in sentences]
    with reading() as uow:
        return account_page(uow, status=422, errors={form: above}, at=at, typed=request.form)
