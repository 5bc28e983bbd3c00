"""The numbers behind charts: scales end at round numbers, shares stay inside, lines go from edge to edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.core.web.charts import chart_top, polyline, share


@pytest.mark.parametrize(
    ("numbers", "top"), [([], 1), ([0, None], 1), ([7], 10), ([3, 11], 20), ([41], 50), ([100], 100), ([0.3], 1)]
)
def test_a_scale_ends_at_a_round_number(numbers: list[float | None], top: float) -> None:
    assert chart_top(numbers) == top


@given(st.lists(st.integers(0, 10**12), min_size=1))
def test_nothing_leaves_the_scale_and_nothing_is_lost_in_it(numbers: list[int]) -> None:
    top = chart_top(numbers)
    assert max(numbers) <= top <= max(1, max(numbers) * 2.5)
    assert all(0 <= share(number, top) <= 100 for number in numbers)


def test_a_line_goes_from_edge_to_edge_and_over_gaps() -> None:
    assert polyline([0, None, 10], 10) == "0,100 100,0"
    assert polyline([5], 10) == "0,50"
    assert share(-3, 10) == 0
