"""Given a store, `cpms visits` says whom to visit, in which order, and exactly what to ask."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import load_survey, merge, plan_visits
from cpms_cli.summaries.response.visits import order_visits
from tests.conftest import Cpms, write_drawn

OTHER = "85010502"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Village 85010501: house 30 a victim with a sibling of whom all is known (so high risk); house 12 a child whose
    violence is open; house 7 whose income and its steadiness are open, two children; house 3 whose income is open while
    nobody earns steadily; house 1 nothing. Village 85010502: house 2 orphan (high risk); house 9 does not consent.
    """
    folder = tmp_path_factory.mktemp("visits")
    open_income = {"household_no": 7, "income_enough": None, "income_steady": "refused"}
    rows: list[dict[str, Any]] = [
        {"household_no": 30, "child_no": 1, "violence_sexual": "yes", "given_name": "ชื่อลับ"},
        {"household_no": 30, "child_no": 2},
        {"household_no": 12, "child_no": 1, "violence_physical": None},
        {**open_income, "child_no": 1},
        {**open_income, "child_no": 2},
        {"household_no": 3, "child_no": 1, "income_enough": None, "income_steady": "no", "informal_debt": None},
        {"household_no": 1, "child_no": 1},
        {"household_no": 2, "child_no": 1, "village_code": OTHER, "mother_alive": "no", "father_alive": "no"},
        {"household_no": 9, "child_no": 1, "village_code": OTHER, "consent": "no"},
    ]
    merge([write_drawn(folder / "2026.csv", base, rows)], folder / "s.duckdb")
    return folder / "s.duckdb"


def _rows(visits: pd.DataFrame) -> list[tuple[str, str | None, str | None]]:
    """House, line (None: the household), field (None: visited for the level)."""
    cells = visits[["household_no", "child_no", "field"]].astype("object")
    return [tuple(row) for row in cells.where(cells.notna(), None).itertuples(index=False, name=None)]


def test_victims_first_then_high_risk_then_open_and_only_what_decides_is_asked(store: Path) -> None:
    """Whether the family of house 3 owes money cannot change its level; the steadiness of house 7's income can, beside
    the income. The income of house 7 is one question for two children."""
    assert _rows(plan_visits(store)) == [
        ("30", "1", None),
        ("30", "2", None),
        ("2", "1", None),
        ("3", None, "income_enough"),
        ("7", None, "income_enough"),
        ("7", None, "income_steady"),
        ("12", "1", "violence_physical"),
        ("9", None, "consent"),
    ]


def test_words_of_a_question(store: Path) -> None:
    questions = plan_visits(store).set_index("field")
    asked = questions.loc["violence_physical"]
    assert asked["question"] == "In the last 12 months, was the child hit or hurt bodily?"
    assert (asked["choices"], asked["was"], asked["could_become"]) == ("Yes / No", "Blank", "victim")
    assert (questions.loc["income_steady", "was"], questions.loc["consent", "was"]) == ("Refused", "No")


def test_an_area_and_a_round_narrow_the_list(cpms: Cpms, store: Path) -> None:
    visits = cpms("visits", "--area", OTHER, "--format", "json", "--store", store).json["visits"]
    assert [entry["household_no"] for entry in visits] == ["2", "9"]
    assert cpms("visits", "--area", "990101", "--store", store).code == 2


def test_a_list_of_nobody_is_a_workbook_too(cpms: Cpms, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]) -> None:
    merge([write_drawn(tmp_path / "2026.csv", base, [{}])], tmp_path / "s.duckdb")
    assert cpms("visits", "--store", tmp_path / "s.duckdb").out.startswith("Nobody needs a visit")
    assert cpms("visits", "-o", tmp_path / "v.xlsx", "--store", tmp_path / "s.duckdb").code == 0
    [sheet] = openpyxl.load_workbook(tmp_path / "v.xlsx").worksheets
    assert (sheet["A1"].value, sheet.max_row) == ("House number", 1)


def test_the_most_severe_level_stands_at_the_head_then_who_is_overdue_with_how_late(store: Path) -> None:
    visits = plan_visits(store)
    late = visits[visits["household_no"].isin(["2", "12"])]["cpms_id"]
    overdue = pd.DataFrame({"cpms_id": late, "due": pd.Timestamp("2026-11-18"), "days_late": [6, 6]})
    ordered = order_visits(load_survey(), visits, overdue)
    # The victim, though not overdue, before high risk; of those with open questions only, the overdue one first.
    assert ordered["household_no"].tolist()[:4] == ["30", "30", "2", "12"]
    assert ordered["days_late"].tolist()[2:4] == [6, 6]


def test_whoever_had_the_response_that_the_level_demands_needs_no_visit_for_it(
    cpms: Cpms, store: Path, tmp_path: Path
) -> None:
    """The orphan of house 2 was visited at home the day after the interview; the other list is as it was."""
    own = tmp_path / "own.duckdb"
    shutil.copy(store, own)
    before = plan_visits(own)
    orphan = before.set_index("household_no").loc["2"]
    assert orphan["days_late"] > 0
    day = (pd.Timestamp(orphan["due"]) - pd.Timedelta(days=1)).date()
    added = cpms("response", "add", orphan["cpms_id"], "--kind", "home_visit", "--date", day, "--store", own)
    assert added.code == 0, added.err
    assert _rows(plan_visits(own)) == [row for row in _rows(before) if row[0] != "2"]


def test_with_a_response_log_only_who_is_overdue_or_has_a_question_is_visited(store: Path) -> None:
    orphan = plan_visits(store).set_index("household_no").loc["2", "cpms_id"]
    overdue = pd.DataFrame({"cpms_id": [orphan], "due": pd.Timestamp("2026-11-18"), "days_late": [6]})
    homes = plan_visits(store, overdue=overdue)["household_no"]
    assert homes.drop_duplicates().tolist() == ["2", "3", "7", "12", "9"]


def test_names_are_hidden_and_showing_them_is_logged(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    hidden, shown = tmp_path / "hidden.xlsx", tmp_path / "shown.xlsx"
    assert "ชื่อลับ" not in cpms("visits", "--store", store).out
    assert cpms("visits", "-o", hidden, "--store", store).code == 0
    assert cpms("visits", "--identified", "-o", shown, "--store", store).code == 0
    names = {
        path: {cell for row in openpyxl.load_workbook(path)["85010501 Pak Nam, moo 1"].values for cell in row}
        for path in (hidden, shown)
    }
    assert not any("ชื่อลับ" in str(cell) for cell in names[hidden])
    assert any("ชื่อลับ" in str(cell) for cell in names[shown])
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT what, children FROM audit").fetchall() == [("visits", 4)]


def test_the_workbook_is_made_to_be_printed(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "visits.xlsx"
    assert cpms("visits", "--lang", "th", "-o", out, "--store", store).code == 0
    book = openpyxl.load_workbook(out)
    assert len(book.sheetnames) == 2
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        # One page wide (the format's default where nothing is said), as long as it must be.
        fitted = sheet.sheet_properties.pageSetUpPr
        assert fitted is not None and fitted.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$1:$1"
        assert [cell.value for cell in sheet[1]][-1] == "คำตอบที่ได้"
        assert all(row[-1].value is None for row in sheet.iter_rows(min_row=2))
    houses = [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert houses == ["30", "30", "3", "7", "7", "12"]  # house 7: two questions
