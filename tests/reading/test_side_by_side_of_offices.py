"""A household sheet as districts hand it round: a title with the year and the village, a row a family, each child's
columns with its number, and its whole name in one of them."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook, load_workbook

from cpms_cli import load_survey, read
from cpms_cli.checking.drafting.drafted_map import map_bytes
from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.checking.drafting.map_questions import open_headers
from cpms_cli.survey.model.definition import Survey

OF_CHILD = ("ชื่อ-สกุล", "เพศ", "วัน/เดือน/ปีเกิด", "กำลังเรียน")
TITLES = ("แบบสำรวจข้อมูลพื้นฐาน ปี 2569", "หมู่ที่ 3 ตำบลปากน้ำ อำเภอเมืองระนอง จังหวัดระนอง")
FAMILIES = [
    ("11/1", [("เด็กชายปิติ ใจดี", "ชาย", "1/2/2560", "เรียน"), ("เด็กหญิงมานี ณ ระนอง", "", "3/4/2562", "ไม่เรียน")]),
    ("12", [("ด.ญ. ชูใจ รักเรียน", "หญิง", "5/6/2561", "เรียน")]),
    ("13", [("ด.ช. มานะ มีสุข", "ชาย", "7/8/2559", "เรียน")]),
]


def _sheet(path: Path) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for title in TITLES:
        page.append([title])
    page.append(["บ้านเลขที่", "วันที่สำรวจ", *(f"เด็กคนที่ {number} {name}" for number in (1, 2) for name in OF_CHILD)])
    for house, children in FAMILIES:
        cells = [cell for child in children for cell in child]
        page.append([house, "2/3/2569", *cells])
    book.save(path)
    return path


def test_what_each_childs_columns_are_is_proposed_with_its_number(survey: Survey, tmp_path: Path) -> None:
    drafted = draft([_sheet(tmp_path / "a.xlsx")], survey)
    fields: dict[str, list[str]] = {}
    for header, field in zip(drafted.headers["header"], drafted.headers["field"], strict=True):
        fields.setdefault(header, []).append(field)
    for number in ("1", "2"):
        assert sorted(fields[f"เด็กคนที่ {number} ชื่อ-สกุล"]) == [f"family_name_{number}", f"given_name_{number}"]
        assert fields[f"เด็กคนที่ {number} เพศ"] == [f"sex_{number}"]
    # Of the second child every answer is one of the list, and it is filled in; of the first a person is asked.
    assert fields["เด็กคนที่ 1 กำลังเรียน"] == ["?in_school_1"]
    assert fields["เด็กคนที่ 2 กำลังเรียน"] == ["in_school_2"]
    asked = {line.header: line.options[0] for line in open_headers(survey, drafted, "en")}
    code, words = asked["เด็กคนที่ 1 กำลังเรียน"]
    assert code == "in_school_1"
    assert words.startswith("Schooling [in_school_1]")
    of_answers = set(zip(drafted.answers["header"], drafted.answers["answer"], strict=True))
    assert ("เด็กคนที่ 1 กำลังเรียน", "เรียน") in of_answers


def test_whole_names_are_taken_apart_for_each_child_and_the_title_says_where_they_live(tmp_path: Path) -> None:
    survey, path, mapping = load_survey(), _sheet(tmp_path / "a.xlsx"), tmp_path / "map.xlsx"
    mapping.write_bytes(map_bytes(survey, draft([path], survey), mapping, "en"))
    book = load_workbook(mapping)
    for sheet, column in zip(book.worksheets[:2], (1, 4), strict=True):
        for row in sheet.iter_rows(min_row=2):
            row[column].value = str(row[column].value or "").removeprefix("?").strip()
    book.save(mapping)
    children = [
        dict(zip(names, (str(value) if value is not None else None for value in row), strict=True))
        for table in read(path, survey, mapping=mapping)
        if table.table == "child"
        for names in [("village_code", "household_no", "child_no", "given_name", "family_name", "sex", "in_school")]
        for row in zip(*(table.cells(name).to_pylist() for name in names), strict=True)
    ]
    assert [tuple(child.values()) for child in children] == [
        ("85010503", "11/1", "1", "ปิติ", "ใจดี", "male", "formal"),
        ("85010503", "12", "1", "ชูใจ", "รักเรียน", "female", "formal"),
        ("85010503", "13", "1", "มานะ", "มีสุข", "male", "formal"),
        ("85010503", "11/1", "2", "มานี", "ณ ระนอง", "female", "none"),
    ]
