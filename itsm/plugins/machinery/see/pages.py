"""See what plugins do: one plugin, all failures, and the trace of one ticket through all hooks."""

from collections.abc import Mapping, Sequence
from typing import cast

from flask import request, url_for
from werkzeug.wrappers import Response

from itsm.core.desk.models import PluginFault
from itsm.core.errors import Unknown
from itsm.core.schemas import MAX_ID
from itsm.core.texts import label_text, say
from itsm.core.tickets.verbs import find_ticket
from itsm.core.web import desk, needs, reading
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.pages import enabling, pages, worded
from itsm.plugins.machinery.see.brought import brought_by
from itsm.plugins.machinery.see.dry_run import Words, dry_run, ways_of
from itsm.plugins.machinery.see.past import timers_of, what_happened
from itsm.plugins.machinery.see.standing import standing
from itsm.plugins.machinery.see.verbs import calls_of, faults_by_hook, faults_by_hour, hook_times, list_faults

__all__ = ["pages"]
PAGE = 50
GROUPS = {
    "kinds": say("Types of tickets"),
    "fields": say("Fields"),
    "panels": say("Panels"),
    "permissions": say("Permissions"),
    "calls": say("Background jobs"),
    "schedules": say("Schedules"),
    "documents": say("Configuration documents"),
    "importers": say("Imports"),
    "visible": say("Tables whose rows it shows"),
    "navigation": say("Navigation"),
    "references": say("Things that fields point to"),
    "sign_in": say("Ways to sign in"),
    "register_notice_templates": say("Templates of notices"),
    "register_rule_lists": say("Lists of rules"),
    "register_search": say("Found by the search"),
    "routes": say("Addresses"),
    "commands": say("Commands"),
    "settings": say("Settings"),
}
CALLS = {
    "due": say("Waiting for their time"),
    "leased": say("Running"),
    "dead": say("Failed"),
    "held": say("Held since a restore"),
    "parked": say("Their plugin is off"),
    "done": say("Done"),
}
KINDS = {
    "registers": say("once, when the desk is built"),
    "guards": say("before a change"),
    "records": say("with a change"),
    "voices": say("says a value with its reason"),
    "decides": say("answers a question"),
    "observes": say("after a change, in the background"),
    "shows": say("on a page"),
}


@pages.get("/plugins/<name>")
@needs("core.plugins")
def plugin(name: str) -> Response:
    """One plugin: where it stands, what it brought, how long its hooks take, what failed, what it owes."""
    here = cast(Desk, desk())
    with reading() as uow:
        found = standing(uow, here, name)
        if found is None:
            raise Unknown(say("There is no plugin {name}.", name=name))
        return render(
            uow,
            "machinery/plugin.html",
            plugin=found,
            worded=worded,
            **enabling(uow),
            brought=brought_by(here, name),
            groups=GROUPS,
            kinds=KINDS,
            times=hook_times(uow, plugin=name),
            faults=list_faults(uow, plugin=name, limit=20),
            calls=calls_of(uow, plugin=name),
            call_words=CALLS,
        )


@pages.get("/faults")
@needs("core.plugins")
def faults() -> Response:
    """Failures of all plugins, by plugin and hook, with their number in each of the last hours."""
    plugin, hook = (request.args.get(name, "").replace("\0", "")[:160] for name in ("plugin", "hook"))
    given = request.args.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else MAX_ID
    with reading() as uow:
        found = list_faults(uow, plugin=plugin, hook=hook, limit=PAGE + 1, before=before)
        views: list[tuple[str, str, bool, int | None]] = [
            (
                f"{name} {place}",
                url_for("machinery.faults", plugin=name, hook=place),
                (name, place) == (plugin, hook),
                n,
            )
            for name, place, n in faults_by_hook(uow)
        ]
        return render(
            uow,
            "machinery/faults.html",
            views=[(translated(say("All")), url_for("machinery.faults"), not plugin, None), *views],
            faults=found[:PAGE],
            more=_more(found, plugin, hook),
            hours=faults_by_hour(uow, plugin=plugin, hook=hook),
        )


@pages.get("/tickets/<int:number>/trace")
@needs("core.plugins")
def trace(number: int) -> Response:
    """One ticket through all hooks: what each would say now, and what became of each event."""
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        ways, wanted = ways_of(uow, ticket), request.args.get("transition", "")
        chosen = next((way for way in ways if way.key == wanted), None)
        return render(
            uow,
            "machinery/trace.html",
            ticket=ticket,
            ways=ways,
            chosen=chosen,
            stops=what_happened(uow, ticket=ticket),
            timers=timers_of(uow, ticket=ticket),
            asked=dry_run(uow, hooks=cast(Desk, desk()).hooks, ticket=ticket, transition=chosen.key if chosen else ""),
            kinds=KINDS,
            call_words=CALLS,
            words=_words,
        )


def _words(words: Words) -> str:
    if isinstance(words, Mapping):
        return label_text(words, locale())
    return words if isinstance(words, str) else translated(words)


def _more(found: Sequence[PluginFault], plugin: str, hook: str) -> str:
    if len(found) <= PAGE:
        return ""
    return url_for("machinery.faults", plugin=plugin or None, hook=hook or None, before=found[PAGE - 1].id)
