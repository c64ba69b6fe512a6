"""Rows set aside are mended in Excel, once, and merged as they are: all of them are then in the store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.conftest import Cpms, Draw


def _mend(path: Path, answers: Mapping[str, str]) -> None:
    """Do as an officer does: in each coloured cell, write what the comment asks for."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if cell.comment is not None:
                    cell.value = answers[str(sheet.cell(1, int(str(cell.column))).value)]
    book.save(path)


def _stored(store: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _offered(sheet: Worksheet, cell: str) -> list[object]:
    book = sheet.parent
    assert book is not None
    [name] = [rule.formula1 for rule in sheet.data_validations.dataValidation if cell in rule.sqref]
    [(listed, cells)] = book.defined_names[name].destinations
    return [row[0].value for row in book[listed][cells]]


def test_a_flat_csv_with_the_round_given(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store, aside = tmp_path / "s.duckdb", tmp_path / "aside.xlsx"
    wrong = {"household_no": "007", "national_id": "0123456789012", "sex": "x", "dwelling": "hut"}
    path = draw({}, wrong, without=["round"])
    assert cpms("merge", path, "--round", "2569", "-s", store, "-q", aside).code == 1
    _mend(aside, {"sex": "หญิง", "dwelling": "บ้านเช่า"})
    ran = cpms("merge", aside, "-s", store)
    assert (ran.code, "1 row in = 1 stored + 0 unchanged + 0 set aside" in ran.out) == (0, True)
    assert _stored(store, "SELECT round, national_id, sex FROM current_child WHERE household_no = '007'") == [
        ("2026", "0123456789012", "female")
    ]
    assert _stored(store, "SELECT dwelling FROM current_household WHERE household_no = '007'") == [("rented",)]


def test_both_sheets_of_a_workbook(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store, aside, path = tmp_path / "s.duckdb", tmp_path / "aside.xlsx", tmp_path / "two.xlsx"
    flat = pd.read_csv(draw({"household_no": "1"}, {"household_no": "2"}), dtype=str)
    key = ["round", "village_code", "household_no"]
    homes = flat[[*key, "interview_date", "consent", "dwelling"]].copy()
    homes.loc[1, "dwelling"] = "hut"
    children = flat[[*key, "child_no", "sex", "birth_date", "nationality"]].copy()
    children.loc[0, "sex"] = "x"
    with pd.ExcelWriter(path) as book:
        homes.to_excel(book, sheet_name="บ้าน", index=False)
        children.to_excel(book, sheet_name="เด็ก", index=False)
    cpms("merge", path, "-s", store, "-q", aside)
    _mend(aside, {"sex": "ชาย", "dwelling": "บ้านญาติ"})
    ran = cpms("merge", aside, "-s", store)
    assert (ran.code, "2 rows in = 2 stored + 0 unchanged + 0 set aside" in ran.out) == (0, True)
    assert _stored(store, "SELECT household_no, sex FROM current_child ORDER BY ALL") == [
        ("1", "male"),
        ("2", "female"),
    ]
    assert _stored(store, "SELECT household_no, dwelling FROM current_household ORDER BY ALL") == [
        ("1", "own"),
        ("2", "relative"),
    ]


def test_a_coloured_cell_offers_what_may_stand_there_and_every_cell_is_text(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    aside = tmp_path / "aside.xlsx"
    wrong = draw({"sex": "x", "health_insurance": "zzz"})
    cpms("merge", wrong, "-s", tmp_path / "s.duckdb", "-q", aside, "--lang", "th")
    sheet = openpyxl.load_workbook(aside).worksheets[0]
    header = {str(cell.value): cell.coordinate.rstrip("1") for cell in sheet[1]}
    assert _offered(sheet, f"{header['sex']}2")[:2] == ["หญิง", "ชาย"]
    # Longer than the 255 letters that a rule of a cell may hold in Excel.
    assert "หลักประกันสุขภาพถ้วนหน้า (บัตรทอง)" in _offered(sheet, f"{header['health_insurance']}2")
    assert {cell.number_format for cell in sheet[2] if cell.value} == {"@"}


def test_two_faults_of_one_cell_are_one_comment(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    aside = tmp_path / "aside.xlsx"
    cpms("merge", draw({"village_code": "99"}), "-s", tmp_path / "s.duckdb", "-q", aside)
    sheet = openpyxl.load_workbook(aside).worksheets[0]
    comments = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    assert len(comments) == 1
    assert "does not have the right form" in comments[0]


def test_one_number_written_in_two_ways_is_set_aside_as_it_was(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    aside = tmp_path / "aside.xlsx"
    path = draw({"household_no": "7", "dwelling": "own"}, {"household_no": "๗", "sex": "x", "dwelling": None})
    assert cpms("merge", path, "-s", tmp_path / "s.duckdb", "-q", aside).code == 1
    [row] = pd.read_excel(aside, dtype=str, engine="calamine").to_dict("records")
    assert (row["household_no"], row["dwelling"]) == ("๗", "own")


def test_rows_that_no_household_can_be_told_for_are_set_aside(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """A key with a gap in every row left no family to fill answers from, and the merge ended in an error."""
    file = draw({"household_no": ""}, {"village_code": ""})
    ran = cpms("merge", file, "--store", tmp_path / "cpms.duckdb", "-f", "json")
    assert (ran.code, ran.json["counts"]["quarantined"]) == (1, 2), ran.err
    [book] = tmp_path.glob("*.xlsx")
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert sheet.max_row == 3


@pytest.mark.parametrize("language", ["en", "th"])
def test_it_speaks_to_people_and_is_read_back_in_every_language_and_as_earlier_versions_wrote_it(
    cpms: Cpms, draw: Draw, tmp_path: Path, language: str
) -> None:
    """Also saved as CSV, with a column of the office's that was carried along, and read in the other language."""
    store, aside = tmp_path / "s.duckdb", tmp_path / "aside.xlsx"
    drawn = pd.read_csv(draw({"sex": "x"}), dtype=str).assign(road="ถนน")
    drawn.to_csv(tmp_path / "survey.csv", index=False)
    assert cpms("merge", tmp_path / "survey.csv", "-s", store, "-q", aside, "--lang", language).code == 1
    sheet = openpyxl.load_workbook(aside).worksheets[0]
    header = [str(cell.value) for cell in sheet[1]]
    spoken = {"en": ["not read: road", "Why this row was set aside"], "th": ["ไม่ได้อ่าน: road", "เหตุที่กันแถวนี้ไว้"]}
    assert header[-3:-1] == spoken[language]
    _mend(aside, {"sex": "หญิง"})
    ran = cpms("children", "-s", store, "-o", aside, "--overwrite")
    assert "rows that a merge set aside" in ran.err, "known when another program has saved it"
    rows = pd.read_excel(aside, dtype=str, engine="calamine")
    older = dict(zip(header[-2:], ("cpms_problem", "cpms_from"), strict=True))
    rows.to_csv(tmp_path / "now.csv", index=False)
    rows.rename(columns=older).to_csv(tmp_path / "older.csv", index=False)
    for name in ("now.csv", "older.csv"):
        read = cpms("validate", tmp_path / name, "--lang", "th" if language == "en" else "en")
        assert (read.code, [word for word in header[-3:] if word in read.out]) == (0, []), read.out
