"""Documents as YAML text and back: no anchors that multiply, no doubled keys, every fault with its line."""

from collections.abc import Mapping
from typing import Any

import yaml

from itsm.core.errors import Invalid
from itsm.core.texts import say

LONGEST = 400_000


class _Loader(yaml.SafeLoader):
    """Plain values only."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="anchors are not used here", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubled = next((i for i, key in enumerate(keys) if key in keys[:i]), None)
        if doubled is not None:
            mark = node.value[doubled][0].start_mark
            raise yaml.MarkedYAMLError(problem=f"{keys[doubled]!r} is there twice", problem_mark=mark)
        return super().construct_mapping(node, deep)


def to_text(body: Mapping[str, Any]) -> str:
    """A document as people edit it."""
    return str(yaml.safe_dump(dict(body), allow_unicode=True, sort_keys=False, width=110))


def in_line(value: Any) -> str:
    """One value on one line, as a difference shows it."""
    if isinstance(value, str):
        return value
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=True)
    return str(text).removesuffix("...\n").strip()


def from_text(text: str) -> Any:
    """What the text says; YAML, and so JSON too. Raises `Invalid` with the line."""
    if len(text) > LONGEST:
        raise Invalid.field("body", say("Longer than {maximum} characters.", maximum=LONGEST))
    try:
        return yaml.load(text, _Loader)  # noqa: S506  (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 0
        raise Invalid.field("body", say("Line {line}: {problem}.", line=line, problem=error.problem)) from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise Invalid.field("body", say("This is not YAML that can be read.")) from error
