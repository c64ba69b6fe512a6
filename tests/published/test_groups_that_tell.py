"""Promise 15 on groups that are an answer by another name: two tables of the same readers, one by the group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge
from cpms_cli.disclosure.cells.group_answers import answers_of_groups
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw, MakeOnce

# By sex: how many children are Thai, of Myanmar, of unknown nationality. Of girls 3, and of boys 6, nobody knows it.
NATIONALITIES = {"female": {"TH": 20, "MM": 12, "unknown": 3}, "male": {"TH": 20, "MM": 12, "unknown": 6}}


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """Every second child of each nationality does not live with its mother."""
    rows: list[dict[str, Any]] = [
        {"sex": sex, "nationality": nationality, "child_no": 1, "mother_home": "no" if number % 2 else "yes"}
        for sex, counts in NATIONALITIES.items()
        for nationality, count in counts.items()
        for number in range(count)
    ]
    file = draw(*({**row, "household_no": str(number)} for number, row in enumerate(rows, start=1)))
    return once(lambda path: merge([file], path))


def test_children_of_a_nationality_do_not_tell_how_many_have_the_indicator(cpms: Cpms, store: Path) -> None:
    """How many girls there are is told, and of how many the nationality is unknown is withheld. How many are Thai, and
    how many of Myanmar, can be added up from a table of any indicator by nationality: not both, or what is withheld is
    the rest."""
    given = ("--area", "850105", "--audience", "press", "--store", store, "--format", "json", "--by", "sex")
    asked = (("5",), ("1",), ("5", "--by", "nationality"))
    girls, answers, groups = (
        [row for row in _by_sex(cpms("indicator", *words, *given).json) if row["sex"] == "female"] for words in asked
    )
    assert _children(girls[0]) == sum(NATIONALITIES["female"].values())
    known = {name: answers[0][name] for name in ("yes", "no", "unknown")}
    for row in groups:
        answer = {"TH": "no", "MM": "yes", "unknown": "unknown"}[row["nationality"]]
        known[answer] = _children(row) if known[answer] is None else known[answer]
    assert sum(count is None for count in known.values()) > 1, known


def _by_sex(summary: dict[str, Any]) -> list[dict[str, Any]]:
    return next(rows for name, rows in summary.items() if name.startswith("by_") and "sex" in rows[0])


def _children(row: dict[str, Any]) -> int | None:
    """How many children a row counts, where all its counts are shown."""
    counts = [row[answer] for answer in ("yes", "no", "unknown", "not_applicable")]
    return None if None in counts else sum(counts)


def test_which_answer_each_group_tells(survey: Survey) -> None:
    answers = answers_of_groups(survey)
    assert answers["nationality", "i01"]["TH"] == "no"
    assert {answers["nationality", "i01"][code] for code in ("MM", "stateless")} == {"yes"}
    assert answers["nationality", "right_legal_status"] == {"TH": "yes"}, "others have it by their papers"
    assert answers["registration", "i02"]["unknown"] == "unknown"
    assert answers["age_group", "i11"]["0-4"] == "not_applicable"
    assert "unknown" in answers["age_group", "i11"]
    assert "unknown" not in answers["age_group", "i03"], "from 7 years on, which is within a group"
