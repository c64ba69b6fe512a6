"""The worked examples of the definition, one test each: these children, these answers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cpms_cli import load_survey, score_tables
from cpms_cli.scoring.examples.proving import check_examples
from cpms_cli.scoring.examples.score_examples import Example, examples, household_of
from cpms_cli.survey.yaml_files.located_yaml import read_yaml
from tests.conftest import NUMBERS, ROOT

DOCUMENT = read_yaml(ROOT / "schemas", "examples/indicators.yaml")
CASES = list(examples(load_survey(), DOCUMENT))


def _scored(*cases: Example) -> pd.DataFrame:
    """The score of the child asked about in each case, every case in households of its own number."""
    survey = load_survey()
    drawn = [household_of(survey, DOCUMENT.content["base"], case, number) for number, case in enumerate(cases, start=1)]
    homes = [home for homes, _ in drawn for home in homes]
    children = [child for _, people in drawn for child in people]
    households = pd.DataFrame(homes, columns=list(survey.columns("household")), dtype="str")
    members = pd.DataFrame(children, columns=list(survey.columns("child")), dtype="str")
    scores: pd.DataFrame = score_tables(households, members)
    assert len(scores) == len(children)
    asked_about = {id(people[0]) for _, people in drawn}
    first = [position for position, child in enumerate(children) if id(child) in asked_about]
    return scores.iloc[first].reset_index(drop=True)


@pytest.fixture(scope="module")
def scored() -> pd.DataFrame:
    return _scored(*CASES)


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES)), ids=[case.title for case in CASES])
def test_example(scored: pd.DataFrame, number: int, case: Example) -> None:
    row = scored.loc[number]
    assert {name: row[name] for name in case.expect} == dict(case.expect)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_indicator_has_an_example_of_each_answer(number: int) -> None:
    survey = load_survey()
    indicator = survey.indicator(number)
    assert indicator is not None
    shown = {case["expect"] for case in DOCUMENT.content["indicators"] if case["number"] == number}
    # n/a only exists where an age puts the child out of the question: 3, 11, 12, 14 and 15.
    assert shown == {"yes", "no", "unknown"} | ({"n/a"} if number in {3, 11, 12, 14, 15} else set())


def test_every_level_is_reached() -> None:
    reached = {case["level"] for case in DOCUMENT.content["levels"]}
    assert reached == {"victim", "high_risk", "at_risk", "not_enough_answers", "none_found"}


def test_checks_and_readings_hold_too() -> None:
    problems, run = check_examples(ROOT / "schemas")
    assert problems == []
    assert run > len(CASES)


def test_household_level_is_the_worst_of_its_children() -> None:
    siblings: list[dict[str, Any]] = [{"violence_physical": "yes"}]
    scored = _scored(Example("", 1, {}, siblings, {})).iloc[0]
    assert (scored["level"], scored["household_level"], scored["household_highest"]) == (
        "high_risk",
        "victim",
        "victim",
    )


def test_answers_behind_a_level_are_told() -> None:
    scored = _scored(Example("", 1, {"carer": "nobody", "needs_unmet": "yes", "tobacco": "yes"}, (), {})).iloc[0]
    assert list(scored["reasons"]) == ["victim.2"]
    assert "victim.2:needs_unmet=yes&carer=nobody" in scored["answers"]
    assert "6:carer=nobody" in scored["answers"]
    assert "15:tobacco=yes" in scored["answers"]


def test_what_is_not_known_is_told() -> None:
    scored = _scored(Example("", 1, {"violence_physical": "", "violence_sexual": "refused"}, (), {})).iloc[0]
    assert scored["level"] == "not_enough_answers"
    assert scored["highest"] == "victim"
    assert "13:violence_physical" in scored["open_answers"]
    assert "13:violence_sexual" in scored["open_answers"]
