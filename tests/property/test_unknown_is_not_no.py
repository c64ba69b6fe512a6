"""Promise 8: taking an answer away never turns yes or unknown into no, and never lowers what is possible."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from cpms_cli import load_survey, score_tables
from tests.oracle.households import NO_ANSWERS, home

SURVEY = load_survey()
LEVELS = [level.id for level in SURVEY.levels]
INDICATORS = [indicator.column for indicator in SURVEY.indicators]
ASKED = [
    (table, field.name)
    for table, schema in (("household", SURVEY.household), ("child", SURVEY.child))
    for field in schema.fields
    if field.name not in SURVEY.key("child")
]


@pytest.fixture(scope="module")
def drawn() -> dict[str, pd.DataFrame]:
    rng = random.Random(8)
    homes = [home(SURVEY, rng, number) for number in range(250)]
    children = pd.DataFrame([child for home in homes for child in home.children])
    # With both, an age would step into the place of a birth date, and nothing would be unknown.
    children.loc[children["birth_date"].notna(), "age_years"] = None
    households = pd.DataFrame([home.household for home in homes])
    # Said of a child too young to be asked, drugs count; not said, nothing is missing, since nobody asks.
    too_young = score_tables(households, children)["i15"].eq("n/a").to_numpy()
    children.loc[too_young, "drugs"] = None
    return {"household": households, "child": children}


@pytest.fixture(scope="module")
def known(drawn: dict[str, pd.DataFrame]) -> pd.DataFrame:
    scores: pd.DataFrame = score_tables(drawn["household"], drawn["child"])
    return scores


@pytest.fixture(scope="module")
def without(drawn: dict[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """The homes once for each field of ASKED, without its answers; all scored in one go, in homes of other numbers."""
    tables: dict[str, list[pd.DataFrame]] = {"household": [], "child": []}
    for number, (table, field) in enumerate(ASKED):
        rng = random.Random(field)
        for name, frame in drawn.items():
            changed = frame.assign(household_no=frame["household_no"] + f"/{number}")
            if name == table:
                changed[field] = [rng.choice(NO_ANSWERS) for _ in range(len(frame))]
            tables[name].append(changed)
    scores: pd.DataFrame = score_tables(pd.concat(tables["household"]), pd.concat(tables["child"]))
    length = len(drawn["child"])
    assert len(scores) == length * len(ASKED)
    return [scores[start : start + length].reset_index(drop=True) for start in range(0, len(scores), length)]


@pytest.mark.parametrize("number", range(len(ASKED)), ids=[".".join(asked) for asked in ASKED])
def test_an_answer_taken_away(known: pd.DataFrame, without: list[pd.DataFrame], number: int) -> None:
    less = without[number]
    assert list(less["household_no"]) == [f"{home}/{number}" for home in known["household_no"]]
    for indicator in INDICATORS:
        open_before = known[indicator].isin(["yes", "unknown"])
        assert not (open_before & less[indicator].isin(["no", "n/a"])).any(), indicator
        assert not (known[indicator].eq("no") & less[indicator].eq("yes")).any(), indicator
    for name in ("highest", "household_highest"):
        before, after = (scores[name].map(LEVELS.index) for scores in (known, less))
        assert (after <= before).all(), name
    assert not (known["level"].ne("none_found") & less["level"].eq("none_found")).any()


def test_a_child_of_whom_nothing_is_known_is_never_found_well() -> None:
    key = {"round": "2026", "village_code": "85010501", "household_no": "1"}
    scores: pd.DataFrame = score_tables(pd.DataFrame([key]), pd.DataFrame([{**key, "child_no": "1"}]))
    assert set(scores.loc[0, INDICATORS]) == {"unknown"}
    assert scores.loc[0, "level"] == "not_enough_answers"
    assert scores.loc[0, "highest"] == "victim"
