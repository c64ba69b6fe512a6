"""Promise 9: the scorer in SQL and the plain one written from the survey's text agree on every child.

Set CPMS_EXAMPLES to try more.
"""

from __future__ import annotations

import os
import random
from dataclasses import asdict

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli import load_survey, score_tables
from tests.oracle.households import Home, home
from tests.oracle.scorer import Score, score_household

LEVELS = ("level", "highest", "household_level", "household_highest")
EXAMPLES = int(os.environ.get("CPMS_EXAMPLES", "10"))


def by_sql(homes: list[Home]) -> pd.DataFrame:
    children = [child for one in homes for child in one.children]
    scores: pd.DataFrame = score_tables(pd.DataFrame([one.household for one in homes]), pd.DataFrame(children))
    return scores


def plainly(homes: list[Home]) -> list[Score]:
    return [score for one in homes for score in score_household(one.household, one.children)]


def disagreements(homes: list[Home]) -> list[str]:
    """Each answer on which the two differ, with the child's own answers."""
    children = [child for one in homes for child in one.children]
    told = []
    for child, ours, oracle in zip(children, by_sql(homes).to_dict("records"), plainly(homes), strict=True):
        expected = {f"i{number:02d}": answer for number, answer in oracle.indicators.items()}
        expected |= {name: asdict(oracle)[name] for name in LEVELS}
        told += [
            f"{name}: SQL {ours[name]}, oracle {answer}, child {child}"
            for name, answer in expected.items() if ours[name] != answer
        ]  # fmt: skip
    return told


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_two_scorers_agree_on_drawn_households(seed: int) -> None:
    rng = random.Random(seed)
    homes = [home(load_survey(), rng, number) for number in range(150)]
    told = disagreements(homes)
    assert told == [], "\n".join(told[:10])


def test_the_drawn_households_reach_every_answer_and_level() -> None:
    rng = random.Random(1)
    scores = plainly([home(load_survey(), rng, number) for number in range(1500)])
    for number in range(1, 23):
        seen = {score.indicators[number] for score in scores}
        assert {"yes", "no", "unknown"} <= seen, number
        assert ("n/a" in seen) == (number in (3, 11, 12, 14, 15)), number
    assert {score.level for score in scores} == {"victim", "high_risk", "at_risk", "not_enough_answers", "none_found"}


@pytest.mark.parametrize("field", ["violence_physical", "drugs", "member_violent", "birth_date"])
def test_a_difference_would_be_seen(field: str) -> None:
    """The comparison can fail: an answer changed behind the oracle's back is found."""
    rng = random.Random(2)
    homes = [home(load_survey(), rng, number) for number in range(300)]
    other = {"birth_date": "2024-01-01"}.get(field, "yes")
    changed = [
        Home(one.household | ({field: other} if field in one.household else {}),
             [child | ({field: other} if field in child else {}) for child in one.children])
        for one in homes
    ]  # fmt: skip
    assert [score.level for score in plainly(homes)] != by_sql(changed)["level"].tolist()
