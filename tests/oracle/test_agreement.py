"""Promise 9: the scorer in SQL and a second one, written from the survey's text, agree on every child.

20,000 children with answers left open at random; set CPMS_SEEDS=1,2,3 to draw others.
"""

from __future__ import annotations

import os
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from cpms_cli import score_tables
from cpms_cli.summaries.counts.intervals import wilson
from tests.oracle.population import CHILD, HOUSEHOLD, population
from tests.oracle.second import SEVERITY, second_scores

SEEDS = [int(seed) for seed in os.environ.get("CPMS_SEEDS", "20260").split(",")]
INDICATORS = [f"i{number:02d}" for number in range(1, 23)]
RANGES = ["counted_min", "counted_max", "dangers_min", "dangers_max", "age_min", "age_max"]
Tables = tuple[pd.DataFrame, pd.DataFrame]


def by_sql(tables: Tables) -> pd.DataFrame:
    scores: pd.DataFrame = score_tables(*tables)
    return scores


@pytest.fixture(scope="module")
def drawn() -> Tables:
    return population(SEEDS[0])


@pytest.fixture(scope="module")
def second(drawn: Tables) -> pd.DataFrame:
    return second_scores(*drawn)


def differences(tables: Tables, sql: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Each score on which the two differ, with the child's own answers."""
    differing = []
    for name in other:
        ours, theirs = (
            scores[name].astype("Int64") if name in RANGES else scores[name].astype("str") for scores in (sql, other)
        )
        for position in np.flatnonzero(~((ours == theirs) | (ours.isna() & theirs.isna())).fillna(False)):
            differing.append(
                f"{name}: SQL {ours[position]}, second {theirs[position]}, {tables[1].iloc[position].to_dict()}"
            )
    return differing


@pytest.mark.parametrize("seed", SEEDS)
def test_two_scorers_agree_on_twenty_thousand_children(seed: int) -> None:
    """Indicators, levels, highest possible levels, those of the household, ages and counts: not one difference."""
    tables = population(seed)
    other = second_scores(*tables)
    differing = differences(tables, by_sql(tables), other)
    assert len(other) == 20_000
    assert differing == [], f"{len(differing)} differences\n" + "\n".join(differing[:10])


def test_the_drawn_children_reach_every_answer_and_level(second: pd.DataFrame) -> None:
    for name in INDICATORS:
        seen = second[name].value_counts()
        assert min(seen.get(answer, 0) for answer in ("yes", "no", "unknown")) > 200, name
        assert ("n/a" in seen) == (name in ("i03", "i11", "i12", "i14", "i15")), name
    pairs = second.groupby(["level", "highest"]).size()
    open_levels = {level: SEVERITY[: position + 1] for position, level in enumerate(SEVERITY[:3])}
    open_levels |= {"not_enough_answers": SEVERITY[:3], "none_found": ("none_found",)}
    for level, possible in open_levels.items():
        drawn_too = {highest: pairs.get((level, highest), 0) for highest in SEVERITY}
        assert all((drawn_too[highest] > 10) == (highest in possible) for highest in SEVERITY), (level, drawn_too)
    assert (second["household_level"] != second["level"]).sum() > 1000
    assert (second["dangers_min"] < 5).sum() > 1000 < (second["dangers_max"] >= 5).sum()


def numbered(tables: Tables, question: str) -> Tables:
    """The same homes under house numbers of their own, for this question."""
    return tuple(frame.assign(household_no=frame["household_no"] + question) for frame in tables)  # type: ignore[return-value]


def shuffled(tables: Tables, question: str) -> Tables:
    """The answers to one question given to other people."""
    changed_tables = [frame.copy() for frame in tables]
    for frame in changed_tables:
        if question in frame:
            frame[question] = frame[question].sample(frac=1, random_state=1).to_numpy()
    return changed_tables[0], changed_tables[1]


def test_a_difference_in_any_question_would_be_seen(drawn: Tables) -> None:
    """The comparison can fail: answers to one question that only the SQL has, are found, whatever the question."""
    few = drawn[0].head(300), drawn[1].head(400)
    questions = [*HOUSEHOLD, *CHILD, "interview_date", "birth_date", "age_years"]
    same = [numbered(few, question) for question in questions]
    other = [numbered(shuffled(few, question), question) for question in questions]
    stacked = [
        pd.concat([each[table] for each in copies], ignore_index=True) for copies in (same, other) for table in (0, 1)
    ]
    plainly, ours = second_scores(stacked[0], stacked[1]), by_sql((stacked[2], stacked[3]))
    differ = (plainly[[*INDICATORS, "level", "highest"]].astype("str") != ours[plainly.columns[:24]]).any(axis=1)
    seen = differ.groupby(np.repeat(questions, len(few[1]))).any()
    assert seen[~seen].index.tolist() == ["sex"]


def test_intervals_of_shares_by_another_way(second: pd.DataFrame, drawn: Tables) -> None:
    """The two roots of the score test's equation, for each indicator in each village."""
    village = drawn[1]["village_code"]
    yes = pd.concat([(second[name] == "yes").groupby(village).sum() for name in INDICATORS], keys=INDICATORS)
    known = yes + pd.concat([(second[name] == "no").groupby(village).sum() for name in INDICATORS], keys=INDICATORS)
    interval = wilson(yes, known)
    squared = NormalDist().inv_cdf(0.975) ** 2
    for place in interval.index:
        n, share = int(known[place]), yes[place] / known[place]
        roots = np.sort(np.roots([n + squared, -(2 * n * share + squared), n * share**2]).real)
        assert np.allclose(interval.loc[place, ["low", "high"]].to_numpy(), roots, atol=1e-9), place
