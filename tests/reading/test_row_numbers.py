"""Promise 6: whatever stands around a table, every planted fault is told, no other, each in the officer's own cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cpms_cli import validate

HEADER = ["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก", "เพศ", "วันเกิด", "วันที่สัมภาษณ์", "ความยินยอม", "การศึกษา"]
ROWS: list[list[Any]] = [
    ["2569", "85010501", "1", "1", "ชาย", "5/6/2559", "20/11/2569", "ใช่", "โรงเรียนในระบบ"],
    ["2569", "85010501", "2", "1", "ชยา", "25/6/2558", "20/11/2569", "ใช่", "โรงเรียนในระบบ"],
    ["2569", "8501050", "3", "1", "หญิง", "15/3/2557", "20/11/2569", "ใช่", "โรงเรียนในระบบ"],
    ["2569", "85010501", "4", "1", "หญิง", "32/13/2560", "20/11/2569", "ใช่", "บางที"],
    ["2569", "85010501", "5", "", "ชาย", "17/9/2556", "20/11/2569", "ใช่", "โรงเรียนในระบบ"],
]
# By hand: the rule, the record (counted from 0) and the column (counted from 0) of each planted fault.
PLANTED = {("code", 1, 4), ("pattern", 2, 1), ("date", 3, 5), ("code", 3, 8), ("required", 4, 3)}
Place = tuple[int, int]


def _plain(sheet: Worksheet) -> Place:
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    return 2, 1


def _titles(sheet: Worksheet) -> Place:
    sheet.append(["แบบสำรวจคุ้มครองเด็ก ตำบลปากน้ำ"])
    sheet.append([])
    sheet.append(["ปีงบประมาณ 2569"])
    _plain(sheet)
    return 5, 1


def _two_header_rows(sheet: Worksheet) -> Place:
    sheet.append(["ครัวเรือน", None, None, "เด็ก"])
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("D1:F1")
    _plain(sheet)
    return 3, 1


def _hidden_rows_and_a_filter(sheet: Worksheet) -> Place:
    _plain(sheet)
    sheet.auto_filter.ref = "A1:I6"
    for row in (3, 5):
        sheet.row_dimensions[row].hidden = True
    return 2, 1


def _blank_rows_and_columns(sheet: Worksheet) -> Place:
    sheet.append([])
    for row in [HEADER, *ROWS]:
        sheet.append([None, *row])
    sheet.append([])
    sheet.append([None, "รวม", None, None, "5"])
    return 3, 2


LAYOUTS: list[Callable[[Worksheet], Place]] = [
    _plain,
    _titles,
    _two_header_rows,
    _hidden_rows_and_a_filter,
    _blank_rows_and_columns,
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__.strip("_"))
@pytest.mark.parametrize("second", [False, True], ids=["first sheet", "second sheet"])
def test_every_planted_fault_and_no_other_in_its_own_cell(
    tmp_path: Path, layout: Callable[[Worksheet], Place], second: bool
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    if second:
        sheet.append(["คำชี้แจง กรอกทุกช่อง"])
        sheet = book.create_sheet("ข้อมูลเด็ก")
    row, column = layout(sheet)
    book.save(tmp_path / "survey.xlsx")
    expected = {(rule, f"{get_column_letter(column + position)}{row + record}") for rule, record, position in PLANTED}
    findings = validate([tmp_path / "survey.xlsx"]).findings
    errors = findings[findings["severity"] == "error"]
    assert {(str(row.check), str(row.cell)) for row in errors.itertuples()} == expected


def test_the_same_in_a_csv(tmp_path: Path) -> None:
    lines = [",".join(row) for row in [HEADER, *ROWS]]
    (tmp_path / "survey.csv").write_text("\n".join(lines) + "\n", "utf-8")
    findings = validate([tmp_path / "survey.csv"]).findings
    errors = findings[findings["severity"] == "error"]
    expected = {(rule, f"{get_column_letter(1 + position)}{2 + record}") for rule, record, position in PLANTED}
    assert {(str(row.check), str(row.cell)) for row in errors.itertuples()} == expected
