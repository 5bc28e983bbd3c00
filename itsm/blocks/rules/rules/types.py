"""Judge a condition by its types before it ever runs: names, functions, comparisons that can hold, a yes or no."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from itsm.blocks.rules.rules.language import MACROS, Call, Fault, Items, Literal, Name, Node
from itsm.core.texts import fold, say

NUMBERS = frozenset({"whole", "decimal"})
TEXT_METHODS = frozenset({"contains", "startsWith", "endsWith", "matches"})
ORDERED = frozenset({"<", "<=", ">", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
REPEAT = re.compile(r"\{\s*\d*\s*,?\s*\d+|[*+]\s*[)][*+{]")
LONGEST_PATTERN = 100


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What conditions may read: variable → type (text, whole, decimal, yes_no, texts); the same for `fields["…"]`."""

    variables: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    folded: frozenset[str] = frozenset()


def check_condition(node: Node, vocabulary: Vocabulary) -> None:
    """Raise `Fault` for the first thing that cannot be: an unknown name, types that never meet, no yes or no."""
    _Judge(vocabulary).condition(node)


class _Judge:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.bound: dict[str, str] = {}

    def condition(self, node: Node) -> None:
        found = self.type_of(node)
        if found != "yes_no":
            raise Fault(say("A condition must say yes or no; this is {type}.", type=found), node.at)

    def type_of(self, node: Node) -> str:
        if isinstance(node, Literal):
            return _literal(node)
        if isinstance(node, Name):
            return self._variable(node)
        if isinstance(node, Items):
            types = {self.type_of(item) for item in node.items}
            if len(types - NUMBERS) + bool(types & NUMBERS) > 1:
                raise Fault(say("The entries of a list must be of one type."), node.at)
            return f"list of {min(types)}" if types else "list of nothing"
        return self._call(node)

    def _variable(self, node: Name) -> str:
        if node.name in self.bound:
            return self.bound[node.name]
        if node.name == "fields" and self.vocabulary.fields:
            raise Fault(say('Name one field: fields["plugin.name"].'), node.at)
        if node.name not in self.vocabulary.variables:
            known = ", ".join(sorted(self.vocabulary.variables))
            raise Fault(say("There is no value {name}; known are: {known}.", name=node.name, known=known), node.at)
        declared = self.vocabulary.variables[node.name]
        return "list of text" if declared == "texts" else declared

    def _call(self, node: Call) -> str:
        name = node.function
        if node.target is not None:
            return self._method(node)
        if name in ("&&", "||", "!_"):
            for arg in node.args:
                self.condition(arg)
            return "yes_no"
        if name in ("==", "!="):
            return self._same(node)
        if name in ORDERED:
            return self._order(node)
        if name == "in":
            return self._member(node)
        if name in ARITHMETIC or name == "-_":
            return self._number(node)
        if name == "?:":
            self.condition(node.args[0])
            return self._alike(node, node.args[1], node.args[2])
        if name == "size" and len(node.args) == 1:
            return self._size(node, node.args[0])
        known = "size, contains, startsWith, endsWith, matches, exists, all, exists_one, filter, map"
        raise Fault(say("There is no function {name}; known are: {known}.", name=name, known=known), node.at)

    def _method(self, node: Call) -> str:
        target = node.target
        assert target is not None  # noqa: S101  (the caller asked)
        if node.function == "[]":
            return self._look_up(node, target)
        if node.function in MACROS:
            return self._macro(node, target)
        if node.function == "size" and not node.args:
            return self._size(node, target)
        if node.function not in TEXT_METHODS or len(node.args) != 1:
            known = "contains, startsWith, endsWith, matches, exists, all, exists_one, filter, map, size"
            raise Fault(say("There is no method {name}; known are: {known}.", name=node.function, known=known), node.at)
        self._want(target, "text")
        self._want(node.args[0], "text")
        self._folded(target, node.args[0])
        if node.function == "matches":
            _check_pattern(node.args[0])
        return "yes_no"

    def _look_up(self, node: Call, target: Node) -> str:
        key = node.args[0]
        if not (isinstance(target, Name) and target.name == "fields" and self.vocabulary.fields):
            raise Fault(say('Only fields["plugin.name"] may be looked up.'), node.at)
        if not isinstance(key, Literal) or key.value not in self.vocabulary.fields:
            shown = key.value if isinstance(key, Literal) else "…"
            raise Fault(say("There is no field {name}.", name=shown), key.at)
        declared = self.vocabulary.fields[key.value]
        return "list of text" if declared == "texts" else declared

    def _macro(self, node: Call, target: Node) -> str:
        if self.bound:
            raise Fault(say("Loops cannot stand within each other."), node.at)
        if len(node.args) != 2 or not isinstance(node.args[0], Name):
            raise Fault(say("Write it as list.{name}(x, condition with x).", name=node.function), node.at)
        listed = self.type_of(target)
        if not listed.startswith("list of "):
            raise Fault(say("This needs a list; it is {type}.", type=listed), target.at)
        variable = node.args[0].name
        if variable in self.vocabulary.variables or variable == "fields":
            raise Fault(say("The name {name} is taken; use another one.", name=variable), node.args[0].at)
        self.bound = {variable: listed.removeprefix("list of ")}
        try:
            if node.function == "map":
                return f"list of {self.type_of(node.args[1])}"
            self.condition(node.args[1])
        finally:
            self.bound = {}
        return listed if node.function == "filter" else "yes_no"

    def _size(self, node: Call, arg: Node) -> str:
        found = self.type_of(arg)
        if not found.startswith("list of "):
            raise Fault(say("size counts the entries of lists; of a text it would count bytes."), node.at)
        return "whole"

    def _same(self, node: Call) -> str:
        self._alike(node, *node.args)
        self._folded(*node.args)
        self._folded(*reversed(node.args))
        return "yes_no"

    def _alike(self, node: Call, one: Node, other: Node) -> str:
        types = {self.type_of(one), self.type_of(other)} - {"nothing"}
        if all(name.startswith("list of ") for name in types):
            types -= {"list of nothing"}
        if len(types) > 1 and not types <= NUMBERS:
            names = " / ".join(sorted(types))
            raise Fault(say("These can never be the same: {types}.", types=names), node.at)
        return next(iter(types), "nothing")

    def _order(self, node: Call) -> str:
        found = self._alike(node, *node.args)
        if found not in (*NUMBERS, "text") or "nothing" in map(self.type_of, node.args):
            raise Fault(say("Only numbers and texts have an order; this is {type}.", type=found), node.at)
        return "yes_no"

    def _member(self, node: Call) -> str:
        one, listed = node.args
        inner = self.type_of(listed)
        if not inner.startswith("list of "):
            raise Fault(say("This needs a list; it is {type}.", type=inner), listed.at)
        types = {self.type_of(one), inner.removeprefix("list of ")} - {"nothing"}
        if len(types) > 1 and not types <= NUMBERS:
            raise Fault(say("These can never be the same: {types}.", types=" / ".join(sorted(types))), node.at)
        for item in listed.items if isinstance(listed, Items) else ():
            self._folded(one, item)
        return "yes_no"

    def _number(self, node: Call) -> str:
        types = {self.type_of(arg) for arg in node.args}
        if node.function == "+" and types == {"text"}:
            return "text"
        if not types <= NUMBERS:
            raise Fault(say("This needs numbers; it has {types}.", types=", ".join(sorted(types))), node.at)
        if len(types) > 1:
            raise Fault(say("Whole and decimal numbers cannot be mixed here; write 2.0 for 2."), node.at)
        return types.pop()

    def _want(self, node: Node, wanted: str) -> None:
        found = self.type_of(node)
        if found != wanted:
            raise Fault(say("This must be {wanted}; it is {type}.", wanted=wanted, type=found), node.at)

    def _folded(self, one: Node, sought: Node) -> None:
        """A folded text never holds a capital letter: who looks for one would wait for ever."""
        if isinstance(one, Name) and one.name in self.vocabulary.folded and isinstance(sought, Literal):
            text = str(sought.value or "")
            if fold(text) != text.strip():
                folded = fold(text)
                raise Fault(
                    say("{name} is in small letters, ё as е: write “{text}”.", name=one.name, text=folded), sought.at
                )


