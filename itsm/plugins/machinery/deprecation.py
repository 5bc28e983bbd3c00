"""What goes away, said in time: hooks, parameters of hooks and names on the door, each with what comes instead."""

import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from itsm.core.hookspecs.marks import Deprecated, Spec
from itsm.plugins.machinery.check import implementations

# Names that the door had: old name → (new name or what to do, version of removal). Empty is the best state.
OLD_NAMES: Mapping[str, Deprecated] = {}
PLUGIN = re.compile(r"\bitsm_([a-z0-9_]+)")


class GoesAway(FutureWarning):
    """A plugin uses something that a later version of the framework will not have.

    No `DeprecationWarning`, which Python hides from those who run a desk and have to ask the plugin's author.
    """


def old_uses(
    module: ModuleType, specs: Mapping[str, tuple[Spec, Callable[..., Any]]]
) -> Iterator[tuple[Callable[..., Any], str]]:
    """(function, sentence) for each implementation that uses a hook or a parameter that goes away."""
    for name, function, _, _ in implementations(module):
        if name not in specs:
            continue
        declared = specs[name][0]
        if declared.deprecated is not None:
            yield function, f"the hook {name}: {declared.deprecated}"
        for parameter, going in declared.deprecated_parameters.items():
            if parameter in function.__code__.co_varnames[: function.__code__.co_argcount]:
                yield function, f"the parameter {parameter} of {name}: {going}"


def warn_old_uses(plugin: str, module: ModuleType, specs: Mapping[str, tuple[Spec, Callable[..., Any]]]) -> None:
    """Warn at the start about each use, with plugin, file and line."""
    for function, sentence in old_uses(module, specs):
        code = function.__code__
        _warn(f"plugin {plugin} uses {sentence}", code.co_filename, code.co_firstlineno)


def old_name(name: str, table: Mapping[str, Deprecated], values: Mapping[str, Any], depth: int = 2) -> Any:
    """What a name of the door stands for that has a new one, with a warning that names who still uses the old one."""
    if name not in table:
        raise AttributeError(f"module 'itsm.plugins' has no attribute {name!r}")
    caller = sys._getframe(depth)
    while caller.f_back is not None and "importlib" in caller.f_code.co_filename:
        caller = caller.f_back
    file, line = caller.f_code.co_filename, caller.f_lineno
    found = PLUGIN.search(str(caller.f_globals.get("__name__", "")))
    who = f"plugin {found[1]}" if found else str(caller.f_globals.get("__name__"))
    _warn(f"{who} uses {name} of itsm.plugins: {table[name]}", file, line)
    return values[table[name].replacement]


def _warn(sentence: str, file: str, line: int) -> None:
    warnings.warn_explicit(f"{sentence} ({file}:{line})", GoesAway, file, line)
