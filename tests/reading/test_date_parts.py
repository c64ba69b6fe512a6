"""A date in three columns is one date; the years in which children were born are never those of the survey."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from cpms_cli import read
from cpms_cli.checking.drafting.header_map import draft_map
from cpms_cli.survey.model.definition import Survey

KEYS = "รอบ,รหัสหมู่บ้าน,บ้านเลขที่,ลำดับเด็ก,ชื่อ"
KEY = "2569,85010504,40"


def lines(tmp_path: Path, header: str, *rows: str) -> Path:
    path = tmp_path / "parts.csv"
    numbered = (f"{KEY},{number},เด็ก,{row}" for number, row in enumerate(rows, start=1))
    path.write_text("\n".join([f"{KEYS},{header}", *numbered]), encoding="utf-8")
    return path


def test_day_month_and_year_of_birth_are_one_date(tmp_path: Path, survey: Survey) -> None:
    rows = ["5,3,2558", "๑๗,ส.ค.,๒๕๖๐", "-,9,2562", "-,-,2563", "4,-,2563", "31,2,2560", "5,มี.ค.,-", "-,-,-"]
    (table,) = read(lines(tmp_path, "วันเกิด,เดือนเกิด,ปีเกิด", *rows), survey)
    assert table.cells("birth_date").to_pylist() == [
        "2015-03-05",
        "2017-08-17",
        "2019-09",
        "2020",
        "4/?/2563",  # day 4 of a month that is not told is no April: the row is set aside, and asked about
        "31/2/2560",
        "5 มี.ค. ?",
        None,
    ]
    assert table.columns["birth_date"].letter == "F"


def test_the_header_over_three_columns_names_the_date(tmp_path: Path, survey: Survey) -> None:
    book, path = openpyxl.Workbook(), tmp_path / "grouped.xlsx"
    sheet = book.worksheets[0]
    sheet.append([*KEYS.split(","), "วันเดือนปีเกิด", None, None, "เพศ"])
    sheet.append([None] * 5 + ["วัน", "เดือน", "พ.ศ.", None])
    for number, born in enumerate(((5, "มี.ค.", 2558), (30, "ก.ย.", 2562)), start=1):
        sheet.append([2569, "85010504", "40", number, "เด็ก", *born, "ชาย"])
    for merged in ("F1:H1", "A1:A2", "I1:I2"):
        sheet.merge_cells(merged)
    book.save(path)
    (table,) = read(path, survey)
    assert table.cells("birth_date").to_pylist() == ["2015-03-05", "2019-09-30"]
    drafted = draft_map(path)
    assert drafted.set_index("header")["field"]["วันเดือนปีเกิด"] == "birth_date"
    assert set(drafted["header"]).isdisjoint({"วัน", "เดือน", "พ.ศ."})


@pytest.mark.parametrize("header", ["วัน,เดือน,ปี", "วันนัด,เดือน,ปี"])
def test_nobody_knows_whose_day_it_is(tmp_path: Path, survey: Survey, header: str) -> None:
    path = lines(tmp_path, header, "5,3,2558", "17,8,2560")
    (table,) = read(path, survey)
    assert "birth_date" not in table.columns


def test_several_years_are_never_surely_those_of_the_survey(tmp_path: Path) -> None:
    path = tmp_path / "years.csv"
    path.write_text("บ้านเลขที่,ชื่อ,เพศ,วัน,เดือน,ปี\n1,ก,ชาย,5,3,2558\n2,ข,หญิง,17,8,2560\n", encoding="utf-8")
    assert draft_map(path).set_index("header")["field"]["ปี"] == "?round"
