"""What declarations point at in the application: endpoints of the navigation, templates of panels."""

from difflib import get_close_matches

from flask import Flask
from jinja2 import TemplateError, TemplateNotFound

from itsm.core.hookspecs.declarations import NavEntry, Panel
from itsm.core.hookspecs.registry import Registry


class RouteFault(Exception):
    """A plugin's route, or what it points at, cannot be served as declared."""

    def __init__(self, plugin: str, reason: str) -> None:
        self.plugin, self.reason = plugin, reason
        super().__init__(f"{plugin}: {reason}")


def check_pointers(app: Flask, registry: Registry) -> None:
    """Raise `RouteFault` for the first entry of the navigation or panel that points at nothing."""
    for entry in registry.nav:
        if reason := _no_page(app, entry):
            raise RouteFault(registry.owners[f"nav:{entry.endpoint}"], reason)
    for panel in registry.panels:
        if reason := _no_template(app, panel, registry.owners[f"panel:{panel.key}"]):
            raise RouteFault(registry.owners[f"panel:{panel.key}"], reason)


def _no_page(app: Flask, entry: NavEntry) -> str:
    """Why nobody can follow this entry; empty when they can."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == entry.endpoint]
    about = f"the navigation entry {entry.title.get('en', entry.endpoint)!r} leads to {entry.endpoint!r}"
    if not rules:
        near = get_close_matches(entry.endpoint, app.view_functions, 1)
        meant = f"did you mean {near[0]}?" if near else "write <blueprint>.<function> of a page that you register"
        return f"{about}, which is no route; {meant}"
    if not any("GET" in (rule.methods or ()) and not rule.arguments - set(rule.defaults or ()) for rule in rules):
        return f"{about}, which is no page that a link can open: it must answer GET and need no values in its path"
    return ""


def _no_template(app: Flask, panel: Panel, plugin: str) -> str:
    """Why this panel cannot be shown; empty when it can."""
    try:
        app.jinja_env.get_template(panel.template)
    except TemplateNotFound as error:
        place = f"the file templates/{plugin}/<name>.html of the package is the template {plugin}/<name>.html"
        return f"the panel {panel.key} has the template {panel.template!r}, and {error.name!r} is not there; {place}"
    except TemplateError as error:
        line = getattr(error, "lineno", "?")
        return f"the template {panel.template!r} of the panel {panel.key} is broken in line {line}: {error}"
    return ""
