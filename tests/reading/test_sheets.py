"""Which sheets of a workbook are the survey, which are left out by name, and what a sheet's name says of the round."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cpms_cli import CpmsError, read, validate
from cpms_cli.checking.validation import Validation
from cpms_cli.reading.layout.sheet_names import round_of_name
from cpms_cli.reading.survey_table import sheets_not_read
from cpms_cli.survey.model.definition import Survey
from tests.conftest import ROOT, Cpms

CASES = ROOT / "tests/files/cases"
HEADER = ["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก", "ชื่อ", "เพศ", "วันเกิด", "สัญชาติ", "การแจ้งเกิด"]
CHILDREN = [
    ["2568", "85010501", "1", "1", "เนลิน", "หญิง", "25/6/2556", "เมียนมา", "ยังไม่ได้แจ้งเกิด"],
    ["2568", "85010501", "1", "2", "คินเมียว", "ชาย", "1/2/2560", "เมียนมา", "เห็นสูติบัตร"],
    ["2568", "85010502", "7", "1", "มาลี", "หญิง", "13/5/2555", "ไทย", "เห็นสูติบัตร"],
    ["2568", "85010502", "8", "1", "ปกรณ์", "ชาย", "30/1/2558", "ไทย", "เห็นสูติบัตร"],
]
DATA = [HEADER, *CHILDREN]
PIVOT = [["รหัสหมู่บ้าน", "เพศ", "สัญชาติ", "จำนวน"], ["85010501", "หญิง", "เมียนมา", 1], ["รวม", None, None, 4]]
Rows = Sequence[Sequence[Any]]
Book = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Writes a workbook of these sheets; a sheet whose name begins with a dot is hidden."""

    def write(sheets: Mapping[str, Rows]) -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.worksheets[0])
        for name, rows in sheets.items():
            sheet = workbook.create_sheet(name.lstrip("."))
            sheet.sheet_state = "hidden" if name.startswith(".") else "visible"
            for row in rows:
                sheet.append(list(row))
        workbook.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return write


def columns(names: Sequence[str], rows: Rows = CHILDREN) -> list[list[Any]]:
    return [list(names), *([row[HEADER.index(name)] for name in names] for row in rows)]


def read_and_not(
    path: Path, **options: Any
) -> tuple[dict[str | None, int], dict[str | None, tuple[str, bool]], Validation]:
    validation = validate([path], **options)
    not_read: dict[str | None, tuple[str, bool]] = {
        sheet.sheet: (sheet.reason, sheet.answers) for sheet in sheets_not_read(validation.tables)
    }
    return {table.source.sheet: len(table.rows) for table in validation.tables}, not_read, validation


def test_a_summary_beside_the_data_is_left_out_by_name(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("validate", CASES / "pivot.xlsx")
    assert ran.code == 1
    last = " ".join(ran.out.split())[-220:]
    assert "sheets that were not read: สรุป" in last
    assert '--sheet "ข้อมูล"' in last
    merged = cpms("merge", CASES / "pivot.xlsx", "--store", tmp_path / "s.duckdb", "--format", "json")
    assert (merged.code, merged.json["counts"]["stored"]) == (1, 12)
    [sheet] = merged.json["sheets_not_read"]
    assert (sheet["file"], sheet["sheet"], sheet["reason"], sheet["cells"]) == ("pivot.xlsx", "สรุป", "summary", 18)
    again = cpms("merge", CASES / "pivot.xlsx", "--store", tmp_path / "s.duckdb", "--sheet", "ข้อมูล")
    assert again.code == 0
    assert "not read, as asked with --sheet: สรุป" in " ".join(again.out.split())


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    "summary",
    [
        PIVOT,
        [["รายงาน"], [], *PIVOT],
        [
            ["รหัสหมู่บ้าน", "เพศ", "จำนวน", "รหัสหมู่บ้าน", "สัญชาติ", "เพศ", "จำนวน"],
            ["85010501", "ชาย", 3, "85010501", "ไทย", "ชาย", 4],
        ],
    ],
    ids=["pivot", "titled", "two side by side"],
)
def test_no_summary_keeps_the_data_from_being_read(book: Book, summary: Rows, first: bool) -> None:
    sheets = {"ตาราง": summary, "ข้อมูล": DATA} if first else {"ข้อมูล": DATA, "ตาราง": summary}
    read_sheets, not_read, faults = read_and_not(book(sheets))
    assert read_sheets == {"ข้อมูล": 4}
    assert [name for name, (_, answers) in not_read.items() if answers] == ["ตาราง"]
    assert faults.exit_code == 1


