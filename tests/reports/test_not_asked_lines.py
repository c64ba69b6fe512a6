"""What nobody was asked stands above the list of the day in a line or two, however many villages differ in it."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.children.today import not_asked_lines
from cpms_cli.survey.model.definition import Survey


def test_questions_of_many_sets_of_villages_are_two_lines_and_the_step(survey: Survey) -> None:
    lacking = {"nationality": "123", "in_school": "12", "tobacco": "23", "alcohol": "3"}
    rows = [("2026", f"8501050{village}", field) for field, villages in lacking.items() for village in villages]
    columns = [survey.role("round").name, survey.role("village").name, "field"]
    most, others, _ = not_asked_lines(survey, pd.DataFrame(rows, columns=columns), "en")
    assert most.startswith("Round 2026, 3 villages: 1 question")
    assert most.endswith("Nationality")
    assert others.endswith("Schooling (2), Tobacco or vaping (2), Alcohol (1)")
