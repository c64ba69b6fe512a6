"""Totals and notes, below the records or between them: told by row, never a child with faults; and no child is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli import validate
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import read
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import ROOT, THOROUGH, Cpms

HEADER = "ปีที่สำรวจ,รหัสหมู่บ้าน,บ้านเลขที่,ลำดับเด็ก,ชื่อ,เพศ,วันเกิด,สัญชาติ"
CHILDREN = [
    "2569,85010101,12/1,1,มะลิ,หญิง,5/1/2560,ไทย",
    "2569,85010101,12/1,2,ธันวา,ชาย,14/8/2562,ไทย",
    "2569,85010102,45,1,ซู ซู,หญิง,2563,พม่า",
]
FOOTERS = [
    "รวม,1 คน",
    "รวมทั้งสิ้น,12 ครัวเรือน",
    "รวมทั้งสิ้น 12 ครัวเรือน",
    "รวมทั้งสิ้น 12 ครัวเรือน เด็ก 30 คน",
    "รวม,๓ คน",
    "Total: 3 children",
    "Total,3 children",
    "Grand Total,3",
    "Subtotal,2",
    ",,,,ยอดรวม",
    "ยอดรวม",
    "สรุป",
    "สรุป,3 คน",
    ",,,,รวม,3 คน",
    ",,,3 คน,รวม",
    "2569,85010101,รวม,2 คน",
    "2569,85010101,,,รวมทั้งสิ้น,2 คน",
    "หมู่ 1,รวม,5 คน",
    "รวมหมู่ 1,,,2",
    "รวม,3,ชาย 1,หญิง 2",
    "รวมทั้งสิ้น,ชาย,1,หญิง,2",
    "จำนวนเด็กทั้งหมด,3",
    "จำนวนเด็ก 3 คน",
    "เด็กชาย 5 คน,เด็กหญิง 7 คน",
    "รวมเด็ก,3,คน",
    "เฉลี่ย,,,1.5",
    "စုစုပေါင်း,၃",
    "หมายเหตุ",
    "หมายเหตุ,ข้อมูลยังไม่ครบ",
    "Note: two houses were closed",
    "หมายเหตุ: ข้อมูล ณ วันที่ 5",
    "ลงชื่อ,,ผู้สำรวจ,วันที่",
]
RECORDS = [
    "2569,85010101,13,1,รวม,,,",
    "2569,85010101,13,1,รวม,หญิง,2560,ไทย",
    ",,,,รวม,,,",
    "2569,85010101,13,1,สรุป,,,",
    "2569,85010101,13,1,Total,,,",
    ",,,,Note,,,",
    ",,,,หมายเหตุ,,,",
    ",,,,Sum,,,",
    "2569,85010103,14,1,รวมทอง,,,",
    ",,,,เฉลียว,,,",
    "2569,85010102,14,1,รวม,ชาย,,",
    ",,รวม,1,มะลิ,หญิง,,",
]
LABELS = ["รวม", "รวมทั้งสิ้น", "ยอดรวม", "สรุป", "Total", "Sum", "หมายเหตุ", "Note", "เฉลี่ย", "ชาย", "เด็ก"]


def _read(path: Path, survey: Survey, rows: list[str]) -> SurveyTable:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return read(path, survey)[0]


@pytest.mark.parametrize("footer", FOOTERS)
def test_a_total_or_note_is_told_at_the_end_and_between(tmp_path: Path, survey: Survey, footer: str) -> None:
    for rows, place in (([*CHILDREN, footer], 5), ([*CHILDREN[:2], footer, CHILDREN[2]], 4)):
        table = _read(tmp_path / "a.csv", survey, rows)
        assert len(table.rows) == len(CHILDREN)
        assert [(row.row, row.kind in ("total", "note")) for row in table.source.left_out] == [(place, True)]


@pytest.mark.parametrize("record", RECORDS)
def test_a_child_with_such_a_name_is_not_lost(tmp_path: Path, survey: Survey, record: str) -> None:
    for rows in ([*CHILDREN, record], [record, *CHILDREN]):
        assert len(_read(tmp_path / "a.csv", survey, rows).rows) == len(CHILDREN) + 1


@settings(max_examples=500 if THOROUGH else 15, deadline=None)
@given(
    st.sampled_from(LABELS),
    st.integers(0, 9),
    st.integers(1, 9),
    st.sampled_from(["", "หญิง", "ชาย"]),
    st.sampled_from(["", "1/2/2560", "2560"]),
    st.permutations(range(8)),
)
def test_a_row_with_its_whole_key_is_a_record_in_whatever_order_of_columns(
    tmp_path_factory: pytest.TempPathFactory, name: str, house: int, line: int, sex: str, born: str, order: list[int]
) -> None:
    lines = [HEADER, *CHILDREN, f"2569,85010101,{house},{line},{name},{sex},{born},"]
    rows = [",".join(row.split(",")[position] for position in order) for row in lines]
    path = tmp_path_factory.mktemp("footers") / "a.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert len(read(path, load_survey())[0].rows) == len(CHILDREN) + 1


def test_a_total_with_text_in_it_is_no_child_with_faults(cpms: Cpms, tmp_path: Path) -> None:
    path = ROOT / "tests/files/cases/total_row_a.csv"
    validation = validate([path], round_=2025)
    assert (validation.rows, validation.errors) == (1, 0)
    merged = cpms("merge", path, "--round", "2568", "--store", tmp_path / "s.duckdb")
    assert merged.code == 0
    assert "left out: total 3" in " ".join(merged.out.split())
