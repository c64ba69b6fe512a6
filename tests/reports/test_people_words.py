"""A workbook for people holds no codes: labels, years of the language's calendar, and dates that sort as dates."""

from __future__ import annotations

import datetime
import io
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cpms_cli.reports.areas.handed import marked_for_people
from cpms_cli.reports.interchange.people_labels import people_workbook
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

CHILDREN = pd.DataFrame(
    {
        "round": [2026, 2025],
        "sex": ["male", "female"],
        "level": ["victim", "at_risk"],
        "label": ["ผู้ถูกกระทำ", "มีความเสี่ยง"],
        "i13": ["yes", "n/a"],
        "needs_help": ["birth_registration;nationality", ""],
        "not_found": [None, 2026],
        "turned_18": [False, True],
        "birth_date": ["2019-02-11", "2018-07"],
        "interview_date": ["2026-03-01", "2025-11-15"],
        "why": ["13 เป็นผู้ถูกกระทำความรุนแรง " * 10, ""],
    }
)


def _rows(survey: Survey, sheet: str, frame: pd.DataFrame) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(people_workbook({sheet: frame}, survey, "th")))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_codes_are_labels_years_are_of_the_calendar_and_days_are_dates(survey: Survey) -> None:
    headers, first, second = _rows(survey, "children", CHILDREN)
    assert headers[:3] == ("รอบ", "เพศ", "ระดับ"), "what only repeats the level in words is left out"
    cells = [first[:-1], second[:-1]]
    assert cells == [
        (
            *(2569, "ชาย", "ผู้ถูกกระทำ", "ใช่", "การแจ้งเกิด, สัญชาติ", None, "ไม่ใช่"),
            datetime.datetime(2019, 2, 11),
            datetime.datetime(2026, 3, 1),
        ),
        (
            *(2568, "หญิง", "มีความเสี่ยง", "ไม่ถาม", "", 2569, "ใช่", "7/2561"),
            datetime.datetime(2025, 11, 15),
        ),
    ]


def test_a_count_of_children_who_were_not_found_is_no_year(survey: Survey) -> None:
    """The same name stands over a round in one table, and over a count in another."""
    _, first, second = _rows(survey, "standing", pd.DataFrame({"level": ["victim", "at_risk"], "not_found": [0, 2026]}))
    assert (first, second) == (("ผู้ถูกกระทำ", 0), ("มีความเสี่ยง", 2026))


def test_a_workbook_shows_buddhist_years_and_prints_on_a4(survey: Survey) -> None:
    book = openpyxl.load_workbook(io.BytesIO(people_workbook({"children": CHILDREN}, survey, "th")))
    [sheet] = book.worksheets
    headers = [cell.value for cell in sheet[1]]
    day = sheet.cell(2, headers.index("วันที่สัมภาษณ์") + 1)
    assert (
        isinstance(day.value, datetime.datetime) and day.number_format == "[$-107041E]d/m/yyyy"
    )  # 0x07 is Excel's Thai calendar, 0x041E Thai
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == ("9", "landscape")
    assert sheet.sheet_properties.pageSetUpPr is not None and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter is not None and sheet.oddFooter.center is not None
    assert sheet.oddFooter.center.text == "&P / &N"
    # 240 letters without the marks above and below, in lines of nine tenths of 62: five, of 18 points since they have
    # such marks.
    assert (sheet.row_dimensions[2].height, sheet.row_dimensions[3].height) == (90, None)


@pytest.mark.parametrize(("columns", "orientation"), [(3, "portrait"), (12, "landscape")])
def test_a_sheet_turns_where_its_columns_do_not_fit(survey: Survey, columns: int, orientation: str) -> None:
    frame = pd.DataFrame({f"x{number}": [1] for number in range(columns)})
    book = openpyxl.load_workbook(io.BytesIO(people_workbook({"t": frame}, survey, "en")))
    assert book.worksheets[0].page_setup.orientation == orientation


