"""The page `ui.md`: the macros of core/parts.html, each as the gallery of the page tour shows it."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ROOT / "itsm/core/templates/core/parts.html"
GALLERY = ROOT / "tests/pages/tour/gallery/templates/gallery/parts.html"
PICTURES = ROOT / "docs/images/ui"
MACRO = re.compile(
    r"\{# ---- (?P<chapter>[^#]+?) #\}"
    r"|\{# (?P<says>(?!----)[^#]+?) #\}\n\{% macro (?P<name>[a-z]\w*)\((?P<takes>.*?)\) %\}"
)
EXAMPLE = re.compile(r'<div id="shown-(\w+)">\{# example #\}\n(.*?)\n\{# end #\}', re.S)
INTRODUCTION = """# Parts of pages

What pages are made of, for plugins as for the house. A page of a plugin begins so:

```jinja
{% extends "core/frame.html" %}
{% import "core/parts.html" as ui with context %}
{% block title %}{{ _("Loans") }}{% endblock %}
{% block main %}
…
{% endblock %}
```

and its route ends with `render_page(uow, "loans/loans.html", …)`. Everything that is handed in is escaped. What takes
an inside (`{% call ui.panel(…) %} … {% endcall %}`) says so. The parts keep to what the house keeps to: light and dark,
390 to 1600 pixels, keyboard and screen reader, no script needed; forms within `<main>` are sent in place.

Write `data-key="l"` on a link or button to give it a key, `data-command` to put it into the palette (Ctrl K). Colours
are CSS variables, each right in both themes: `--card`, `--ink`, `--quiet`, `--line`, `--accent`, `--bad`, `--warn`,
`--good`. Use those in a style sheet of your own; it stands in your `static/`, and
`{% block head %}<link rel="stylesheet" href="{{ asset('loans', 'loans.css') }}">{% endblock %}` links it. Inline styles
and scripts are refused by the policy of the pages.
"""


def examples() -> dict[str, str]:
    """Name of the part → how the gallery calls it."""
    return dict(EXAMPLE.findall(GALLERY.read_text(encoding="utf-8")))


def macros() -> Iterator[tuple[str, str, str, str]]:
    """(chapter, name, arguments, what it says of itself) in the order of the file."""
    chapter = ""
    for found in MACRO.finditer(PARTS.read_text(encoding="utf-8")):
        chapter = found["chapter"] or chapter
        if found["name"]:
            yield chapter, found["name"], found["takes"], " ".join(found["says"].split())


def ui_page() -> str:
    """`ui.md`."""
    lines, last, shown = [INTRODUCTION], "", examples()
    for chapter, name, takes, says in macros():
        if chapter != last:
            lines += [f"## {chapter[0].upper()}{chapter[1:]}", ""]
            last = chapter
        lines += [f"### {name}", "", f"`ui.{name}({takes})`", "", says, ""]
        if name in shown:
            lines += ["```jinja", shown[name], "```", "", f"![{name}](../images/ui/{name}.png)", ""]
        else:
            lines += [f"Shown with {_where(name, shown)}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _where(name: str, shown: dict[str, str]) -> str:
    found = [other for other, text in shown.items() if f"ui.{name}(" in text]
    return f"[{found[0]}](#{found[0]})" if found else "nothing yet"
