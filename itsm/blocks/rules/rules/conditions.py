"""What can be said of conditions without running them: conjunctions of comparisons of one value with constants.

A condition becomes alternatives, each a conjunction: a range for every value it compares, and the rest as opaque
texts. From that follow "never", "implies" and "can hold together"; where a condition is too large to be split up it is
one opaque text, and nothing is claimed of it but that it equals itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itsm.blocks.rules.rules.language import Call, Items, Literal, Name, Node, spelled

MOST = 8
NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Range:
    """The values that are left: one of `among` if given, none of `but`, within the bounds (value, inclusive)."""

    among: frozenset[Any] | None = None
    but: frozenset[Any] = frozenset()
    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None

    def holds(self, value: Any) -> bool:
        """Whether a value is in the range."""
        if (self.among is not None and value not in self.among) or value in self.but:
            return False
        if self.low is not None and not _above(value, self.low):
            return False
        return self.high is None or _below(value, self.high)

    def both(self, other: "Range") -> "Range":
        """What is in both ranges."""
        among = self.among if other.among is None else other.among if self.among is None else self.among & other.among
        low, high = _tighter(self.low, other.low, 1), _tighter(self.high, other.high, -1)
        found = Range(among, self.but | other.but, low, high)
        return found if among is None else Range(frozenset(v for v in among if found.holds(v)))

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        if self.among is not None:
            return not self.among
        if self.low is None or self.high is None:
            return False
        if _comparable(self.low[0], self.high[0]):
            return bool(self.low[0] > self.high[0]) or (
                self.low[0] == self.high[0] and not (self.low[1] and self.high[1] and self.holds(self.low[0]))
            )
        return True

    def within(self, other: "Range") -> bool:
        """Whether every value of this range is in the other; False where that is not certain."""
        if self.among is not None:
            return all(other.holds(value) for value in self.among)
        if other.among is not None or any(self.holds(value) for value in other.but):
            return False
        return _covers(other.low, self.low, 1) and _covers(other.high, self.high, -1)


def _comparable(one: Any, other: Any) -> bool:
    numbers = (int, float)
    same = isinstance(one, str) and isinstance(other, str)
    return same or (isinstance(one, numbers) and isinstance(other, numbers) and bool not in (type(one), type(other)))


def _above(value: Any, low: tuple[Any, bool]) -> bool:
    return _comparable(value, low[0]) and bool(value > low[0] or (low[1] and value == low[0]))


def _below(value: Any, high: tuple[Any, bool]) -> bool:
    return _comparable(value, high[0]) and bool(value < high[0] or (high[1] and value == high[0]))


def _tighter(one: tuple[Any, bool] | None, other: tuple[Any, bool] | None, sign: int) -> tuple[Any, bool] | None:
    if one is None or other is None:
        return one or other
    if not _comparable(one[0], other[0]) or one[0] == other[0]:
        return (one[0], one[1] and other[1])
    return one if (one[0] > other[0]) == (sign > 0) else other


def _covers(outer: tuple[Any, bool] | None, inner: tuple[Any, bool] | None, sign: int) -> bool:
    if outer is None:
        return True
    if inner is None or not _comparable(outer[0], inner[0]):
        return False
    if outer[0] == inner[0]:
        return outer[1] or not inner[1]
    return bool((inner[0] > outer[0]) == (sign > 0))


@dataclass(frozen=True, slots=True)
class Conjunction:
    """What must all hold: ranges of values, and opaque texts that must be true or must not."""

    ranges: Mapping[str, Range] = field(default_factory=dict)
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()

    def both(self, other: "Conjunction") -> "Conjunction":
        """This and the other."""
        ranges = dict(self.ranges)
        for name, found in other.ranges.items():
            ranges[name] = ranges[name].both(found) if name in ranges else found
        return Conjunction(ranges, self.yes | other.yes, self.no | other.no)

    @property
    def never(self) -> bool:
        """Whether it cannot hold."""
        return bool(self.yes & self.no) or any(found.empty for found in self.ranges.values())

    def implies(self, other: "Conjunction") -> bool:
        """Whether the other holds wherever this does; False where that is not certain."""
        if not (other.yes <= self.yes and other.no <= self.no):
            return False
        return all(name in self.ranges and self.ranges[name].within(r) for name, r in other.ranges.items())


Alternatives = Sequence[Conjunction]


def alternatives(node: Node, wanted: bool = True) -> Alternatives:
    """The condition (or, with `wanted` False, its opposite) as alternatives; those that cannot hold are left out."""
    found = _split(node, wanted)
    return [Conjunction(yes=frozenset({f"{wanted}:{spelled(node)}"}))] if found is None else found


def _split(node: Node, wanted: bool) -> Alternatives | None:
    """None for more alternatives than are worth looking at."""
    if isinstance(node, Literal) and isinstance(node.value, bool):
        return [Conjunction()] if node.value == wanted else []
    if isinstance(node, Call) and node.function == "!_":
        return _split(node.args[0], not wanted)
    if isinstance(node, Call) and node.function in ("&&", "||"):
        parts = [_split(arg, wanted) for arg in node.args]
        if parts[0] is None or parts[1] is None:
            return None
        if (node.function == "&&") == wanted:
            return _joined(parts[0], parts[1])
        both = [*parts[0], *parts[1]]
        return both if len(both) <= MOST else None
    return [_atom(node, wanted)]


def _joined(one: Alternatives, other: Alternatives) -> Alternatives | None:
    if len(one) * len(other) > MOST * 4:
        return None
    found = [a.both(b) for a in one for b in other]
    found = [conjunction for conjunction in found if not conjunction.never]
    return found if len(found) <= MOST else None


def _atom(node: Node, wanted: bool) -> Conjunction:
    named = _term(node)
    if named is not None:
        return Conjunction({named: Range(frozenset({wanted}))})
    if isinstance(node, Call) and len(node.args) == 2 and node.target is None:
        compared = _compared(node, wanted)
        if compared is not None:
            return compared
    text = frozenset({spelled(node)})
    return Conjunction(yes=text) if wanted else Conjunction(no=text)


def _compared(node: Call, wanted: bool) -> Conjunction | None:
    """`value op constant`, turned round if need be, or `value in [constants]`."""
    one, other = node.args
    if node.function == "in" and isinstance(other, Items) and all(isinstance(i, Literal) for i in other.items):
        named = _term(one)
        values = frozenset(i.value for i in other.items if isinstance(i, Literal))
        if named is None:
            return None
        return Conjunction({named: Range(values) if wanted else Range(but=values)})
    sign = node.function
    if isinstance(one, Literal):
        one, other, sign = other, one, TURNED.get(sign, "")
    named = _term(one)
    if sign not in NEGATED or not isinstance(other, Literal):
        return None
    if named is None:
        return _constant(sign, one, other.value, wanted)
    return Conjunction({named: _range(sign if wanted else NEGATED[sign], other.value)})


def _constant(sign: str, one: Node, value: Any, wanted: bool) -> Conjunction | None:
    """A comparison of two constants is true or false by itself."""
    if not isinstance(one, Literal):
        return None
    truth = _range(sign, value).holds(one.value) == wanted
    return Conjunction() if truth else Conjunction({"": Range(frozenset())})


def _range(sign: str, value: Any) -> Range:
    if sign == "==":
        return Range(frozenset({value}))
    if sign == "!=":
        return Range(but=frozenset({value}))
    bound = (value, sign in ("<=", ">="))
    return Range(low=bound) if sign.startswith(">") else Range(high=bound)


def _term(node: Node) -> str | None:
    """The name of the value that a node reads, if it is nothing more than that."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Call) and node.function == "[]" and isinstance(node.args[0], Literal):
        return str(node.args[0].value)
    return None


def implies(one: Alternatives, other: Alternatives) -> bool:
    """Whether the other condition holds wherever the one does; False where that is not certain."""
    return all(any(a.implies(b) for b in other) for a in one)


def together(one: Alternatives, other: Alternatives) -> bool:
    """Whether both can hold at once, as far as their comparisons tell."""
    return any(not a.both(b).never for a in one for b in other)
