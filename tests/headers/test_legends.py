"""What numbers mean, where a sheet beside the list says it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.reading.header.mapping import Maps
from cpms_cli.survey.model.definition import Survey

KEYS = ["รอบ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก", "ชื่อ", "อายุ"]


def meanings(
    tmp_path: Path,
    survey: Survey,
    header: str,
    codes: Sequence[object],
    legend: Sequence[list[object]],
    mapping: Maps | None = None,
) -> dict[str, str]:
    """The meaning that a map has for each number of a column; "?" before what a person decides."""
    book, path = openpyxl.Workbook(), tmp_path / "coded.xlsx"
    sheet = book.worksheets[0]
    sheet.append([*KEYS, header])
    for number, code in enumerate(codes, start=1):
        sheet.append([2569, "85010501", "12", number, f"เด็ก{number}", 7, code])
    beside = book.create_sheet("คำอธิบายรหัส")
    for row in legend:
        beside.append(row)
    book.save(path)
    answers = draft([path], survey, mapping=mapping).answers
    return dict(zip(answers["answer"], answers["means"], strict=True))


def test_a_sheet_of_codes_says_what_the_numbers_mean(tmp_path: Path, survey: Survey) -> None:
    legend: list[list[object]] = [
        ["ตัวแปร", "รหัส", "ความหมาย"],
        ["เพศ", 1, "ชาย"],
        ["ประกันสุขภาพ", 1, "บัตรทอง"],
        [None, 2, "ประกันสังคม"],
        ["", 4, "ไม่มี"],
        ["การศึกษา", 3, "เรียน"],
    ]
    meant = meanings(tmp_path, survey, "ประกันสุขภาพ", [1, 2, 4, 3], legend)
    assert meant == {"1": "universal", "2": "social_security", "4": "none", "3": ""}


def test_a_line_of_a_sheet_may_have_all_numbers_of_a_header(tmp_path: Path, survey: Survey) -> None:
    legend: list[list[object]] = [["ถูกทำร้ายร่างกาย", "1=ใช่, 2=ไม่ใช่, 9=ไม่ตอบ"], ["เพศ", "1=ชาย, 2=หญิง"]]
    assert meanings(tmp_path, survey, "ถูกทำร้ายร่างกาย", [2, 1, 9], legend) == {"2": "no", "1": "yes", "9": "refused"}


def test_a_legend_that_says_two_things_decides_nothing(tmp_path: Path, survey: Survey) -> None:
    legend: list[list[object]] = [["เพศ", 1, "ชาย"], ["เพศ", 1, "หญิง"]]
    assert meanings(tmp_path, survey, "เพศ", [1, 1], legend) == {"1": ""}


def test_yes_under_a_header_that_turns_the_question_round_is_asked(tmp_path: Path, survey: Survey) -> None:
    legend: list[list[object]] = [["พ่อเสียชีวิต", 1, "ใช่"], ["พ่อเสียชีวิต", 2, "ไม่ใช่"]]
    meant = meanings(tmp_path, survey, "พ่อเสียชีวิต", [1, 2, 2], legend, {"พ่อเสียชีวิต": "father_alive"})
    assert meant == {"1": "?no", "2": "?yes"}, "yes is no to: is the father alive?"


@pytest.mark.parametrize(
    ("header", "cells", "meant"),
    [
        (
            "การศึกษา",
            ["เรียนอยู่", "ยังไม่เข้าเรียน", "เรียนอยู่", "เรียนอยู่", "ไม่ได้เรียน"],
            {"เรียนอยู่": "?formal", "ยังไม่เข้าเรียน": "?none"},
        ),
        (
            "ประกันสุขภาพ",
            ["มีบัตรทอง", "ได้บัตรทอง", "ยังไม่ทำ"],
            {"มีบัตรทอง": "?universal", "ได้บัตรทอง": "?universal", "ยังไม่ทำ": ""},
        ),
        ("การศึกษา", ["สมชาย", "มะลิ", "ละไม", "Saw Eh Htoo"], {}),
    ],
)
def test_of_a_small_community_answers_are_asked_about_and_names_are_not(
    tmp_path: Path, survey: Survey, header: str, cells: Sequence[object], meant: dict[str, str]
) -> None:
    """Each stands once or twice, as a name would: what is near to an answer tells the column."""
    assert meanings(tmp_path, survey, header, cells, []) == meant


@pytest.mark.parametrize(
    ("header", "field", "meant"),
    [
        ("เพศ (1=ชาย 2=หญิง)", "sex", {"1": "male", "2": "female"}),
        ("เพศของเด็ก [1 = ชาย, 2 = หญิง]", "sex", {"1": "male", "2": "female"}),
        ("Child's sex: 1=male, 2=female", "sex", {"1": "male", "2": "female"}),
        ("โรคประจำตัว (1=ไม่มี 2=มี)", "chronic_illness", {"1": "no", "2": "yes"}),
        ("ดื่มสุรา (1=ไม่ใช่ 0=ใช่)", "alcohol", {"1": "no", "0": "yes"}),  # the other way round than 1 and 0 are read
    ],
)
def test_a_legend_in_a_header_is_no_part_of_its_question(
    tmp_path: Path, survey: Survey, header: str, field: str, meant: dict[str, str]
) -> None:
    path, numbers = tmp_path / "list.csv", [*meant] * 3
    rows = [f'2569,85010101,{home},ก้อง,9,"{number}"' for home, number in enumerate(numbers, 1)]
    path.write_text("\n".join([f'รอบ,รหัสหมู่บ้าน,บ้านเลขที่,ชื่อ,อายุ,"{header}"', *rows]), encoding="utf-8")
    drafted = draft([path], survey)
    fields = drafted.headers.set_index("header")["field"]
    assert fields[header].removeprefix("?") == field
    assert dict(zip(drafted.answers["answer"], drafted.answers["means"], strict=True)) == meant


def test_several_numbers_in_a_cell_are_asked_by_the_legend_of_the_header(tmp_path: Path, survey: Survey) -> None:
    header = "บริการที่ได้รับ (1=เยี่ยมบ้าน 2=ให้คำปรึกษา 0=ไม่มี)"
    assert meanings(tmp_path, survey, header, ["1,2", "2", "0", "0"], [["-"]]) == {
        "1": "home_visit",
        "2": "counselling",
        "0": "none",
    }


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("Gender (1=M, 2=F)", "sex"),
        ("เพศสภาพ (1=ช 2=ญ)", "?sex"),
        ("Gender (1=Sunday, 2=Monday)", "?sex"),
    ],
)
def test_what_a_header_says_of_its_numbers_shows_which_question_it_is(
    tmp_path: Path, survey: Survey, header: str, wanted: str
) -> None:
    path = tmp_path / "coded.csv"
    children = [f"2569,85010501,12,{line},เด็ก{line},7,{1 + line % 2}" for line in range(1, 7)]
    path.write_text("\n".join([",".join(KEYS) + f',"{header}"', *children]), encoding="utf-8")
    lines = draft([path], survey).headers
    assert list(lines.loc[lines["header"] == header, "field"])[:1] == [wanted]


@pytest.mark.parametrize(
    "header", ["เลขประจำตัวประชาชน 13 หลัก", "เลขประจำตัวประชาชน (13 หลัก)", "National ID (13 digits)"]
)
def test_how_many_digits_a_number_has_is_no_part_of_its_name(tmp_path: Path, survey: Survey, header: str) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text(",".join([*KEYS, header]) + "\n2569,85010501,12,1,มานี,7,1101700203450\n", encoding="utf-8")
    lines = draft([path], survey).headers
    assert list(lines.loc[lines["header"] == header, "field"]) == ["national_id"]
