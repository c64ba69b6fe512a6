"""The best assignment beside scipy's: no other pairs sum up to more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linear_sum_assignment

from cpms_cli.linking.best_assignment import best_assignment


def test_what_is_best_for_both_goes_before_what_is_best_for_one() -> None:
    rows, columns = best_assignment(np.array([[5.0, 4.0], [4.0, 1.0]]))
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 1), (1, 0)]  # 8, not 6


@pytest.mark.parametrize("seed", range(30))
def test_no_other_pairs_sum_up_to_more(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    shape = drawn.integers(1, 9, size=2)
    # Whole numbers give ties; a zero is a pair that shares nothing.
    gain: npt.NDArray[np.float64] = np.floor(drawn.random(shape) * 6) if seed % 2 else drawn.random(shape) * 40
    rows, columns = best_assignment(gain)
    assert len(set(rows.tolist())) == len(set(columns.tolist())) == len(rows) == min(shape)
    assert gain[rows, columns].sum() == pytest.approx(gain[linear_sum_assignment(gain, maximize=True)].sum())
