"""The plugins of a source folder, by its `pyproject.toml`: they need not be installed to be tested."""

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from itsm import __version__
from itsm.core.errors import Invalid
from itsm.core.texts import say
from itsm.plugins.machinery.members import GROUP, Member, installed, load, name_fault, requirement_fault


def project_of(folder: Path) -> dict[str, Any]:
    """The table `project` of a folder's `pyproject.toml`; raises `Invalid` with what is wrong."""
    path = folder / "pyproject.toml"
    try:
        with path.open("rb") as file:
            table: dict[str, Any] = tomllib.load(file).get("project", {})
    except OSError as error:
        raise Invalid(say("There is no pyproject.toml in {folder}.", folder=folder)) from error
    except ValueError as error:
        raise Invalid(say("{path} cannot be read: {reason}", path=path, reason=error)) from error
    return table


def declared_in(folder: Path) -> list[Member]:
    """The plugins that a folder declares, not loaded; a folder of a bundled plugin holds its package and no project."""
    packages = sorted(folder.glob("itsm_*/hooks.py"))
    if packages and not (folder / "pyproject.toml").exists():
        names = [path.parent.name for path in packages]
        return [Member(name.removeprefix("itsm_"), __version__, f"{name}.hooks") for name in names]
    project = project_of(folder)
    points = project.get("entry-points", {}).get(GROUP, {})
    return [_member(project, name, module) for name, module in sorted(points.items())]


def members_of(folder: Path) -> list[Member]:
    """The plugins that a folder declares, not loaded; importable from now on, its source before an installed copy."""
    members = declared_in(folder)
    for member in members:
        package = member.package.replace(".", "/")
        for home in (folder / "src", folder):
            if (home / package).is_dir() and str(home.resolve()) not in sys.path:
                sys.path.insert(0, str(home.resolve()))
    return members


def with_needs(members: Sequence[Member]) -> list[Member]:
    """These plugins, loaded, with the installed ones that they need, those first."""
    found = {member.name: load(member) for member in members}
    known = installed()
    waiting = [need for member in found.values() for need in member.about.needs]
    while waiting:
        name = waiting.pop()
        if name not in found and name in known:
            found[name] = load(known[name])
            waiting += found[name].about.needs
    return list(found.values())


def incidents() -> Member:
    """The incident process, which comes with the framework: it gives tests a kind of ticket."""
    return load(Member("incidents", "1", "itsm_incidents.hooks"))


def _member(project: dict[str, Any], name: str, module: str) -> Member:
    member = Member(name, str(project.get("version", "?")), module)
    fault = name_fault(name, module)
    try:
        wanted = [Requirement(text) for text in project.get("dependencies", ())]
    except InvalidRequirement as error:
        return replace(member, fault=f"a dependency cannot be read: {error}")
    ours = project.get("name") == "itsm"
    return replace(member, fault=fault or ("" if ours else requirement_fault(str(project.get("name", name)), wanted)))
