"""Given children with open answers, `cpms child ID --why` and `cpms children --why` say what each would change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import list_children, merge
from tests.conftest import NUMBERS, Cpms, write_drawn


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """One child a home, aged 10, about whom all is known and nothing is wrong but:

    1 not Thai, physical violence not answered; 2 income and its steadiness not answered; 3 income and debt not
    answered, nobody earns steadily; 4 hours of work not answered; 5 birth date known to the year (9 or 10), left alone
    not answered; 6 nothing open; 7 first child a victim, second all known, first's emotional violence open; 8 has no
    age.
    """
    folder = tmp_path_factory.mktemp("why")
    rows: list[dict[str, Any]] = [
        {"household_no": 1, "child_no": 1, "nationality": "MM", "violence_physical": "refused"},
        {"household_no": 2, "child_no": 1, "income_enough": None, "income_steady": "unknown"},
        {"household_no": 3, "child_no": 1, "income_enough": None, "income_steady": "no", "informal_debt": None},
        {"household_no": 4, "child_no": 1, "work_hours_week": None},
        {"household_no": 5, "child_no": 1, "birth_date": "2016", "left_alone": None},
        {"household_no": 6, "child_no": 1},
        {"household_no": 7, "child_no": 1, "needs_unmet": "yes", "carer": "nobody", "violence_emotional": None},
        {"household_no": 7, "child_no": 2},
        {"household_no": 8, "child_no": 1, "birth_date": None, "age_years": None},
    ]
    merge([write_drawn(folder / "2026.csv", base, rows)], folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.fixture(scope="module")
def ids(store: Path) -> dict[str, str]:
    """CPMS IDs by house and line."""
    listed = list_children(store)
    places = listed["household_no"] + "/" + listed["child_no"].astype("str")
    return dict(zip(places, listed["cpms_id"], strict=True))


Effects = dict[tuple[str, str | None, str], tuple[bool, str]]


@pytest.fixture(scope="module")
def effects(store: Path, ids: Mapping[str, str]) -> Effects:
    """What is said of each open question: worth asking, and its effect; by place, line asked about and field."""
    from cpms_cli import why_children

    places = {identifier: place for place, identifier in ids.items()}
    table = why_children(store, list_children(store)).what_if
    return {
        (places[row.cpms_id], None if pd.isna(row.about_line) else row.about_line, row.field): (
            row.worth_asking,
            row.effect,
        )
        for row in table.itertuples()
    }


@pytest.mark.parametrize(
    ("place", "about", "field", "expected"),
    [
        ("1/1", "1", "violence_physical", (True, "Yes: Victim; No: stays At risk")),
        ("2/1", None, "income_steady", (True, "changes the level only together with another answer")),
        ("3/1", None, "informal_debt", (False, "changes nothing")),
        ("4/1", "1", "work_hours_week", (True, "0: None found; 1–112: High risk")),
        (
            "5/1",
            "1",
            "birth_date",
            (True, "Age 9: stays Not enough answers, could still be High risk; Age 10: None found"),
        ),
        ("5/1", "1", "left_alone", (True, "Yes: stays Not enough answers, could still be High risk; No: None found")),
        ("7/2", "1", "violence_emotional", (True, "Yes: High risk; No: None found")),
    ],
)
def test_what_each_answer_would_change(
    effects: Effects, place: str, about: str | None, field: str, expected: tuple[bool, str]
) -> None:
    assert effects[place, about, field] == expected


def test_income_alone_decides_where_nobody_earns_steadily_and_not_where_that_is_open_too(effects: Effects) -> None:
    """Indicator 17: often short, or sometimes short and (not steady or informal debt)."""
    alone, beside = effects["3/1", None, "income_enough"], effects["2/1", None, "income_enough"]
    assert alone[1].startswith("Enough to save") and alone[1].endswith("Often short: At risk")
    assert alone[1].count("None found") == 1 and "stays" not in alone[1]
    assert "Sometimes short: stays Not enough answers, could still be At risk" in beside[1]


def test_a_child_whose_level_is_settled_has_no_question(effects: Effects) -> None:
    assert {place for place, _, _ in effects} == {"1/1", "2/1", "3/1", "4/1", "5/1", "7/2", "8/1"}


def test_one_child_as_text_names_rules_answers_and_what_is_missing(
    cpms: Cpms, store: Path, ids: Mapping[str, str]
) -> None:
    printed = cpms("child", ids["1/1"], "--why", "--store", store).out
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert lines[0] == f"Child {ids['1/1']}, round 2026, age 10: At risk"
    assert lines[1] == "Could be Victim: answers are missing."
    assert "Physical violence this child Refused Yes: Victim; No: stays At risk" in lines
    assert "Victim 13 Victim of violence unknown 13 Victim of violence" in lines
    assert "Basic needs unmet: Yes and Main carer: Nobody no Basic needs unmet: No; Main carer: Mother" in lines
    assert "Age 12–14 and Work hours a week ≥ 14 no Work hours a week: 0" in lines
    assert "At risk Indicators counted ≥ 1 yes Indicators counted: 1–3" in lines
    assert "1 No Thai nationality yes Nationality: Myanmar" in lines


def test_one_child_as_json_has_every_rule_and_every_indicator(cpms: Cpms, store: Path, ids: Mapping[str, str]) -> None:
    document = cpms("child", ids["7/2"], "--why", "--round", "2569", "--format", "json", "--store", store).json
    assert (document["level"], document["highest"], document["round"]) == ("not_enough_answers", "high_risk", 2026)
    assert len(document["indicators"]) == len(NUMBERS)
    unknown = [rule["part"] for rule in document["rules"] if rule["holds"] == "unknown"]
    assert unknown == ["high_risk.11", "at_risk.1"]
    [question] = document["what_if"]
    assert (question["about_line"], question["field"], question["was"]) == ("1", "violence_emotional", "Blank")
    assert question["outcomes"] == [
        {"level": "high_risk", "highest": "high_risk", "codes": ["yes"]},
        {"level": "none_found", "highest": "none_found", "codes": ["no"]},
    ]


def test_a_line_list_with_why_holds_rules_and_questions_of_all(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    ran = cpms("children", "--why", "--format", "json", "-o", tmp_path / "why.xlsx", "--store", store)
    assert list(ran.json)[-4:] == ["children", "rules", "indicators", "what_if"]
    by_place = {(child["household_no"], child["child_no"]): child["could_change"] for child in ran.json["children"]}
    assert by_place["4", 1] == "Work hours a week (0: None found; 1–112: High risk)"
    assert by_place["6", 1] == ""
    assert len(ran.json["indicators"]) == 9 * len(NUMBERS)
    sheets = pd.read_excel(tmp_path / "why.xlsx", sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["Children", "Rules", "Indicators", "If answered"]
    assert "outcomes" not in sheets["If answered"]


def test_thai_says_no_english(cpms: Cpms, store: Path, ids: Mapping[str, str]) -> None:
    printed = cpms("child", ids["1/1"], "--why", "--lang", "th", "--store", store).out
    letters = {word for word in printed.split() if word.isascii() and word.isalpha()}
    assert letters <= {ids["1/1"]}
    assert "ใช่: ผู้ถูกกระทำ; ไม่ใช่: คงระดับมีความเสี่ยง" in printed


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--why", "--round", "2567"], "was not seen in round 2024. Rounds of this child: 2026."),
        (["--round", "2569"], "Add --why"),
    ],
)
def test_wrong_use_is_told(cpms: Cpms, store: Path, ids: Mapping[str, str], words: list[str], expected: str) -> None:
    ran = cpms("child", ids["1/1"], *words, "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert expected in ran.err


@pytest.mark.parametrize(
    ("place", "language", "expected"),
    [
        ("5/1", "en", "age 9–10:"),
        ("6/1", "th", "อายุ 10:"),
        ("8/1", "en", "age not known:"),
        ("8/1", "th", "ไม่ทราบอายุ:"),
    ],
)
def test_the_age_is_said_or_that_it_is_not_known(
    cpms: Cpms, store: Path, ids: Mapping[str, str], place: str, language: str, expected: str
) -> None:
    first = cpms("child", ids[place], "--why", "--store", store, "--lang", language).out.splitlines()[0]
    assert expected in first
    assert "?" not in first
