"""What the source says without being run: imports, file names, templates, sentences without a translation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import itsm.core
from itsm.authoring.check.findings import Report
from itsm.core.texts import LOCALES
from itsm.plugins.machinery.deprecation import OLD_NAMES

ROOMS = frozenset({
    "hooks", "models", "verbs", "rules", "schemas", "pages", "api", "jobs", "commands", "settings", "hookspecs",
    "outside", "__init__", "migrations", "templates", "static", "translations",
})  # fmt: skip
NOT_SOURCE = frozenset({"__pycache__", "py.typed"})
KEYWORDS = {"say": None, "_": None, "gettext": None, "ngettext": (1, 2), "ValidationError": None}
METHODS = [("migrations/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
# A tag may hold expressions, and these may hold quotes and arrows.
FORM = re.compile(r"""<form\b((?:\{\{.*?\}\}|\{%.*?%\}|"[^"]*"|'[^']*'|[^>"'])*)>(.*?)</form""", re.I | re.S)
POST = re.compile(r"""\bmethod\s*=\s*["']?post\b""", re.I)
TOKEN = re.compile(r"\bcsrf(_token)?\(|\.csrf_token\b|\.hidden_tag\(|\{%-?\s*include\b")
UNSEEN = re.compile(r"\{#.*?#\}|<!--.*?-->", re.S)
DOOR = "itsm.plugins"
KIT = "itsm.plugins.testing"


def check_source(report: Report, package: Path, name: str) -> None:
    """Everything that can be seen in the package's files and in the tests beside it."""
    _names(report, package, name)
    for path in sorted(package.rglob("*.py")):
        _imports(report, path, f"itsm_{name}", tests=False)
    for path in sorted((report.folder / "tests").rglob("*.py")):
        _imports(report, path, f"itsm_{name}", tests=True)
    for path in sorted((package / "templates").rglob("*.html")):
        _forms(report, path)
    _sentences(report, package)


def _names(report: Report, package: Path, name: str) -> None:
    for path in sorted(package.iterdir()):
        if path.stem not in ROOMS and path.name not in NOT_SOURCE and not path.name.startswith("."):
            report.add("file-name", f"{path.name} is no name of a plugin's file", path)
    for path in sorted((package / "templates").glob("*")):
        if path.name != name:
            report.add("foreign-name", f"templates/{path.name} is not {name}'s; only templates/{name}/ is served", path)
    for path in sorted((package / "translations").glob("*")):
        if path.name not in {f"{locale}.po" for locale in LOCALES}:
            report.add("foreign-name", f"translations/{path.name} is no catalogue of a language of the desk", path)


def _forms(report: Report, path: Path) -> None:
    """A form that is posted without the token of the page is refused by the desk."""
    text = UNSEEN.sub(lambda m: "\n" * m.group().count("\n"), path.read_text(encoding="utf-8", errors="replace"))
    for form in FORM.finditer(text):
        if POST.search(form.group(1)) and not TOKEN.search(form.group(2)):
            line = text.count("\n", 0, form.start()) + 1
            report.add("form-token", "a form is posted without csrf_token; the desk answers it with 400", (path, line))


def _imports(report: Report, path: Path, package: str, *, tests: bool) -> None:
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        report.add("import", f"not Python: {error.msg}", (path, error.lineno or 0))
        return
    for module, names, line in _imported(tree):
        ours = module == "itsm" or module.startswith("itsm.")
        allowed = (module == "itsm" and names <= {"__version__"}) or module == DOOR or (tests and module == KIT)
        other = module.startswith("itsm_") and module.partition(".")[0] != package
        if ours and not allowed:
            report.add("deep-import", f"{module} is behind the door", (path, line))
        if other:
            report.add("deep-import", f"{module} is another plugin's; meet it by hooks", (path, line))
        for old in names & OLD_NAMES.keys() if module == DOOR else ():
            report.add("deprecated", f"{old}: {OLD_NAMES[old]}", (path, line))
    if not tests:
        _late(report, path, tree)


def _imported(tree: ast.AST) -> Iterator[tuple[str, set[str], int]]:
    """(module, names, line) of each absolute import; `from itsm import core` counts as `itsm.core`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, set(), node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = {alias.name for alias in node.names}
            if node.module == "itsm" and not names <= {"__version__"}:
                yield from ((f"itsm.{name}", set(), node.lineno) for name in sorted(names))
            elif node.module == DOOR and "machinery" in names:
                yield f"{DOOR}.machinery", set(), node.lineno
            else:
                yield node.module, names, node.lineno


def _late(report: Report, path: Path, tree: ast.AST) -> None:
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    late = {node.lineno for f in functions for node in ast.walk(f) if isinstance(node, ast.Import | ast.ImportFrom)}
    for line in sorted(late) if path.name != "commands.py" else ():
        report.add("late-import", "an import stands inside a function", (path, line))


def _sentences(report: Report, package: Path) -> None:
    known = {**_catalogue(Path(itsm.core.__file__).parent), **_catalogue(package, report)}
    found = extract_from_dir(str(package), method_map=METHODS, keywords=KEYWORDS)
    for file, line, message, _, _ in found:
        msgid = message if isinstance(message, str) else message[0]
        if not known.get(msgid):
            report.add("translation", f"no Russian for “{msgid}”", (package / file, line))


def _catalogue(package: Path, report: Report | None = None) -> dict[str, bool]:
    """msgid → whether it has a translation."""
    path = package / "translations" / "ru.po"
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file:
            entries: Any = read_po(file, locale="ru", abort_invalid=True)
    except Exception as error:
        if report is not None:
            report.add("translation", f"ru.po cannot be read: {error}", path)
        return {}
    return {(m.id if isinstance(m.id, str) else m.id[0]): _whole(m) for m in entries if m.id}


def _whole(message: Any) -> bool:
    texts = [message.string] if isinstance(message.string, str) else list(message.string)
    return bool(texts) and all(texts) and not message.fuzzy