def test_a_summary_below_the_data_of_one_sheet_is_left_out_by_its_row(book: Book) -> None:
    read_sheets, not_read, faults = read_and_not(book({"ข้อมูล": [*DATA, [], *PIVOT]}))
    assert read_sheets == {"ข้อมูล": 4}
    assert not_read == {"ข้อมูล": ("summary", True)}
    [sheet] = sheets_not_read(faults.tables)
    assert sheet.row == 7


@pytest.mark.parametrize("order", list(itertools.permutations(["ข้อมูล", "หมู่ 1", "สำเนา"])), ids=" ".join)
def test_no_child_is_read_twice_from_a_copy_or_an_extract(book: Book, order: Sequence[str]) -> None:
    rows = {"ข้อมูล": DATA, "หมู่ 1": DATA[:3], "สำเนา": DATA}
    read_sheets, not_read, faults = read_and_not(book({name: rows[name] for name in order}))
    assert sum(read_sheets.values()) == len(CHILDREN)
    assert set(not_read.values()) == {("extract", False)}
    assert faults.exit_code == 0  # all that they say was read


def test_a_list_of_some_children_is_an_extract_and_counts_where_it_says_more(book: Book) -> None:
    listed = columns(["บ้านเลขที่", "ชื่อ", "เพศ"], CHILDREN[:2])
    assert read_and_not(book({"ข้อมูล": DATA, "รายชื่อ": listed}))[1] == {"รายชื่อ": ("extract", False)}
    followed = [[*listed[0], "ผลการเยี่ยม"], *([*row, "ปลอดภัย"] for row in listed[1:])]
    _, not_read, faults = read_and_not(book({"ข้อมูล": DATA, "รายชื่อ": followed}))
    assert not_read == {"รายชื่อ": ("extract", True)}
    assert (faults.exit_code, "sheet_extract" in set(faults.findings["check"])) == (1, True)


def test_sheets_of_other_children_are_all_read(book: Book) -> None:
    read_sheets, not_read, _ = read_and_not(book({"หมู่ 1": DATA[:3], "หมู่ 2": [HEADER, *CHILDREN[2:]]}))
    assert (read_sheets, not_read) == ({"หมู่ 1": 2, "หมู่ 2": 2}, {})


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([["ปีที่สำรวจ", "ชื่อ", "เพศ", "วันเกิด"], ["2568", "สุดา", "หญิง", "1/1/2560"]], "sheet_lacks_key"),
        (CHILDREN, "sheet_without_header"),
    ],
    ids=["no house", "no header"],
)
def test_what_may_be_children_is_asked_about(book: Book, rows: Rows, error: str) -> None:
    path = book(
        {"ข้อมูล": [HEADER, ["2568", "85010503", "9", "1", "ก้อง", "ชาย", "1/1/2561", "ไทย", "เห็นสูติบัตร"]], "อื่น": rows}
    )
    with pytest.raises(CpmsError) as refused:
        validate([path])
    assert refused.value.message_id == error
    assert validate([path], sheets=["ข้อมูล"]).exit_code == 0


def test_notes_lists_of_answers_and_blank_sheets_are_no_loss(book: Book) -> None:
    answers = [["เพศ", "สัญชาติ", "การแจ้งเกิด"], ["ชาย", "ไทย", "เห็นสูติบัตร"], ["หญิง", "เมียนมา", "ยังไม่ได้แจ้งเกิด"]]
    bare = [["ชาย", "ไทย", "ใช่", "มารดา", "พม่า"], ["หญิง", "เมียนมา", "ไม่ใช่", "บิดา", "ไทย"]]
    sheets = {"คำชี้แจง": [["กรอกให้ครบ"]], "รหัส": answers, "รหัส 2": bare, "Sheet3": [], "ข้อมูล": DATA, "วิธีกรอก": [["ก"]]}
    read_sheets, not_read, faults = read_and_not(book(sheets))
    assert read_sheets == {"ข้อมูล": 4}
    assert {name: reason for name, (reason, _) in not_read.items()} == {
        "คำชี้แจง": "no_header",
        "รหัส": "code_list",
        "รหัส 2": "no_header",
        "Sheet3": "empty",
        "วิธีกรอก": "own",
    }
    assert faults.exit_code == 0


