"""Which sets of plugins to try, so that every two of them meet in every way: a covering array of strength two."""

from collections.abc import Sequence


def covering(names: Sequence[str]) -> list[frozenset[str]]:
    """Sets of names, all and none first: each pair is on/on, on/off, off/on and off/off in one of them.

    Greedy: every further set separates the first pair that is not, and as many others as it can.
    """
    rows = [frozenset(names), frozenset[str]()]
    missing = [(on, off) for on in names for off in names if on != off]
    while missing:
        row = _separating(names, missing)
        rows.append(row)
        missing = [(on, off) for on, off in missing if on not in row or off in row]
    return rows


def _separating(names: Sequence[str], missing: Sequence[tuple[str, str]]) -> frozenset[str]:
    on, off = {missing[0][0]}, {missing[0][1]}
    for name in names:
        if name not in on | off:
            gain_on = sum(pair[0] == name and pair[1] in off for pair in missing)
            gain_off = sum(pair[1] == name and pair[0] in on for pair in missing)
            (on if (gain_on, len(off)) > (gain_off, len(on)) else off).add(name)
    return frozenset(on)