def _literal(node: Literal) -> str:
    types = {bool: "yes_no", int: "whole", float: "decimal", str: "text"}
    return types.get(type(node.value), "nothing")


def _check_pattern(node: Node) -> None:
    """Patterns are literals, short, without repetitions of repetitions: what they cost is known before they run."""
    if not isinstance(node, Literal):
        raise Fault(say("A pattern must be written out."), node.at)
    if len(node.value) > LONGEST_PATTERN or REPEAT.search(node.value):
        raise Fault(say("This pattern is too costly: at most {maximum} characters and no counted or nested repetition.", maximum=LONGEST_PATTERN), node.at)  # noqa: E501  # fmt: skip


def reads(node: Node) -> Iterator[str]:
    """The names of the values that a condition reads: variables, and fields by their names."""
    bound = set()
    for part in _outer(node):
        if isinstance(part, Call) and part.function in MACROS and isinstance(part.args[0], Name):
            bound.add(part.args[0].name)
        if isinstance(part, Call) and part.function == "[]" and isinstance(part.args[0], Literal):
            yield str(part.args[0].value)
        elif isinstance(part, Name) and part.name not in bound and part.name != "fields":
            yield part.name


def _outer(node: Node) -> Iterator[Node]:
    """Every node before those inside it."""
    yield node
    inner: tuple[Node | None, ...] = ()
    if isinstance(node, Items):
        inner = node.items
    elif isinstance(node, Call):
        inner = (node.target, *node.args)
    for part in inner:
        if part is not None:
            yield from _outer(part)
