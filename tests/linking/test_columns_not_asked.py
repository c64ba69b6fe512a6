"""Columns of linked tables whose question a survey leaves out, or calls otherwise."""

from __future__ import annotations

import pandas as pd

from cpms_cli.linking.tables.held_columns import held_by, held_label
from cpms_cli.linking.tables.person_rows import person_rows, unread_cells
from cpms_cli.survey.model.definition import Survey, TableSchema
from cpms_cli.survey.opening.loading import load_survey


def _with_mothers_question(formerly: tuple[str, ...] = (), name: str | None = None) -> Survey:
    """The shipped survey, with its question for the mother's name called otherwise, or without it."""
    survey = load_survey()
    fields = [
        field if field.name != "mother_name" else field.model_copy(update={"name": name, "formerly": formerly})
        for field in survey.child.fields
        if name or field.name != "mother_name"
    ]
    child = TableSchema.model_construct(**{**dict(survey.child), "fields": tuple(fields)})
    return Survey.model_construct(**{**dict(survey), "child": child, "digest": f"{survey.digest}:{name}"})


TABLE = pd.DataFrame({"name": ["ละไม"], "mother": ["นาง สายหยุด"]})
COLUMNS = {"given_name": ["name"], "mother_name": ["mother"]}


def test_a_mother_s_column_is_read_where_the_survey_does_not_ask_for_her() -> None:
    survey = _with_mothers_question()
    assert held_by(survey, ["mother_name"]) == {"mother_name": "mother_name"}
    assert held_label(survey, "mother_name", "en") == "mother_name"
    assert person_rows(survey, TABLE, COLUMNS)["mother"].notna().tolist() == [True]
    assert unread_cells(survey, TABLE, COLUMNS) == {}


def test_a_mother_s_column_is_known_by_the_question_s_new_name() -> None:
    survey = _with_mothers_question(("mother_name",), "name_of_mother")
    assert held_by(survey, ["Mother's name"]) == {"Mother's name": "mother_name"}
    assert held_label(survey, "mother_name", "en") == held_label(load_survey(), "mother_name", "en")
    assert person_rows(survey, TABLE, COLUMNS)["mother"].notna().tolist() == [True]