def test_a_hidden_sheet_is_named_and_read_where_it_is_asked_for(book: Book, cpms: Cpms) -> None:
    path = book({"ข้อมูล": DATA[:3], ".เก่า": [HEADER, *CHILDREN[2:]]})
    read_sheets, not_read, faults = read_and_not(path)
    assert (read_sheets, not_read, faults.exit_code) == ({"ข้อมูล": 2}, {"เก่า": ("hidden", True)}, 1)
    assert read_and_not(path, sheets=["เก่า"])[0] == {"เก่า": 2}
    assert validate([path], sheets=["ข้อมูล", "เก่า"]).rows == 4


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(book: Book, cpms: Cpms) -> None:
    path = book({"ข้อมูล": DATA, "หมายเหตุ": [["ก"]]})
    for names in (["ข้อมุล"], ["ข้อมูล", "ข้อมุล"]):
        refused = cpms("validate", path, *(word for name in names for word in ("--sheet", name)))
        assert refused.code == 2
        assert "there is no sheet ข้อมุล. Its sheets are: ข้อมูล, หมายเหตุ" in " ".join(refused.err.split())
    assert cpms("validate", path, "--sheet", "หมายเหตุ", "--sheet", "ข้อมูล").code == 2  # it has no table


def test_each_sheet_is_of_the_round_that_its_name_says(cpms: Cpms, survey: Survey) -> None:
    path = CASES / "sheets_by_year.xlsx"
    assert [(table.source.sheet, table.given["round"]) for table in read(path, survey)] == [
        ("2567", "2024"),
        ("2568", "2025"),
    ]
    asked = cpms("validate", path, "--round", "2568")
    assert asked.code == 2
    for part in ("2567 (2024)", "2568 (2025)", "--sheet"):
        assert part in asked.err
    [table] = read(path, survey, 2025, names=["2568"])
    assert table.given["round"] == "2025"


def test_the_same_rows_of_two_rounds_are_no_extract(book: Book) -> None:
    rows = [row[1:] for row in DATA]
    assert read_and_not(book({"รอบ 2567": rows, "รอบ 2568": rows}))[:2] == ({"รอบ 2567": 4, "รอบ 2568": 4}, {})


def test_a_name_that_says_another_round_than_the_column_is_a_finding(book: Book) -> None:
    findings = validate([book({"ปี ๒๕๖๗": DATA})]).findings
    [finding] = findings[findings["check"] == "sheet_round"].to_dict("records")
    assert (finding["cell"], finding["value"], finding["severity"]) == ("A2", "2568", "warning")
    assert "sheet_round" not in set(validate([book({"ปี ๒๕๖๘": DATA})]).findings["check"])


@pytest.mark.parametrize(
    ("name", "round_"),
    [
        ("2567", 2024),
        ("๒๕๖๗", 2024),
        ("၂၀၂၄", 2024),
        ("2024", 2024),
        ("ปี 2567", 2024),
        ("รอบ2568", 2025),
        ("ข้อมูลปี 67", 2024),
        ("พ.ศ. 2568", 2025),
        ("survey 2567 (2024)", 2024),
        ("2567 (2)", 2024),
        ("Sheet1", None),
        ("หมู่ 12", None),
        ("ม.2", None),
        ("2567-2568", None),
        ("2567 กับ 2568", None),
        ("12-3-2567", None),
        ("1.2567", None),
        ("รหัส 85010501", None),
        ("2399", None),
        ("2599", None),
        ("อายุต่ำกว่า 18 ปี", None),
        ("ปีที่ 12", None),
        ("รอบ 2", None),
    ],
)
def test_which_names_say_a_round(name: str, round_: int | None) -> None:
    assert round_of_name(name, 2027) == round_
