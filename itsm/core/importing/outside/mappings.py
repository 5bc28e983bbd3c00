"""Find a mapping by its name or path and read its YAML: every scalar as the text that stands there."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from itsm.core.errors import Invalid
from itsm.core.importing.shipped import SHIPPED, shipped_mappings
from itsm.core.texts import say

MAX_BYTES = 1 << 20


class _Loader(yaml.BaseLoader):
    """Texts only, for `no` must stay no and `1 - Critical` its own; a key that stands twice is refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="anchors are not used here", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError("", None, f"the key {key.value} stands here twice", key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


def read_mapping(name: str) -> Any:
    """The content of a shipped mapping, or of the YAML file at a path."""
    if not name:
        known = ", ".join(shipped_mappings())
        raise Invalid.field(
            "mapping", say("Choose a mapping, one of {known} or a YAML file of your own (--mapping).", known=known)
        )
    path = SHIPPED / f"{name}.yaml" if name in shipped_mappings() else Path(name)
    try:
        content = path.read_bytes()
        if len(content) > MAX_BYTES:
            raise Invalid.field("mapping", say("A mapping has {maximum} bytes at most.", maximum=MAX_BYTES))
        return yaml.load(content.decode(), _Loader)  # noqa: S506  (a BaseLoader makes texts, lists and tables only)
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise Invalid.field("mapping", say("{path} is not UTF-8.", path=path)) from error
        known = ", ".join(shipped_mappings())
        told = say("There is no mapping {name}: neither a file nor one of: {known}.", name=name, known=known)
        raise Invalid.field("mapping", told) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Invalid.field("mapping", say("{path} is no YAML: {why}.", path=path, why=_why(error))) from error


def _why(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return place + str(getattr(error, "problem", None) or type(error).__name__)
