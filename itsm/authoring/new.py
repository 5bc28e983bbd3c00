"""Make a new plugin: a copy of the folder `blank`, under the name that its author chose."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from itsm import __version__
from itsm.core.errors import Conflict, Invalid
from itsm.core.texts import say
from itsm.plugins.machinery.members import NAME

BLANK = Path(__file__).parent / "blank"
ENDING = ".tmpl"


def new_plugin(name: str, into: Path, *, words: Iterable[str], installed: Iterable[str]) -> Path:
    """The folder `itsm-<name>` below `into`, complete or not there at all.

    words: names that the framework keeps for itself. installed: names of plugins that there are.
    """
    check_name(name, words, installed)
    folder = into / f"itsm-{name.replace('_', '-')}"
    if folder.exists():
        raise Conflict(say("{folder} exists already; nothing was changed.", folder=folder))
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".itsm-new-") as aside:
        whole = Path(aside) / folder.name
        for source in sorted(path for path in BLANK.rglob(f"*{ENDING}")):
            target = whole / target_of(source.relative_to(BLANK), name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(filled(source.read_text(encoding="utf-8"), values_of(name)), encoding="utf-8")
        shutil.move(whole, folder)
    return folder


def check_name(name: str, words: Iterable[str], installed: Iterable[str]) -> None:
    """Raise `Invalid` with the reason why a plugin cannot be named so."""
    if name.startswith(("itsm_", "itsm-")):
        raise Invalid.field("name", say("Leave out itsm: the package will be named itsm_{rest}.", rest=name[5:]))
    if not NAME.match(name):
        allowed = say("{name} is no plugin name: 2–31 small Latin letters, digits and underscores, a letter first.",
                      name=repr(name))  # fmt: skip
        raise Invalid.field("name", allowed)
    if name in words:
        raise Invalid.field("name", say("{name} is a word of the framework: a part, a table or a command.", name=name))
    if name in installed:
        raise Invalid.field("name", say("A plugin {name} is installed already.", name=name))


def target_of(path: Path, name: str) -> Path:
    """`dot_github/x.yml.tmpl` → `.github/x.yml`, `itsm_NAME/…` → `itsm_<name>/…`."""
    parts = [part.replace("NAME", name).removesuffix(ENDING) for part in path.parts]
    return Path(*(f".{part.removeprefix('dot_')}" if part.startswith("dot_") else part for part in parts))


def values_of(name: str) -> Mapping[str, str]:
    """What stands for the marks in the blank files."""
    major, minor, *_ = (int(part) for part in __version__.split(".")[:2])
    versions = f">={major}.{minor},<{major}.{minor + 1}"
    return {"NAME": name, "DASHED": name.replace("_", "-"), "VERSIONS": versions}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put the values where `@NAME@` and the like stand."""
    for mark, value in values.items():
        text = text.replace(f"@{mark}@", value)
    return text
