"""The interval of a share, against the tables of Newcombe (1998) and the equation that defines it."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli.summaries.counts.intervals import newcombe, wilson

# R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods",
# Statistics in Medicine 17 (1998), table I, method 3: yes, known, low, high, to four places.
NEWCOMBE = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


def interval(yes: int, known: int, confidence: float = 0.95) -> tuple[float, float]:
    bounds = wilson(pd.Series([yes]), pd.Series([known]), confidence)
    return float(bounds["low"][0]), float(bounds["high"][0])


@pytest.mark.parametrize(("yes", "known", "low", "high"), NEWCOMBE)
def test_the_published_intervals_to_every_printed_place(yes: int, known: int, low: float, high: float) -> None:
    bounds = interval(yes, known)
    assert (round(bounds[0], 4), round(bounds[1], 4)) == (low, high)


def test_nothing_known_has_no_interval_and_the_index_is_kept() -> None:
    bounds = wilson(pd.Series([0, 2, 0], index=["a", "b", "c"]), pd.Series([0, 2, 5], index=["a", "b", "c"]))
    assert bounds.index.tolist() == ["a", "b", "c"] and bounds.columns.tolist() == ["low", "high"]
    assert bounds.loc["a"].isna().all() and not bounds.loc[["b", "c"]].isna().any(axis=None)
    assert bounds.loc["b", "high"] == 1 and bounds.loc["c", "low"] == 0


def test_counts_of_the_database_kind_and_of_no_rows() -> None:
    nullable = wilson(pd.Series([81], dtype="Int64"), pd.Series([263], dtype="int64"))
    assert (round(nullable["low"][0], 4), round(nullable["high"][0], 4)) == (0.2553, 0.3662)
    assert wilson(pd.Series([], dtype="int64"), pd.Series([], dtype="int64")).empty


@pytest.mark.parametrize(("yes", "known"), [(3, 2), (-1, 2), (1, 0)])
def test_impossible_counts_are_refused(yes: int, known: int) -> None:
    with pytest.raises(ValueError, match="more yes than known"):
        interval(yes, known)


@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
@settings(max_examples=50)
def test_each_end_is_the_share_that_the_score_test_just_does_not_reject(
    known: int, part: float, confidence: float
) -> None:
    yes = round(part * known)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = interval(yes, known, confidence)
    assert 0 <= low <= yes / known <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            assert np.isclose(abs(yes / known - end), z * np.sqrt(end * (1 - end) / known), atol=1e-9)
    mirrored = interval(known - yes, known, confidence)
    assert np.allclose((low, high), (1 - mirrored[1], 1 - mirrored[0]))


# R. G. Newcombe, "Interval estimation for the difference between independent proportions", eleven methods compared,
# Statistics in Medicine 17 (1998), table II, method 10: two shares, low, high, to four places.
DIFFERENCES = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0),
    ((10, 10), (0, 10), 0.6075, 1.0),
]


@pytest.mark.parametrize(("first_counts", "second_counts", "low", "high"), DIFFERENCES)
def test_the_published_intervals_of_differences(
    first_counts: tuple[int, int], second_counts: tuple[int, int], low: float, high: float
) -> None:
    first, second = (pd.DataFrame({"yes": [yes], "known": [known]}) for yes, known in (first_counts, second_counts))
    bounds, turned = newcombe(first, second), newcombe(second, first)
    assert (round(bounds["low"][0], 4), round(bounds["high"][0], 4)) == (low, high)
    assert (-turned["high"][0], -turned["low"][0]) == pytest.approx((bounds["low"][0], bounds["high"][0]))


def test_a_difference_with_a_share_of_which_nothing_is_known_has_no_interval() -> None:
    counts = pd.DataFrame({"yes": [0, 1], "known": [0, 2]})
    bounds = newcombe(counts, counts.iloc[::-1].reset_index(drop=True))
    assert bounds.isna().all(axis=None)
