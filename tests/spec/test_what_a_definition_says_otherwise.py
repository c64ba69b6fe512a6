"""Spellings that a definition adds or takes out, and all that rests on a question."""

from __future__ import annotations

import pytest

from cpms_cli.survey.comparing.changes import definition_changes
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.dependents import dependents


def test_of_spellings_what_was_added_and_taken_out_is_told(survey: Survey) -> None:
    """The lists are long: of a header and of an answer only the difference is told, before and after."""
    fields = list(survey.child.fields)
    position = next(number for number, field in enumerate(fields) if field.name == "tobacco")
    headers = (*fields[position].headers[1:], "Puffs")
    fields[position] = fields[position].model_copy(update={"headers": headers})
    sex = survey.codelists["sex"]
    female = sex.codes[0].model_copy(update={"spellings": (*sex.codes[0].spellings, "wanita")})
    lists = {**survey.codelists, "sex": sex.model_copy(update={"codes": (female, *sex.codes[1:])})}
    child = survey.child.model_copy(update={"fields": tuple(fields)})
    after = survey.model_copy(update={"child": child, "codelists": lists})
    changes = [
        (change.name, change.aspect, change.before, change.after) for change in definition_changes(survey, after)
    ]
    assert changes == [
        ("tobacco", "headers", survey.fields["tobacco"].headers[0], "Puffs"),
        ("sex: female", "spellings", None, "wanita"),
    ]


@pytest.mark.parametrize(
    ("field", "resting"),
    [
        # Twins have other papers; a group is compared by them; a circumstance calls for help with them.
        ("birth_registered", {"indicator 2", "circumstance birth_registration", "right birth_registration"}),
        (
            "nationality",
            {"group nationality", "compared nationality", "circumstance nationality", "twin thai_papers"},
        ),
        ("exploited", {"indicator 13", "level victim", "level at_risk"}),
    ],
)
def test_all_that_rests_on_a_question_is_named(survey: Survey, field: str, resting: set[str]) -> None:
    named = {f"{dependent.kind} {dependent.name}" for dependent in dependents(survey, field)}
    assert resting <= named, sorted(named)


def test_what_rests_on_a_question_stands_where_it_is_said_to(survey: Survey) -> None:
    files = {dependent.file for field in survey.fields for dependent in dependents(survey, field)}
    assert {"fairness.yaml", "linking.yaml", "risk.yaml", "checks.yaml"} <= files
