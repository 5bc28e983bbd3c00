"""What goes away warns in time: who uses it, where, what comes instead, and until when."""

import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from itsm import __version__
from itsm.core.hookspecs import DESK_SPECS
from itsm.core.hookspecs.marks import Deprecated
from itsm.plugins.machinery.deprecation import OLD_NAMES, GoesAway, old_name
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member
from itsm.plugins.machinery.register import specs_of
from itsm.plugins.testing import World

OLD_TELL = Deprecated("notify", removed_in="0.7")
OFFER = """
from itsm.plugins import Deprecated, spec

@spec("voices", deprecated=Deprecated("weather_now", removed_in="0.9"))
def weather(uow): ...

@spec("voices", deprecated_parameters={"town": Deprecated("place", removed_in="0.8")})
def weather_now(uow, place, town): ...
"""
ANSWER = """
from itsm.plugins import hook

@hook
def weather(uow):
    return 1

@hook
def weather_now(uow, town):
    return 2
"""


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Callable[..., ModuleType]]:
    """`package("offer", hooks="…")`: a plugin's package on disk, imported."""
    made = []

    def make(name: str, **files: str) -> ModuleType:
        folder = tmp_path / f"itsm_{name}"
        folder.mkdir()
        for file, text in {"__init__": "", **files}.items():
            (folder / f"{file}.py").write_text(text)
        made.append(folder.name)
        return import_module(f"itsm_{name}.hooks")

    sys.path.insert(0, str(tmp_path))
    yield make
    sys.path.remove(str(tmp_path))
    for module in [m for m in sys.modules if m.partition(".")[0] in made]:
        del sys.modules[module]


def test_a_hook_and_a_parameter_that_go_away_are_told_with_plugin_file_line_replacement_and_version(
    world: World, package: Callable[..., ModuleType]
) -> None:
    offer = package("offer", hookspecs=OFFER, hooks="from itsm_offer import hookspecs")
    answer = package("answer", hooks=ANSWER)
    members = [Member(n, "1", f"itsm_{n}.hooks", hooks=m) for n, m in (("offer", offer), ("answer", answer))]
    with pytest.warns(GoesAway) as told:
        desk, _ = world.with_members(members)
    assert not desk.aside
    file = str(answer.__file__)
    assert [(str(w.message), w.filename, w.lineno) for w in told] == [
        (f"plugin answer uses the hook weather: use weather_now instead; it is removed in 0.9 ({file}:4)", file, 4),
        (f"plugin answer uses the parameter town of weather_now: use place instead; it is removed in 0.8 ({file}:8)",
         file, 8),
    ]  # fmt: skip


def test_an_old_name_of_the_door_still_works_and_says_who_uses_it(package: Callable[..., ModuleType]) -> None:
    door = ModuleType("door_of_a_test")
    table = {"tell": OLD_TELL}
    vars(door).update(notify=len, __getattr__=lambda name: old_name(name, table, vars(door)))
    sys.modules["door_of_a_test"] = door
    try:
        with pytest.warns(GoesAway) as told:
            user = package("user", hooks='"""Doc."""\n\nfrom door_of_a_test import tell\n')
    finally:
        del sys.modules["door_of_a_test"]
    assert user.tell is len
    (warning,) = told
    file = str(user.__file__)
    sentence = f"plugin user uses tell of itsm.plugins: use notify instead; it is removed in 0.7 ({file}:3)"
    assert (str(warning.message), warning.filename, warning.lineno) == (sentence, file, 3)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        old_name("nothing", table, {})


def test_what_nobody_deprecates_warns_nobody(desk: Desk, world: World) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        world.with_members(world.members)


def test_nothing_stays_longer_than_it_was_promised_to() -> None:
    going: list[Any] = list(OLD_NAMES.values())
    for declared, _ in specs_of(DESK_SPECS).values():
        going += [declared.deprecated, *declared.deprecated_parameters.values()]
    now = [int(part) for part in __version__.split(".")]
    assert [g for g in going if g is not None and [int(part) for part in g.removed_in.split(".")] <= now] == []
