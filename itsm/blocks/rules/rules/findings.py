"""What is wrong with a list as a whole, found without running it: never, shadowed, contradicting, cycle, too early.

Sure within comparisons of one value with constants, joined by `&&`, `||` and `!`; of other parts of a condition only
their being the same is known. So what is found is so, but not all that is so is found.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from itsm.blocks.rules.rules.conditions import Conjunction, Range, implies, together
from itsm.blocks.rules.rules.run import Rule, RuleList
from itsm.core.hookspecs.declarations import Finding
from itsm.core.texts import say


def findings(rules: RuleList) -> list[Finding]:
    """All findings, in the order of the rules that they name."""
    found = [*_never(rules.rules), *_shadowed(rules)]
    if rules.mode == "all":
        reach = _reach(rules.rules)
        found += [*_contradicting(rules.rules), *_cycles(rules.rules, reach), *_early(rules.rules, reach)]
    places = {_at(rule): rule.place for rule in rules.rules}
    return sorted(found, key=lambda finding: places[finding.place])


def _at(rule: Rule) -> str:
    return f"rules.{rule.key}"


def _never(rules: Sequence[Rule]) -> Iterator[Finding]:
    for rule in rules:
        if not rule.cases:
            yield Finding(
                _at(rule), say("The rule {rule} never fires: its condition contradicts itself.", rule=rule.key)
            )


def _shadowed(rules: RuleList) -> Iterator[Finding]:
    for index, later in enumerate(rules.rules):
        for place, earlier in enumerate(rules.rules[:index]):
            if later.cases and _covers(rules, rules.rules[place:index], earlier, later):
                yield Finding(
                    _at(later),
                    say("The rule {rule} is shadowed by {other}: that one has always done it.", rule=later.key,
                        other=earlier.key),
                )  # fmt: skip
                break


def _covers(rules: RuleList, between: Sequence[Rule], earlier: Rule, later: Rule) -> bool:
    """Whether nothing is left for the later rule: the earlier one matched too, and ended the list or set it all."""
    ends = rules.mode == "first" or earlier.stop
    if not ends and not set(later.then) <= set(earlier.then):
        return False
    touched = {name for rule in between for name in rule.then} if rules.mode == "all" else set()
    if touched & (earlier.reads | later.reads):
        return False
    return implies(later.cases, earlier.cases)


def _contradicting(rules: Sequence[Rule]) -> Iterator[Finding]:
    for index, later in enumerate(rules):
        for earlier in rules[:index]:
            names = [n for n, value in later.then.items() if n in earlier.then and earlier.then[n] != value]
            if not names or earlier.stop or not together(_after(earlier, later), earlier.cases):
                continue
            if implies(later.cases, earlier.cases) and set(later.then) <= set(earlier.then):
                continue  # it is shadowed, which says more
            yield Finding(
                _at(later),
                say("The rules {other} and {rule} contradict each other on {names}: where both match, {other} wins.",
                    rule=later.key, other=earlier.key, names=", ".join(sorted(names))),
            )  # fmt: skip


def _after(earlier: Rule, later: Rule) -> Sequence[Conjunction]:
    """The later rule's cases that are left once the earlier one has set its values, without what these settled."""
    return [_without(case, earlier.then) for case in later.cases if _allows(case, earlier.then)]


def _without(case: Conjunction, then: Mapping[str, Any]) -> Conjunction:
    return Conjunction({name: r for name, r in case.ranges.items() if name not in then}, case.yes, case.no)


def _allows(case: Conjunction, then: Mapping[str, Any]) -> bool:
    return all(case.ranges.get(name, Range()).holds(value) for name, value in then.items() if _plain(value))


def _plain(value: Any) -> bool:
    return not isinstance(value, list)


def _feeds(one: Rule, other: Rule) -> bool:
    """Whether what one rule sets may let the other fire: it reads it, and the value does not forbid it."""
    named = set(one.then) & other.reads
    return bool(named) and any(_allows(case, {n: one.then[n] for n in named}) for case in other.cases)


def _reach(rules: Sequence[Rule]) -> Mapping[str, set[str]]:
    """Rule → all rules that it feeds, be it through others."""
    feeds = {rule.key: [o.key for o in rules if o is not rule and _feeds(rule, o)] for rule in rules}
    return {key: _reached(key, feeds) for key in feeds}


def _cycles(rules: Sequence[Rule], reach: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Rules that feed each other in a circle: one pass cannot settle them. Each circle is told once."""
    told: set[str] = set()
    for rule in rules:
        if rule.key in told or rule.key not in reach[rule.key]:
            continue
        circle = [o.key for o in rules if o.key in reach[rule.key] and rule.key in reach[o.key]]
        told |= set(circle)
        yield Finding(
            _at(rule),
            say("The rules {rules} form a cycle: each reads what another of them sets.", rules=", ".join(circle)),
        )


def _reached(start: str, feeds: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(feeds[start])
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += feeds[key]
    return found


def _early(rules: Sequence[Rule], reach: Mapping[str, set[str]]) -> Iterator[Finding]:
    """A rule that reads what only a later one sets, outside a circle: it would have to stand after it."""
    for index, rule in enumerate(rules):
        for later in rules[index + 1 :]:
            if _feeds(later, rule) and later.key not in reach[rule.key]:
                names = ", ".join(sorted(set(later.then) & rule.reads))
                yield Finding(
                    _at(rule),
                    say("The rule {rule} reads {names}, which {other} sets only after it: put it behind.",
                        rule=rule.key, names=names, other=later.key),
                )  # fmt: skip
