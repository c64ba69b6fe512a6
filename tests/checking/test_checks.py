"""Rules across fields, rows and sheets: what a supervisor would ask about is found, and honest rows are left alone.

Each rule's own cases stand in checks.yaml and run in tests/spec; here rules are seen through the command.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import validate
from cpms_cli.survey.model.definition import Survey
from tests.conftest import ROUNDS, Cpms, Draw


def _rules_and_rows(cpms: Cpms, path: Path) -> set[tuple[str, int]]:
    return {
        (finding["rule"], finding["row"]) for finding in cpms("validate", path, "--format", "json").json["findings"]
    }


def test_there_are_sixty_rules_and_few_refuse_a_row(survey: Survey) -> None:
    assert len(survey.checks) >= 60
    errors = {check.id for check in survey.checks if check.severity == "error"}
    assert errors == {
        "child_twice",
        "household_twice",
        "cpms_id_twice",
        "interview_outside_round",
        "born_after_interview",
    }


def test_an_ordinary_family_raises_no_alarm(cpms: Cpms, draw: Draw) -> None:
    family = {"mother_name": "นางเอ", "family_name": "ใจดี", "income_enough": "saves", "informal_debt": "yes"}
    twins = {**family, "birth_date": "2018-02-03"}
    path = draw(
        {**twins, "given_name": "มะลิ", "sex": "female"},
        {**twins, "given_name": "มาลัย", "sex": "female"},
        {**family, "given_name": "กล้า", "birth_date": "2016-12-01", "sex": "male"},
    )
    ran = cpms("validate", path)
    assert "Nothing to mend." in ran.out


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [{"mother_name": "นางเอ"}, {"mother_name": "นางเอ", "birth_date": "2016-06-20"}],
            {("born_days_apart", 3)},
            id="twins on different days",
        ),
        pytest.param(
            [{"birth_date": "2016-06-01", "given_name": "มะลิ"}, {"birth_date": "2016-07-01", "given_name": "มะลิ"}],
            {("same_name_in_household", 2), ("same_name_in_household", 3)},
            id="one child on two lines",
        ),
        pytest.param(
            [{"family_name": "ใจดี"}, {"family_name": "ใจดี", "household_no": "2", "child_no": 1}],
            {("same_child_in_two_households", 2), ("same_child_in_two_households", 3)},
            id="one child in two homes",
        ),
        pytest.param([{}, {"child_no": 4}], {("line_missing", 3)}, id="a line of the form is missing"),
        pytest.param([{"members_under_18": 3}], {("minors_more_than_listed", 2)}, id="a child was left out"),
        pytest.param(
            [{"carer": "nobody", "mother_home": "no", "father_home": "no", "respondent_relation": "other"}],
            {("nobody_cares_for_young_teenager", 2)},
            id="nobody cares at ten",
        ),
        pytest.param(
            [
                {
                    "carer": "nobody",
                    "mother_home": "no",
                    "father_home": "no",
                    "respondent_relation": "other",
                    "birth_date": "2023-06-01",
                    "in_school": "",
                    "school_level": "",
                }
            ],
            {("nobody_cares_for_small_child", 2)},
            id="nobody cares at three",
        ),
        pytest.param([{"national_id": "3999900000010"}], {("first_digit_of_adult", 2)}, id="the mother's number"),
        pytest.param([{"consent": ""}], {("consent_not_recorded", 2)}, id="consent is not written down"),
    ],
)
def test_what_a_supervisor_would_ask_about(
    cpms: Cpms, draw: Draw, rows: list[dict[str, Any]], expected: set[tuple[str, int]]
) -> None:
    path = draw(*rows)
    rules_and_rows = {
        rule_and_row for rule_and_row in _rules_and_rows(cpms, path) if rule_and_row[0] != "national_id_check_digit"
    }
    assert rules_and_rows == expected
    assert cpms("validate", path).code == 0


def test_one_village_far_from_the_file_is_told_at_its_cell(cpms: Cpms, draw: Draw) -> None:
    rows: list[dict[str, Any]] = [
        {"household_no": str(number), "child_no": 1, "interviewer": f"V{number % 4}"} for number in range(40)
    ]
    rows[20]["village_code"] = "58010501"
    path = draw(*rows)
    [finding] = cpms("validate", path, "--format", "json").json["findings"]
    assert (finding["rule"], finding["row"], finding["value"]) == ("village_far_from_the_rest", 22, "58010501")


def test_withheld_consent_with_any_answer_is_told_and_no_value_is_quoted(cpms: Cpms, draw: Draw) -> None:
    ran = cpms("validate", draw({"consent": "no", "given_name": "ลับมาก"}))
    assert "only its key will be stored" in ran.out
    assert "ลับมาก" not in ran.out


@pytest.mark.parametrize("path", ROUNDS, ids=lambda path: path.name)
def test_the_samples_raise_few_alarms(path: Path) -> None:
    # The synthetic families have siblings nearer in age than nature allows, and few names: those three rules are right.
    drawn = {"born_months_apart", "born_days_apart", "same_name_in_household"}
    validation = validate([path])
    warnings = validation.findings[validation.findings["severity"] == "warning"]["check"].astype(str)
    alarms = Counter(warnings[~warnings.isin(drawn)])
    assert sum(alarms.values()) <= 0.05 * validation.rows, alarms


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("2026-03-12 00:00:00", True),
        ("12-มี.ค.", True),
        ("มี.ค.-12", True),
        ("12-Mar", True),
        ("Mar-12", True),
        ("12/3", False),
        ("12-3", False),
        ("12-ก", False),
        ("99/1-2", False),
        ("B-12", False),
    ],
)
def test_a_house_number_that_excel_made_a_date_of_is_told(cpms: Cpms, draw: Draw, number: str, expected: bool) -> None:
    rules_and_rows = _rules_and_rows(cpms, draw({"household_no": number}))
    assert (("house_number_as_date", 2) in rules_and_rows) == expected
