"""The reference pages, written from the code itself: `python -m tests.house.reference` renews them."""

import inspect
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask

from itsm.app import build
from itsm.cli import cli as command_line
from itsm.core.hookspecs import DESK_SPECS
from itsm.core.settings import PREFIX, SettingsSchema
from itsm.plugins.machinery.commands import PluginGroup
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import INCIDENTS, settings_for
from tests.house.door import declarations, door_page, named
from tests.house.signatures import entry
from tests.house.ui import ui_page

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
KINDS = {
    "registers": "asked once, when a desk is built",
    "guards": "before the write: complete the draft or refuse",
    "records": "in the transaction: write the plugin's own tables",
    "decides": "one answer, the first",
    "voices": "many say a value with its reason, the most urgent wins",
    "observes": "after the commit, owed, tried again",
    "shows": "on a page",
}


def a_desk() -> tuple[Desk, Flask]:
    """A desk of the house and the bundled plugins, without tables."""
    folder = Path(tempfile.mkdtemp())
    return build(settings_for(folder, f"sqlite:///{folder / 'none.sqlite3'}"), ["incidents"], members=[INCIDENTS])


def hooks_page() -> str:
    """`hooks.md`."""
    desk, _ = a_desk()
    lines = ["# Hooks", "", "Written from the specs in `itsm/core/hookspecs/` and `itsm/blocks/*/hookspecs.py`.", ""]
    for kind, meaning in KINDS.items():
        points = sorted((p for p in desk.hooks.points.values() if p.spec.kind == kind), key=lambda p: p.name)
        module = next(m for m in DESK_SPECS if m.__name__.endswith(f".{kind}"))
        lines += [f"## {kind.title()}: {meaning}", "", inspect.cleandoc(module.__doc__ or ""), ""]
        for point in points:
            lines += _hook(point.name, point.function, point.spec.default if kind == "decides" else None)
            lines += [f"Answered by: {', '.join(b.plugin for b in point.bound) or '—'}.", ""]
    return "\n".join(lines + _declarations()).rstrip() + "\n"


def _hook(name: str, function: Callable[..., Any], default: Any) -> list[str]:
    return entry(name, function) + ([f"Default: `{default!r}`.", ""] if default is not None else [])


def _declarations() -> list[str]:
    lines = ["## Declarations", "", "What *registers* hooks return; everything else is [on the door](door.md).", ""]
    return lines + [line for name in declarations() for line in named(name)]


def settings_page() -> str:
    """`settings.md`."""
    lines = ["# Settings", "", "Read from the environment, over the TOML file that `ITSM_CONFIG` names.", ""]
    lines += ["An unknown key is an error that names it. A plugin's own settings are `ITSM_<PLUGIN>__<KEY>`.", ""]
    lines += ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in SettingsSchema().fields.items():
        default = field.load_default
        lines.append(
            f"| `{PREFIX}{name.upper()}` | {f'`{default}`' if default != '' else '—'} | {field.metadata['help']} |"
        )
    return "\n".join(lines) + "\n"


def http_page() -> str:
    """`http.md`."""
    desk, app = a_desk()
    lines = ["# HTTP", "", "The API is described in full by `/api/v1/openapi.json` of a running desk.", ""]
    lines += ["| method | path | permission | what it does |", "|---|---|---|---|"]
    rows = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        says = inspect.cleandoc(view.__doc__ or "").split("\n")[0].replace("|", "\\|")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            needed = getattr(view, "itsm_permission", "")
            rows.append((rule.rule.startswith("/api/") is False, rule.rule, method, needed, says))
    lines += [f"| {method} | `{path}` | {needed} | {says} |" for _, path, method, needed, says in sorted(rows)]
    lines += ["", "## Permissions", "", "| permission | meaning | bundled roles |", "|---|---|---|"]
    for name, permission in sorted(desk.registry.permissions.items()):
        lines.append(f"| `{name}` | {permission.label['en']} | {', '.join(permission.roles)} |")
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """`cli.md`."""
    lines = ["# Command line", "", "Exit code 0 only when all was done; 2 for wrong words or settings.", ""]
    return "\n".join(lines + _commands("itsm", command_line, 2)).rstrip() + "\n"


def _commands(name: str, command: click.Command, depth: int) -> list[str]:
    context = click.Context(command, info_name=name)
    lines = [f"{'#' * min(depth, 4)} {name}", ""]
    if not isinstance(command, click.Group):
        usage = " ".join(command.collect_usage_pieces(context))
        lines += [f"`{name} {usage}`".replace(" [OPTIONS]", ""), "", inspect.cleandoc(command.help or ""), ""]
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        lines += [f"- `{'`, `'.join(o.opts)}`: {o.help or ''}" for o in options] + ([""] if options else [])
        return lines
    lines += [inspect.cleandoc(command.help or ""), ""]
    for inner in command.list_commands(context):
        found = command.get_command(context, inner)
        if found is not None and not isinstance(found, PluginGroup):
            lines += _commands(f"{name} {inner}", found, depth + 1)
    return lines


PAGES: Mapping[str, Callable[[], str]] = {
    "door.md": door_page,
    "hooks.md": hooks_page,
    "settings.md": settings_page,
    "http.md": http_page,
    "cli.md": cli_page,
    "ui.md": ui_page,
}


def write() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    write()
