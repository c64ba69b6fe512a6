"""A header in two or three rows, groups above the columns' own names; and plain sheets, read as before."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.checking.proposing.column_proposals import propose
from cpms_cli.reading.header.header_rows import find_layout
from cpms_cli.reading.header.headers import header_spellings
from cpms_cli.reading.header.row_looks import Span
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

Rows = list[list[str]]
TITLE = ["แบบสำรวจเด็ก หมู่ที่ 1", "", "", "", "", ""]
WIDE_TITLE = Span(0, 0, 0, 5)
CHILD = ["12/1", "มานี", "หญิง", "1/2/2557", "มี", "เรียน"]
OTHER = ["15", "มานะ", "ชาย", "3/4/2559", "ไม่มี", "เรียน"]

# Each layout: its rows, its merged cells, the headers that are to be read, the groups told beside them, and the first
# row that is a record.
LAYOUTS: dict[str, tuple[Rows, list[Span], list[str], list[str], int]] = {
    "merged group, other headers merged over both rows": (
        [
            TITLE,
            ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "เอกสาร", ""],
            ["", "", "", "", "เลขบัตร", "สูติบัตร"],
            CHILD,
            OTHER,
        ],
        [WIDE_TITLE, Span(1, 4, 1, 5), *(Span(1, column, 2, column) for column in range(4))],
        ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "เลขบัตร", "สูติบัตร"],
        ["", "", "", "", "เอกสาร", "เอกสาร"],
        3,
    ),
    "units of an age below it, no header merged over both rows": (
        [
            TITLE,
            ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "อายุ", ""],
            ["", "", "", "", "ปี", "เดือน"],
            [*CHILD[:4], "11", "3"],
            [*OTHER[:4], "9", "0"],
        ],
        [WIDE_TITLE, Span(1, 4, 1, 5)],
        ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "อายุ ปี", "เดือน"],
        ["", "", "", "", "", "อายุ"],
        3,
    ),
    "both names of a child alone below their group": (
        [
            TITLE,
            ["บ้านเลขที่", "ชื่อ-สกุล", "", "เพศ", "วันเกิด", "อายุ"],
            ["", "มานี", "ใจดี", "", "", ""],
            ["12", "มานะ", "ใจดี", "ชาย", "1/2/2557", "11"],
        ],
        [WIDE_TITLE, Span(1, 1, 1, 2)],
        ["บ้านเลขที่", "ชื่อ-สกุล", "", "เพศ", "วันเกิด", "อายุ"],
        [],
        2,
    ),
    "one group over some columns of a full header": (
        [TITLE, ["", "", "", "", "เอกสาร", ""], ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "เลขบัตร", "สูติบัตร"], CHILD],
        [WIDE_TITLE, Span(1, 4, 1, 5)],
        ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "เลขบัตร", "สูติบัตร"],
        ["", "", "", "", "เอกสาร", "เอกสาร"],
        3,
    ),
    "title, groups, headers, and the columns' numbers": (
        [
            TITLE,
            ["ข้อมูลเด็ก", "", "", "", "เอกสาร", ""],
            ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "เลขบัตร", "สูติบัตร"],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
            CHILD,
        ],
        [WIDE_TITLE, Span(1, 0, 1, 3), Span(1, 4, 1, 5)],
        ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "เลขบัตร", "สูติบัตร"],
        ["ข้อมูลเด็ก"] * 4 + ["เอกสาร"] * 2,
        4,
    ),
    "the group's name in each of its columns, as a CSV has it": (
        [
            ["เด็ก", "เด็ก", "เด็ก", "เด็ก", "บิดา", "มารดา", "มารดา"],
            ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "อายุ", "อายุ", "สัญชาติ"],
            ["12/1", "มานี", "หญิง", "1/2/2557", "41", "39", "ไทย"],
        ],
        [],
        ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "บิดา อายุ", "มารดา อายุ", "มารดา สัญชาติ"],
        ["เด็ก"] * 4 + [""] * 3,
        2,
    ),
    "two groups without merged cells, which tell two names apart": (
        [
            ["", "เด็ก", "", "", "มารดา", ""],
            ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "ชื่อ", "อายุ"],
            ["12/1", "มานี", "หญิง", "1/2/2557", "สมศรี", "39"],
        ],
        [],
        ["บ้านเลขที่", "ชื่อ เด็ก", "เพศ", "วันเกิด", "ชื่อ มารดา", "มารดา อายุ"],
        ["", "", "เด็ก", "เด็ก", "", ""],
        2,
    ),
    "three rows": (
        [
            ["บ้านเลขที่", "ข้อมูลเด็ก", "", "", "สิทธิ", ""],
            ["", "ชื่อ", "เพศ", "วันเกิด", "เอกสาร", ""],
            ["", "", "", "", "เลขบัตร", "สูติบัตร"],
            CHILD,
        ],
        [Span(0, 0, 2, 0), Span(0, 1, 0, 3), Span(0, 4, 0, 5), Span(1, 4, 1, 5)],
        ["บ้านเลขที่", "ชื่อ", "เพศ", "วันเกิด", "เลขบัตร", "สูติบัตร"],
        ["", "ข้อมูลเด็ก", "ข้อมูลเด็ก", "ข้อมูลเด็ก", "สิทธิ เอกสาร", "เอกสาร"],
        3,
    ),
    "English": (
        [
            ["House no.", "Child", "", "", "Mother", "Documents", ""],
            ["", "Name", "Sex", "Date of birth", "Nationality", "ID card", "Birth certificate"],
            ["12/1", "Mani", "female", "1/2/2557", "Thai", "yes", "yes"],
        ],
        [Span(0, 0, 1, 0), Span(0, 1, 0, 3), Span(0, 5, 0, 6)],
        ["House no.", "Name", "Sex", "Date of birth", "Mother Nationality", "ID card", "Birth certificate"],
        ["", "Child", "Child", "Child", "", "Documents", "Documents"],
        2,
    ),
    "what is the family's stays so under a person": (
        [
            ["หัวหน้าครัวเรือน", "", "", "เด็ก", "", ""],
            ["บ้านเลขที่", "อายุ", "โทรศัพท์", "ชื่อ", "เพศ", "วันเกิด"],
            ["12/1", "41", "0812345678", "มานี", "หญิง", "1/2/2557"],
        ],
        [Span(0, 0, 0, 2), Span(0, 3, 0, 5)],
        ["บ้านเลขที่", "หัวหน้าครัวเรือน อายุ", "โทรศัพท์", "ชื่อ", "เพศ", "วันเกิด"],
        ["หัวหน้าครัวเรือน", "", "หัวหน้าครัวเรือน", "เด็ก", "เด็ก", "เด็ก"],
        2,
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_header_of_several_rows(survey: Survey, name: str) -> None:
    rows, merged, header, groups, begins = LAYOUTS[name]
    layout = find_layout(rows, header_spellings(survey), merged=merged)
    assert layout is not None
    assert (list(layout.header), list(layout.groups), layout.begins) == (header, groups, begins)


def test_burmese_groups_are_seen_by_how_the_rows_look() -> None:
    rows = [
        ["စဉ်", "အိမ်အမှတ်", "ကလေး", "", "", "စာရွက်စာတမ်း", ""],
        ["", "", "အမည်", "လိင်", "မွေးသက္ကရာဇ်", "မှတ်ပုံတင်", "မွေးစာရင်း"],
        ["1", "12", "မောင်မောင်", "ကျား", "5/1/2560", "ရှိ", "ရှိ"],
    ]
    merged = [Span(0, 0, 1, 0), Span(0, 1, 1, 1), Span(0, 2, 0, 4), Span(0, 5, 0, 6)]
    layout = find_layout(rows, merged=merged)
    assert layout is not None
    assert list(layout.header) == ["စဉ်", "အိမ်အမှတ်", *rows[1][2:]]
    assert list(layout.groups) == ["", "", "ကလေး", "ကလေး", "ကလေး", "စာရွက်စာတမ်း", "စာရွက်စာတမ်း"]
    assert layout.begins == 2


PLAIN = ["บ้านเลขที่", "ชื่อ", "เพศ", "สัญชาติ", "สูติบัตร", "อยู่กับใคร"]
WORDS = ["ไม่มีเลขที่", "มานี", "หญิง", "ไทย", "มี", "มารดา"]
# A plain sheet: its rows, its merged cells, and where its records begin.
PLAIN_SHEETS: dict[str, tuple[Rows, list[Span], int]] = {
    "a first record of words": ([PLAIN, WORDS, CHILD], [], 1),
    "a title over all columns": ([TITLE, PLAIN, WORDS], [WIDE_TITLE], 2),
    "a title over the middle columns": ([["", "", "แบบสำรวจเด็ก หมู่ที่ 1", "", "", ""], PLAIN], [Span(0, 2, 0, 4)], 2),
    "a title at the left end of a table": ([["แบบสำรวจ", "", "", "", "", ""], PLAIN, WORDS], [Span(0, 0, 0, 1)], 2),
    "a title in each cell": ([["แบบสำรวจ"] * 6, PLAIN, WORDS], [], 2),
    "who made the list": ([["มารดา", "นางสี", "", "", "", ""], PLAIN, WORDS], [], 2),
    "a family merged over its children": ([PLAIN, WORDS, ["", *WORDS[1:]]], [Span(1, 0, 2, 0), Span(1, 5, 2, 5)], 1),
    "two names under one header, and nothing else yet": (
        [PLAIN, ["", "มานี", "ใจดี", "", "", ""], WORDS],
        [Span(0, 1, 0, 2)],
        1,
    ),
    "a record above which two cells are merged": ([PLAIN, ["", "มานี", "หญิง", "", "", ""]], [Span(1, 3, 1, 4)], 1),
}


@pytest.mark.parametrize("name", PLAIN_SHEETS)
def test_a_plain_sheet_is_read_as_before(survey: Survey, name: str) -> None:
    rows, merged, begins = PLAIN_SHEETS[name]
    layout = find_layout(rows, header_spellings(survey), merged=merged)
    assert layout is not None
    assert (list(layout.header), layout.begins, any(layout.groups)) == (PLAIN, begins, False)


def test_a_group_is_evidence_of_what_is_asked_below_it(survey: Survey) -> None:
    cells = ["มี", "ไม่มี"] * 9
    assert not propose(survey, "การมองเห็น", ["ลำบากมาก", "ไม่ลำบาก"] * 9, group="ครูประจำชั้น"), "a teacher's eyes"
    alone = {proposal.field: proposal.confidence for proposal in propose(survey, "ร่างกาย", cells)}
    below = {proposal.field: proposal.confidence for proposal in propose(survey, "ร่างกาย", cells, group="ความรุนแรง")}
    assert below["violence_physical"] > alone.get("violence_physical", 0.0)


def test_a_mothers_nationality_is_never_the_childs(cpms: Cpms, survey: Survey, tmp_path: Path) -> None:
    book, file = Workbook(), tmp_path / "groups.xlsx"
    sheet = book.active
    assert sheet is not None
    for row in (
        ["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก", "เด็ก", None, "มารดา", None],
        [None, None, None, None, "ชื่อ", "เพศ", "อายุ", "สัญชาติ"],
        ["2569", "85010101", "7", "1", "คำปัน", "ชาย", "31", "พม่า"],
        ["2569", "85010101", "8", "1", "มะลิ", "หญิง", "28", "ไทย"],
    ):
        sheet.append(row)
    for place in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:H1"):
        sheet.merge_cells(place)
    book.save(file)
    fields = {row.header: row.field for row in draft([file], survey).headers.itertuples()}
    assert fields["ชื่อ"] == "given_name"
    assert not {"nationality", "age_years", "?nationality", "?age_years"} & set(map(str, fields.values()))
    assert "มารดา สัญชาติ" in cpms("validate", file).out, "a column that is not read is named with its group"
