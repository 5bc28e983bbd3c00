"""Documents as YAML text and back: plain JSON values, no anchors, no doubled keys, every fault with its line."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from itsm.core.configuration.rules import IDENTITIES
from itsm.core.errors import Invalid
from itsm.core.texts import say

LONGEST = 400_000
PLAIN = ("map", "seq", "str", "null", "bool", "int", "float", "None")
LONGEST_DESK = 2_000_000


class _Loader(yaml.SafeLoader):
    """JSON's values only: `no`, `9:30` and `2026-01-01` are texts."""

    # Own ones, for SafeLoader's would be shared.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
    yaml_constructors = {  # noqa: RUF012
        tag: made for tag, made in yaml.SafeLoader.yaml_constructors.items() if str(tag).rpartition(":")[2] in PLAIN
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="anchors are not used here", problem_mark=self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool | None):
                raise yaml.MarkedYAMLError(problem="a name is a plain text", problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"{key!r} is there twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?(0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"\A(?:{_pattern})\Z"), _first)


class _Dumper(yaml.SafeDumper):
    """What stands there twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_text(body: Mapping[str, Any]) -> str:
    """A document as people edit it."""
    return str(yaml.dump(dict(body), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110))


def in_line(value: Any) -> str:
    """One value on one line, as a difference shows it."""
    if isinstance(value, str):
        return value
    text = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=True
    )  # fmt: skip
    return str(text).removesuffix("...\n").strip()


def in_lines(value: Any) -> str:
    """One value as a form shows a piece of YAML: a text as it is, lists and mappings in lines."""
    if not isinstance(value, Mapping | list | tuple):
        return in_line(value)
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=80)).rstrip()


def from_text(text: str) -> Any:
    """What the text says; YAML, and so JSON too. Raises `Invalid` with the line."""
    return with_lines(text, LONGEST, "body")[0]


def from_file(path: Path) -> tuple[Any, Mapping[str, int]]:
    """What a file says, and on which line each place of it stands: `documents.core.topics.entries.3` → 41."""
    try:
        if path.stat().st_size > LONGEST_DESK:
            raise Invalid.field("file", say("Longer than {maximum} characters.", maximum=LONGEST_DESK))
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Invalid.field("file", say("{path} cannot be read: {why}.", path=path, why=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise Invalid.field("file", say("{path} is not UTF-8 text.", path=path)) from error
    return with_lines(text, LONGEST_DESK, "file")


def with_lines(text: str, longest: int, name: str) -> tuple[Any, Mapping[str, int]]:
    """What the text says, and the line of each of its places; `name` is what refusals call it."""
    if len(text) > longest:
        raise Invalid.field(name, say("Longer than {maximum} characters.", maximum=longest))
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = loader.construct_document(node) if node is not None else None
        return value, dict(_lines("", node))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Invalid.field(name, say("Line {line}: {problem}.", line=line, problem=error.problem)) from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise Invalid.field(name, say("This is not YAML that can be read.")) from error


def _lines(place: str, node: Any) -> Iterator[tuple[str, int]]:
    if node is None:
        return
    yield place, node.start_mark.line + 1
    inner: Any = ()
    if isinstance(node, yaml.MappingNode):
        inner = ((key.value, key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        inner = ((number, value, value) for number, value in enumerate(node.value))
    for name, where, value in inner:
        path = f"{place}.{name}".lstrip(".")
        yield from _lines(path, value)
        yield path, where.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode) and isinstance(value, yaml.MappingNode):
            keys = (known.value for key, known in value.value if key.value in IDENTITIES)
            yield from ((f"{place}.{key}", where.start_mark.line + 1) for key in keys)


def line_of(place: str, lines: Mapping[str, int]) -> int:
    """The line of a place, or of the nearest one around it."""
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return lines.get(place, 1)
