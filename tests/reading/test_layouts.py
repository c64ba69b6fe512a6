"""Sheets as offices write them: what is a record, what is not, and what the officer is told about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_cli import read, read_cells
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

HEADER = ["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก", "ชื่อ", "เพศ", "วันเกิด", "สัญชาติ"]
CHILD = ["2569", "85010101", "12/1", "1", "มะลิ", "หญิง", "5/1/2560", "ไทย"]
Rows = Sequence[Sequence[str]]


def child(number: int, name: str = "มะลิ") -> list[str]:
    return [*CHILD[:3], str(number), name, *CHILD[5:]]


def written(path: Path, rows: Rows, merged: Sequence[tuple[int, int, int, int]] = ()) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("survey")
    for place in merged:
        sheet.merge_range(*place, rows[place[0]][place[1]])
    for number, row in enumerate(rows):
        for index, cell in enumerate(row):
            if cell:
                sheet.write_string(number, index, cell)
    book.close()
    return path


def test_what_is_left_out_is_said_in_one_line(cpms: Cpms, tmp_path: Path) -> None:
    rows = [["แบบสำรวจ บ้านของ ด.ญ. ลับ"], HEADER, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"]]
    path = written(tmp_path / "a.xlsx", [*rows, child(1), child(2), ["รวม", "", "", "2"], ["หมายเหตุ: ไม่มี"]])
    ran = cpms("validate", path)
    assert ran.code == 0
    assert "rows that are no records, left out: title 1; units or question numbers 3; total 6; note 7" in " ".join(
        ran.out.split()
    )
    assert "ลับ" not in ran.out
    thai = " ".join(cpms("validate", path, "--lang", "th").out.split())
    assert "แถวที่ไม่ใช่ข้อมูลเด็ก ไม่ได้นำเข้า: ชื่อเรื่อง 1" in thai


def test_hidden_rows_and_sheets_are_said_aloud(cpms: Cpms) -> None:
    files = Path(__file__).resolve().parent.parent / "files"
    assert "hidden rows were read like the others: 3" in " ".join(
        cpms("validate", files / "rows_hidden_by_a_filter.xlsx").out.split()
    )
    text = " ".join(cpms("validate", files / "hidden_sheet_with_an_old_copy.xlsx").out.split())
    assert "hidden sheets were not read: สำเนาเก่า" in text


def test_a_group_and_its_question_together_are_a_known_header(survey: Survey, tmp_path: Path) -> None:
    """ชื่อ under มารดา is the mother's name, ชื่อ under เด็ก the child's."""
    rows = [
        ["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "เด็ก", "", "", "มารดา"],
        ["", "", "", "ลำดับ", "ชื่อ", "เพศ", "ชื่อ"],
        ["2569", "85010101", "12", "1", "มะลิ", "หญิง", "จันทร์"],
    ]
    merged = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 5)]
    [table] = read(written(tmp_path / "a.xlsx", rows, merged), survey)
    assert list(table.rows) == [3]
    cells = {column.field.role or column.field.name: column.cells().to_pylist() for column in table.columns.values()}
    assert cells["given_name"] == ["มะลิ"]
    assert cells["mother"] == ["จันทร์"]
    assert cells["line"] == ["1"]


@pytest.mark.parametrize("known", [True, False], ids=["with the survey's headers", "without"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_child_is_lost_among_what_is_none(survey: Survey, tmp_path: Path, known: bool, data: st.DataObject) -> None:
    """Whatever stands between the records, each child is read once, under the row number that Excel shows."""
    names = ["มะลิ", "รวม", "Total", "หมายเหตุ", "Note", "ปี", "คน", "เดือน", "Q1", "ชื่อ", "เพศ", "(1)", "ผลรวม", "1=ใช่"]
    noise = [[], ["", " "], HEADER, ["รวม", "", "", "9"], ["หมายเหตุ: ย้ายออกแล้ว"], ["รวมทั้งสิ้น 12 คน"]]
    rows: list[Sequence[str]] = [*[["แบบสำรวจเด็ก"]] * data.draw(st.integers(0, 2)), HEADER]
    expected = []
    for number in range(data.draw(st.integers(3, 12))):
        rows += data.draw(st.lists(st.sampled_from(noise), max_size=2))
        rows.append(child(number + 1, data.draw(st.sampled_from(names))))
        expected.append(len(rows))
    rows += data.draw(st.lists(st.sampled_from(noise), max_size=3))
    path = written(tmp_path / "a.xlsx", rows)
    sources = [table.source for table in read(path, survey)] if known else read_cells(path)
    assert [int(row) for source in sources for row in source.rows] == expected
    rows_left_out = {row.row for source in sources for row in source.left_out}
    blank = {number for number, row in enumerate(rows, start=1) if not any(cell.strip() for cell in row)}
    header = {source.header_row for source in sources}
    assert rows_left_out | blank | header | set(expected) == set(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    "answers",
    [{4: "รวม"}, {4: "รวม", 5: "หญิง"}, {4: "มะลิ"}, {4: "หมายเหตุ"}, {4: "Note"}, {2: "12", 4: "รวม"}, {1: "85010101"}],
)
def test_a_row_that_could_be_a_child_stays_a_record(survey: Survey, tmp_path: Path, answers: dict[int, str]) -> None:
    row = [answers.get(index, "") for index in range(len(HEADER))]
    [table] = read(written(tmp_path / "a.xlsx", [HEADER, child(1), child(2), row, child(3)]), survey)
    assert list(table.rows) == [2, 3, 4, 5]


def test_a_table_of_codes_has_no_row_of_units(tmp_path: Path) -> None:
    rows = [["รหัส", "ชั้น"], ["A1", "B12"], ["A2", "B7"], ["A3", "B9"]]
    [table] = read_cells(written(tmp_path / "a.xlsx", rows))
    assert list(table.rows) == [2, 3, 4]
    assert table.left_out == ()


def test_a_row_left_out_says_nothing_of_what_the_others_mean(cpms: Cpms, tmp_path: Path, survey: Survey) -> None:
    answered = [[*child(1), "1", "1"], [*child(2, "คำปัน"), "1", "2"]]
    total = ["รวม", "", "", "2", "", "", "", "", "2", "0"]
    note = ["หมายเหตุ บ้านของ ด.ญ. ลับ"]
    path = written(tmp_path / "s.xlsx", [[*HEADER, "ใช้ยาเสพติด", "ดื่มสุรา"], *answered, total, note])
    [table] = read(path, survey)
    assert table.cells("drugs").to_pylist() == ["yes", "yes"], "a 2 in the total makes no code of the 1"
    findings = cpms("validate", path, "--format", "json").json["findings"]
    asked = [entry["cell"] for entry in findings if entry["rule"] == "number_codes"]
    assert asked == ["J2", "J3"], "a 0 in the total does not say that 1 is yes beside 2"
    assert "ลับ" not in cpms("map", path).out