def test_words_stand_in_place_of_codes_and_numbers_beside_them(survey: Survey) -> None:
    frame = pd.DataFrame(
        {
            "area": ["850105", "850106"],
            "area_label": ["ปากน้ำ", "บางริ้น"],
            "group": ["nationality", "all"],
            "group_label": ["สัญชาติ", ""],
            "rule": ["4 กำพร้าทั้งบิดาและมารดา", "อายุ < 15"],
            "reason": ["high_risk.1", "high_risk.3"],
            "of": ["child", "household"],
        }
    )
    headers, first, second = _rows(survey, "rules", frame)
    assert headers == ("พื้นที่", "พื้นที่ (คำอ่าน)", "กลุ่ม", "กฎ", "สิ่งที่นับ")
    assert first == ("850105", "ปากน้ำ", "สัญชาติ", "4 กำพร้าทั้งบิดาและมารดา", "เด็ก")
    assert second == ("850106", "บางริ้น", "", "อายุ < 15", "ครัวเรือน")


def test_shares_are_shown_in_percent_and_other_numbers_are_not(survey: Survey) -> None:
    frame = pd.DataFrame({"children": [12, 9], "share": [0.25, 1.0], "gap": [24.3, 0.5], "lift": [0.9, 0.4]})
    book = openpyxl.load_workbook(io.BytesIO(people_workbook({"t": frame}, survey, "th")))
    assert [cell.number_format for cell in book.worksheets[0][2]] == ["General", "0.0%", "General", "General"]


def test_figures_beside_withheld_ones_stay_figures(survey: Survey) -> None:
    """Numbers that sort, shares in percent, and what is yes or no in words; a mark stands to the right as they do. A
    round that is missing is not withheld."""
    frame = pd.DataFrame(
        {
            "number": [13, 14],
            "item": ["i13", "i14"],
            "yes": pd.array([27, None], dtype="Int64"),
            "share": pd.array([0.037, None], dtype="Float64"),
            "marked": pd.array([True, None], dtype="boolean"),
            "round": pd.array([2026, None], dtype="Int64"),
        }
    )
    marked = marked_for_people(frame, "th")
    book = openpyxl.load_workbook(
        io.BytesIO(people_workbook({"indicators": marked}, survey, "th", "จังหวัดระนอง รอบ 2569"))
    )
    [sheet] = book.worksheets
    headers, first, second = sheet.iter_rows(values_only=True)
    assert headers == ("เลขข้อ", "ใช่", "สัดส่วนของคำตอบที่ทราบ", "ไม่ทราบจำนวนมาก", "รอบ")
    assert first == (13, 27, 0.037, "ใช่", 2569)
    assert second == (14, "ไม่เผยแพร่", "–", "–", None)
    assert sheet["C2"].number_format == "0.0%"
    assert {sheet[cell].alignment.horizontal for cell in ("B1", "B3", "C1", "C3")} == {"right"}
    assert sheet.oddHeader is not None and sheet.oddHeader.left is not None
    assert sheet.oddHeader.left.text == "จังหวัดระนอง รอบ 2569  ตัวชี้วัด"


def test_a_country_in_thai_has_no_name_for_the_program(survey: Survey) -> None:
    """Sheets are named in Thai, and why a province is missing is said once, in words."""
    missing = pd.DataFrame(
        {"area": ["10"], "name": ["กรุงเทพมหานคร"], "why": ["province_without_rows"], "reason": ["ไม่มีข้อมูล"]}
    )
    book = openpyxl.load_workbook(io.BytesIO(people_workbook({"provinces": missing, "missing": missing}, survey, "th")))
    assert book.sheetnames == ["จังหวัด", "ส่วนที่ไม่มีข้อมูล"]
    assert [cell.value for cell in book["จังหวัด"][1]] == ["พื้นที่", "ชื่อ", "เหตุผล"]


CODE = re.compile(r"[a-z]+(?:_[a-z0-9]+)*(?:\.\d+)?|[A-Z]{2}")
TABLES = ("score fairness", "score validate", "migration", "link report", "indicator 5", "rights", "overlap")


@pytest.mark.parametrize("words", [*TABLES, "children", "response summary", "response due"])
def test_no_cell_of_a_thai_workbook_is_a_code(cpms: Cpms, sample_store: Path, tmp_path: Path, words: str) -> None:
    out = tmp_path / "t.xlsx"
    cpms(*words.split(), "--store", sample_store, "-o", out, "--lang", "th")
    book = openpyxl.load_workbook(out)
    shown = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert len(shown) > 20, "the workbook holds a table"
    assert not {cell for cell in shown if CODE.fullmatch(cell)}
