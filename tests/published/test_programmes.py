"""A programme that was solved is not solved again, and is never taken for another one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from cpms_cli.disclosure.engine.programme import solve

FIRST_LEAST, FIRST_MOST, SECOND_MOST = (1.0, 0.0), (-1.0, 0.0), (0.0, -1.0)
SUM, TWICE_THE_SECOND = ((1.0, 1.0),), ((1.0, 2.0),)
FIRST_ALONE, SECOND_ALONE = ((1.0, 0.0),), ((0.0, 1.0),)


def _solved(aim: tuple[float, ...], most: float, relation: tuple[tuple[float, ...], ...], total: float) -> Any:
    part = sparse.csr_array(np.array(relation))
    return solve(np.array(aim), Bounds(np.zeros(2), np.full(2, most)), LinearConstraint(part, total, total))


@pytest.mark.parametrize(
    ("aim", "most", "relation", "total", "expected"),
    [
        (FIRST_MOST, 9.0, SUM, 4.0, [4, 0]),
        (FIRST_MOST, 9.0, SUM, 5.0, [5, 0]),
        (FIRST_MOST, 3.0, SUM, 4.0, [3, 1]),
        (FIRST_LEAST, 9.0, SUM, 4.0, [0, 4]),
        (SECOND_MOST, 9.0, TWICE_THE_SECOND, 4.0, [0, 2]),
        (FIRST_MOST, 9.0, FIRST_ALONE, 4.0, [4, None]),
        (SECOND_MOST, 9.0, SECOND_ALONE, 4.0, [None, 4]),
        (FIRST_MOST, 1.0, SUM, 4.0, None),
    ],
)
def test_programmes_that_differ_in_one_thing_have_each_its_own_answer(
    aim: tuple[float, ...],
    most: float,
    relation: tuple[tuple[float, ...], ...],
    total: float,
    expected: list[int | None] | None,
) -> None:
    for _ in range(2):
        values, proved = _solved(aim, most, relation, total)
        assert proved is (expected is not None)
        wanted = (
            [] if expected is None else [(place, value) for place, value in enumerate(expected) if value is not None]
        )
        assert (values is None) is (expected is None)
        assert [(place, values[place]) for place, _ in wanted] == wanted


def test_who_changes_an_answer_changes_it_for_nobody_else() -> None:
    values, _ = _solved(FIRST_MOST, 9.0, SUM, 6.0)
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 0
    assert _solved(FIRST_MOST, 9.0, SUM, 6.0).values is values
