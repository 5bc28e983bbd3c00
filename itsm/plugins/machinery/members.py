"""Find what is installed: entry points of the group `itsm.plugins`, checked before anything is imported."""

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from packaging.requirements import Requirement

from itsm import __version__
from itsm.core.texts import Label

GROUP = "itsm.plugins"
NAME = re.compile(r"\A[a-z][a-z0-9_]{1,30}\Z")
# Words of the house, and first words of the core's tables: a plugin's own tables begin with its name.
RESERVED = frozenset({
    "access", "account", "accounts", "address", "administration", "answers", "api", "api_token", "authoring", "blocks",
    "calendars", "code", "config", "configuration", "contract", "core", "desk", "erased", "event", "evidence",
    "external", "field",
    "fields", "intake", "itsm", "lease", "login", "machinery", "notices", "oidc", "operations", "organisation",
    "outbound", "owed", "passkey", "people", "person", "plugin", "plugins", "privacy", "recovery", "role", "roles",
    "rules", "schedule", "search", "services", "sign", "spent", "static", "stored", "stream", "team", "testing",
    "ticket", "tickets", "token", "work",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What a plugin says of itself in `hooks.py`: `about = About(title={"en": …, "ru": …}, needs=("cmdb",))`.

    needs: plugins that must be enabled too; after: plugins that, if enabled, come first.
    """

    title: Label
    needs: Sequence[str] = ()
    after: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An installed plugin, or a part of the house that registers like one (`built_in`).

    hooks: the loaded `hooks` module, None while it is not loaded. fault: why it was set aside, '' if it was not.
    """

    name: str
    version: str
    module: str
    built_in: bool = False
    hooks: ModuleType | None = None
    fault: str = ""

    @property
    def about(self) -> About:
        """What the plugin says of itself."""
        return getattr(self.hooks, "about", None) or About(title={"en": self.name})

    @property
    def package(self) -> str:
        """The package that holds `hooks.py`, such as `itsm_incidents`."""
        return self.module.rpartition(".")[0]

    @property
    def folder(self) -> Path:
        """Where the package lies (it must be loaded)."""
        return Path(str(self.module_loaded().__file__)).parent

    def module_loaded(self) -> ModuleType:
        """The `hooks` module; raises LookupError when it is not loaded."""
        if self.hooks is None:
            raise LookupError(f"{self.name} is not loaded")
        return self.hooks


def installed() -> dict[str, Member]:
    """Everything installed by name, nothing imported; what cannot be used carries its fault."""
    found: dict[str, Member] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        member = Member(point.name, point.dist.version if point.dist else "?", point.value, fault=_fault(point))
        if point.name in found and found[point.name].module != point.value:
            member = replace(member, fault=f"two packages call themselves {point.name}")
        found[point.name] = member
    return found


def bundled() -> list[str]:
    """The plugins that come with `itsm` itself."""
    return sorted({point.name for point in entry_points(group=GROUP) if point.dist and point.dist.name == "itsm"})


def _fault(point: EntryPoint) -> str:
    return name_fault(point.name, point.value) or (_version_fault(point.dist) if point.dist else "")


def name_fault(name: str, module: str) -> str:
    """Why a plugin may not have this name or this entry point; '' if it may."""
    if not NAME.match(name) or name in RESERVED:
        return f"{name!r} is no plugin name: 2–31 small letters, digits and underscores, and not a reserved word"
    if not re.fullmatch(r"[\w.]+\.hooks", module):
        return f"the entry point is {module!r}; it must name the plugin's module `hooks`, as in itsm_x.hooks"
    return ""


def _version_fault(dist: Distribution) -> str:
    return "" if dist.name == "itsm" else requirement_fault(dist.name, map(Requirement, dist.requires or ()))


def requirement_fault(distribution: str, requirements: Iterable[Requirement]) -> str:
    """The hook contract is the version of `itsm`: a distribution states in its metadata which ones it was made for."""
    wanted = [requirement for requirement in requirements if requirement.name == "itsm"]
    if not wanted:
        return (
            f"{distribution} does not say which version of itsm it needs; add `itsm>={__version__}` to its dependencies"
        )
    if not wanted[0].specifier.contains(__version__, prereleases=True):
        return f"{distribution} needs itsm{wanted[0].specifier}, this is {__version__}"
    return ""


def load(member: Member) -> Member:
    """Import the plugin's `hooks`; whatever it raises, even SystemExit, becomes its fault."""
    if member.fault or member.hooks is not None:
        return member
    try:
        return replace(member, hooks=importlib.import_module(member.module))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return replace(member, fault=f"cannot be imported: {type(error).__name__}: {error}")


def ordered(members: Iterable[Member]) -> list[Member]:
    """Dependencies first, else by name; a member whose need is missing, or that stands in a circle, gets a fault."""
    waiting = {m.name: m for m in sorted(members, key=lambda m: (not m.built_in, m.name))}
    done: dict[str, Member] = {}
    while waiting:
        ready = next((m for m in waiting.values() if _is_ready(m, waiting, done)), None)
        if ready is None:
            ready = replace(next(iter(waiting.values())), fault="stands in a circle of needs")
        missing = [need for need in ready.about.needs if need not in done or done[need].fault]
        if missing and not ready.fault:
            ready = replace(ready, fault=f"needs {', '.join(missing)}, which is not enabled or does not work")
        done[ready.name] = ready
        del waiting[ready.name]
    return list(done.values())


def _is_ready(member: Member, waiting: dict[str, Member], done: dict[str, Member]) -> bool:
    earlier = {*member.about.needs, *member.about.after} - {member.name}
    return not earlier & waiting.keys()
