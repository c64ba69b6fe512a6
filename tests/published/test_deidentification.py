"""Rows given away without names: whoever knows what a child looks like finds k children or more."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli import load_survey
from cpms_cli.summaries.records.deidentification import coarser, generalised, least_alike, pseudonyms
from cpms_cli.survey.model.settings.deidentification import Step

VILLAGES = ("85010501", "85010502", "85010601", "85030101", "84010101")
CHILDREN = st.lists(
    st.tuples(
        st.sampled_from(("2025", "2026")),
        st.sampled_from(VILLAGES),
        st.integers(0, 17) | st.none(),
        st.sampled_from(("female", "male", None)),
        st.sampled_from(("TH", "MM", "LA", None)),
    ),
    min_size=2,
    max_size=60,
)


def _frame(children: list[tuple[str, str, int | None, str | None, str | None]]) -> pd.DataFrame:
    names = ["round", "village_code", "age", "sex", "nationality"]
    return pd.DataFrame(children, columns=names).astype({"sex": "str", "nationality": "str"})


@settings(max_examples=50, deadline=None)
@given(children=CHILDREN, k=st.integers(2, 6))
def test_every_child_stands_among_k_of_its_round_who_look_alike(
    children: list[tuple[str, str, int | None, str | None, str | None]], k: int
) -> None:
    frame = _frame(children)
    if min(Counter(frame["round"]).values()) < k:
        with pytest.raises(ValueError, match="fewer"):
            generalised(load_survey(), frame, k, "round")
        return
    result = generalised(load_survey(), frame, k, "round")
    seen = Counter(tuple(str(cell) for cell in row) for row in result.frame.itertuples(index=False))
    assert min(seen.values()) == result.k >= k
    assert len(result.frame) == len(frame), "no child is left out"


def test_what_needs_no_hiding_stays_as_fine_as_it_can() -> None:
    """Ten girls and ten boys of one village and one age: nothing but the village becomes coarser, and that by rule."""
    frame = _frame([("2026", "85010501", 8, sex, "TH") for sex in ("female", "male") for _ in range(10)])
    result = generalised(load_survey(), frame, 5, "round")
    assert result.k == 10
    assert set(result.frame["village_code"]) == {"850105"}
    assert set(result.frame["age"]) == {"7-9"}
    assert {position for position, _ in result.steps.values()} == {0}


@pytest.mark.parametrize(
    ("values", "step", "expected"),
    [
        (["85010501", None], {"digits": 4}, ["8501", None]),
        (["TH", "LA", None], {"keep": ["TH"]}, ["TH", "other", None]),
        ([0, 4, 5, 17, None], {"bands": [[0, 4], [5, 9], [15, 17]]}, ["0-4", "0-4", "5-9", "15-17", None]),
        (["female", None], {"all": True}, [None, None]),
    ],
)
def test_one_step_of_each_kind(values: list[object], step: dict[str, object], expected: list[str | None]) -> None:
    coarse = coarser(pd.Series(values), Step.model_validate(step))
    assert [None if pd.isna(cell) else cell for cell in coarse] == expected


def test_pseudonyms_hold_for_one_recipient_and_fit_with_no_other() -> None:
    children = pd.Series(["CAAAAAAAAAA1", "CAAAAAAAAAA2", None], dtype="str")
    ours = pseudonyms(b"key", "ministry", children)
    assert ours.equals(pseudonyms(b"key", "ministry", children))
    assert ours.nunique() == 2
    assert ours.isna().tolist() == [False, False, True]
    assert not set(ours.dropna()) & set(pseudonyms(b"key", "university", children).dropna())
    assert not set(ours.dropna()) & set(pseudonyms(b"other key", "ministry", children).dropna())
    assert not any(name[1:] in pseudonym for name in children.dropna() for pseudonym in ours.dropna())


def test_the_rarest_combination_counts_blanks_as_a_value_of_their_own() -> None:
    frame = pd.DataFrame({"sex": ["female", "female", None], "age": ["0-4", "0-4", "0-4"]})
    assert least_alike(frame, ["sex", "age"]) == 1
    assert least_alike(frame, ["age"]) == 3
