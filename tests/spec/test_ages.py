"""Ages as the survey defines them: the birth date, the day of the interview or its round, and a stated age.

A title, a row of cells, the lowest and the highest age, worked out by hand; blank where nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import merge, score, score_tables, validate
from tests.conftest import Draw

CASE = Path(__file__).parent.parent / "files" / "cases" / "no_interview_date.csv"
# Of round 2025: birth date, stated age, interview date, lowest and highest age.
AGES = {
    "to the day": ("2015-03-12", None, "2025-07-01", 10, 10),
    "on the birthday": ("2015-07-01", None, "2025-07-01", 10, 10),
    "the day before the birthday": ("2015-07-02", None, "2025-07-01", 9, 9),
    "to the year": ("2015", None, "2025-07-01", 9, 10),
    "to the month, which is the interview's": ("2015-07", None, "2025-07-15", 9, 10),
    "to the month, which is past": ("2015-03", None, "2025-07-01", 10, 10),
    "stated alone": (None, "10", "2025-07-01", 10, 10),
    "to the year, and stated within it": ("2015", "10", "2025-07-01", 10, 10),
    "to the year, and stated outside of it": ("2015", "12", "2025-07-01", 9, 10),
    "to the day, and stated otherwise": ("2015-03-12", "12", "2025-07-01", 10, 10),
    "no interview date, to the day": ("2015-03-12", None, None, 9, 11),
    "no interview date, born on its first day": ("2015-01-01", None, None, 10, 11),
    "no interview date, to the year": ("2015", None, None, 9, 11),
    "no interview date, stated alone": (None, "10", None, 10, 10),
    "no interview date, stated within": ("2015-03-12", "10", None, 10, 10),
    "no interview date, stated outside": ("2015-03-12", "12", None, 9, 11),
    "born within the round": ("2026-06", None, None, 0, 0),
    "born in the year of the interview": ("2025", None, "2025-07-01", 0, 0),
    "born after the interview, and stated": ("2025-08-01", "3", "2025-07-01", 3, 3),
    "born after the round, and stated": ("2027", "3", None, 3, 3),
    "born after the interview": ("2025-08-01", None, "2025-07-01", None, None),
    "born on 29 February": ("2016-02-29", None, "2025-02-28", 8, 8),
    "not known": ("unknown", "refused", None, None, None),
}


Stated = tuple[str | None, str | None, str | None]


def _ages(children: Sequence[Stated]) -> list[tuple[Any, Any]]:
    """Return the lowest and the highest age of each child: of its birth date, its stated age, and the interview."""
    keys = [{"round": "2025", "village_code": "85010501", "household_no": str(home)} for home in range(len(children))]
    homes = [{**key, "interview_date": visited} for key, (_, _, visited) in zip(keys, children, strict=True)]
    rows = [
        {**key, "child_no": "1", "birth_date": born, "age_years": stated}
        for key, (born, stated, _) in zip(keys, children, strict=True)
    ]
    scores = score_tables(pd.DataFrame(homes), pd.DataFrame(rows))
    scores = scores.sort_values("household_no", key=lambda numbers: numbers.astype(int))
    ages = scores[["age_min", "age_max"]].astype("object").where(scores[["age_min", "age_max"]].notna(), None)
    return list(ages.itertuples(index=False, name=None))


@pytest.fixture(scope="module")
def ages() -> dict[str, tuple[Any, Any]]:
    return dict(zip(AGES, _ages([child[:3] for child in AGES.values()]), strict=True))


@pytest.mark.parametrize("title", AGES)
def test_age(ages: dict[str, tuple[Any, Any]], title: str) -> None:
    assert ages[title] == AGES[title][3:]


def test_a_birth_date_never_makes_an_age_less_known_than_the_stated_age_alone() -> None:
    """Where the two fit: every birth date that an age of 10 allows, of every precision, with and without a visit."""
    births = ("2013-12-31", "2014", "2014-07", "2014-07-02", "2015", "2015-01-01", "2015-07-01", "2016-12")
    visits = (None, "2025-01-01", "2025-07-01", "2026-12-31")
    pairs = [(born, visited) for visited in visits for born in births]
    by_birth = _ages([(born, None, visited) for born, visited in pairs])
    both = _ages([(born, "10", visited) for born, visited in pairs])
    fitting = [pair for pair, (least, most) in zip(pairs, by_birth, strict=True) if least <= 10 <= most]
    assert len(fitting) > 10
    assert {pair: ages for pair, ages in zip(pairs, both, strict=True) if pair in fitting} == dict.fromkeys(
        fitting, (10, 10)
    )


def test_a_file_without_interview_dates_is_scored_by_what_it_says(tmp_path: Path) -> None:
    """Ten years old, out of school: no education, by the birth date and by the stated age; the column is named once."""
    findings = validate([CASE]).findings
    named = findings[findings["field"].isin(["birth_date", "age_years", "interview_date"])]
    assert named[["field", "check", "severity"]].to_numpy().tolist() == [
        ["interview_date", "interview_dates_missing", "warning"]
    ]
    assert named["row"].isna().all()
    merge([CASE], tmp_path / "s.duckdb")
    scored = score(tmp_path / "s.duckdb")
    assert scored[["age_min", "age_max", "i03"]].to_numpy().tolist() == [[10, 10, "yes"], [10, 10, "yes"]]


def _checks(path: Path, *names: str) -> list[tuple[str, Any]]:
    findings = validate([path]).findings
    findings_of_ages = findings[findings["check"].isin(names)]
    return [
        (check, None if pd.isna(row) else int(row))
        for check, row in zip(findings_of_ages["check"], findings_of_ages["row"], strict=True)
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # One blank date among others is told on its row, where the age is a range for it.
        (({}, {"interview_date": None, "household_no": "2"}), [("no_interview_date", 3)]),
        (({}, {"interview_date": None, "household_no": "2", "age_years": 10}), []),
        (({"interview_date": None}, {"interview_date": None}), [("interview_dates_missing", None)]),
        (({"birth_date": None}, {"birth_date": None}), [("ages_missing", None)]),
        (({"birth_date": None}, {}), [("no_age", 2)]),
        (({"birth_date": None, "age_years": 9}, {"birth_date": None, "age_years": "unknown"}), [("no_age", 3)]),
    ],
)
def test_a_column_that_nobody_filled_in_is_named_once_for_its_file(
    draw: Draw, rows: tuple[Mapping[str, Any], ...], expected: list[tuple[str, Any]]
) -> None:
    names = ("no_interview_date", "interview_dates_missing", "no_age", "ages_missing")
    assert _checks(draw(*rows), *names) == expected


def test_the_households_of_a_file_may_have_the_dates(base: Mapping[str, Mapping[str, Any]], tmp_path: Path) -> None:
    home = dict(base["household"])
    key = {name: home[name] for name in ("round", "village_code", "household_no")}
    pd.DataFrame([home]).to_csv(tmp_path / "homes.csv", index=False)
    pd.DataFrame([{**key, **base["child"]}]).to_csv(tmp_path / "children.csv", index=False)
    both = validate([tmp_path / "children.csv", tmp_path / "homes.csv"]).findings
    assert "interview_dates_missing" not in set(both["check"])
    alone = validate([tmp_path / "children.csv"]).findings
    assert (alone["check"] == "interview_dates_missing").sum() == 1


def test_what_does_not_fit_is_said(draw: Draw) -> None:
    def fits(**answers: Any) -> bool:
        return not _checks(draw(answers), "age_against_birth_date")

    assert fits(birth_date="2016-06-01", age_years=11)  # told as people round it, and the birth date decides
    assert not fits(birth_date="2016-06-01", age_years=12)
    assert not fits(birth_date="2016", age_years=11)  # 9 or 10
    assert fits(birth_date="2016", age_years=9)
    assert not fits(birth_date="2016-06-01", age_years=8, interview_date=None)  # 9 to 11
    assert _checks(draw({"birth_date": "2027", "round": 2025, "interview_date": None}), "born_after_interview") == [
        ("born_after_interview", 2)
    ]
