"""The plan of the house as tests: names, sizes, edges."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from itsm.authoring.check.source import ROOMS

ROOT = Path(__file__).parents[2]
PYTHON = sorted(
    path
    for folder in ("itsm", "plugins", "tests", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if ".venv" not in path.parts
)
MAX_LINES, MAX_FUNCTION, MAX_FOLDER = 400, 60, 20


def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_400_lines() -> None:
    assert [str(p) for p in PYTHON if source(p).count("\n") > MAX_LINES] == []


def test_no_function_is_longer_than_60_lines_and_nine_of_ten_have_25_at_most() -> None:
    sizes = {f"{p.name}:{f.name}": (f.end_lineno or 0) - f.lineno + 1 for p in PYTHON for f in functions(p)}
    assert {name: size for name, size in sizes.items() if size > MAX_FUNCTION} == {}
    assert sorted(sizes.values())[int(len(sizes) * 0.9)] <= 25


def test_a_folder_with_many_files_has_rooms() -> None:
    crowded = {}
    grow = ("tests", "migrations")  # one more file each time: their names are their order
    for folder in {p.parent for p in PYTHON if p.parts[-2] not in grow}:
        files = [p for p in folder.glob("*.py") if p.name != "__init__.py"]
        if len(files) > MAX_FOLDER:
            crowded[str(folder)] = len(files)
    assert crowded == {}


@pytest.mark.parametrize(
    "package", sorted(p for f in ("plugins", "examples") for p in (ROOT / f).glob("*/itsm_*")), ids=lambda p: p.name
)
def test_a_plugins_files_have_the_names_of_every_plugin(package: Path) -> None:
    names = {p.stem for p in package.iterdir() if p.name not in ("__pycache__", "py.typed")}
    assert names - ROOMS == set()
    assert "hooks" in names


def test_every_module_and_public_function_of_ours_says_what_it_is() -> None:
    mute = []
    for path in PYTHON:
        tree = ast.parse(source(path))
        if not ast.get_docstring(tree) and source(path).strip():
            mute.append(str(path.relative_to(ROOT)))
        if path.is_relative_to(ROOT / "tests"):
            continue
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            overload = any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list)
            if not overload and not ast.get_docstring(node) and path.stem not in ("hooks", "errors"):
                mute.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert mute == []


def test_edges_select_nothing_by_themselves() -> None:
    """Pages and APIs read through verbs or `uow.query`, where visibility is applied."""
    bare = []
    for path in PYTHON:
        if {"pages", "api"} & {path.stem, path.parent.name} and path.is_relative_to(ROOT / "itsm"):
            imported = re.search(r"from sqlalchemy import [^\n]*\b(select|text)\b", source(path))
            if imported:
                bare.append(str(path.relative_to(ROOT)))
    assert bare == []


def test_no_import_stands_inside_a_function() -> None:
    """Late imports hide who knows whom; the command line is the exception, for it must start at once."""
    late = []
    for path in PYTHON:
        lazy = path.name in ("cli.py", "commands.py") or path.is_relative_to(ROOT / "tests")
        if lazy or path.is_relative_to(ROOT / "bench"):
            continue
        for function in functions(path):
            if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function)):
                late.append(f"{path.relative_to(ROOT)}:{function.name}")
    assert late == []


def test_only_the_composition_root_reads_settings() -> None:
    """And the processes, which hand them to it at once; the authors' kit makes up its own."""
    readers = [p for p in PYTHON if p.is_relative_to(ROOT / "itsm") and "read_settings(" in source(p)]
    outside = {p.name for p in readers if not p.is_relative_to(ROOT / "itsm" / "processes")}
    assert outside == {"app.py", "settings.py", "worlds.py"}


def test_time_comes_from_the_unit_of_work_alone() -> None:
    """The desk's clock is the one place that asks the machine."""
    asked = [
        str(p.relative_to(ROOT))
        for p in PYTHON
        if p.is_relative_to(ROOT / "itsm") or p.is_relative_to(ROOT / "plugins")
        if re.search(r"datetime\.(now|utcnow)\(|date\.today\(", source(p)) and p.name != "desk.py"
    ]
    assert asked == []


def test_nothing_of_a_machine_is_committed() -> None:
    """No absolute home or work folder, no address of a package index."""
    marks = re.compile(r"(?<![\w.])/(?:home|root|work)/\w|pypi\.org|files\.pythonhosted|registry\.npmjs")
    texts = [p for p in ROOT.rglob("*") if p.suffix in (".py", ".md", ".toml", ".lock", ".yaml", ".html", ".txt")]
    skipped = (".venv", "node_modules", ".git", "__pycache__")
    found = [
        str(p.relative_to(ROOT)) for p in texts
        if not set(skipped) & set(p.parts) and p != Path(__file__) and marks.search(source(p))
    ]  # fmt: skip
    assert found == []
