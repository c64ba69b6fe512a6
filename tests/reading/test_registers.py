"""A register of everybody in a house: grown-ups are left out with their number and rows, a child never in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import read
from cpms_cli.checking.drafting.header_map import draft_map
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

HEADER = "รอบ,รหัสหมู่บ้าน,บ้านเลขที่,ชื่อ,เพศ,วันเกิด,อายุ,เกี่ยวข้องเป็น"
HOME = [
    "นายสมพร,ชาย,5 มี.ค. 2520,49,หัวหน้าครัวเรือน",
    "นางวันดี,หญิง,2525,,ภรรยา",
    "ด.ช.กล้า,ชาย,17 ส.ค. 2556,12,บุตร",
    "ด.ญ.ขวัญ,หญิง,,7,บุตร",
]


def register(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "register.csv"
    path.write_text("\n".join([header, *(f"2569,85010504,40,{row}" for row in rows)]), encoding="utf-8")
    return path


def names(table: SurveyTable) -> list[str]:
    return [str(name) for name in table.cells("given_name").to_pylist()]


def test_grown_ups_of_a_register_are_left_out_and_counted(tmp_path: Path, survey: Survey, cpms: Cpms) -> None:
    path = register(tmp_path, *HOME)
    (table,) = read(path, survey)
    assert names(table) == ["กล้า", "ขวัญ"]
    assert table.cells("child_no").to_pylist() == ["1", "2"]
    assert [(row.row, row.kind) for row in table.source.left_out] == [(2, "grown_up"), (3, "grown_up")]
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert "2 rows in = 2 stored" in ran.out
    assert "2 rows of people of 18 or older are no children" in " ".join((ran.out + ran.err).split())
    assert "grown-ups 2, 3" in ran.out + ran.err


@pytest.mark.parametrize(
    "row",
    [
        "ตั้ม,ชาย,5 มี.ค. 2520,9,บุตร",  # the birth date alone says so
        "ตั้ม,ชาย,5 มี.ค. 2560,49,บุตร",  # the age alone
        "ตั้ม,ชาย,5/3/20,,บุตร",  # a year that may be 2520 or 2020
        "ตั้ม,ชาย,1 ก.พ. 2551,,บุตร",  # 18 in the middle of the round
        "ตั้ม,ชาย,,,บุตร",
    ],
)
def test_who_may_be_a_child_stays(tmp_path: Path, survey: Survey, row: str) -> None:
    (table,) = read(register(tmp_path, *HOME, row), survey)
    assert names(table) == ["กล้า", "ขวัญ", "ตั้ม"]


def test_a_list_that_is_no_register_keeps_every_row(tmp_path: Path, survey: Survey) -> None:
    rows = [row.replace("หัวหน้าครัวเรือน", "บิดา") for row in HOME]
    (table,) = read(register(tmp_path, *rows), survey)
    assert len(table.rows) == 4


@pytest.mark.parametrize(
    ("question", "answers", "read_as"),
    [
        ("income_enough", ["พอใช้", "", "", ""], ["enough", "enough"]),
        ("phone", ["081-234-5678", "0899999999", "", ""], ["0812345678", "0812345678"]),
        ("phone", ["081-234-5678", "", "", "0866666666"], [None, "0866666666"]),
    ],
    ids=["the head's alone", "the first of two numbers", "a child's own number"],
)
def test_what_a_grown_ups_row_alone_says_of_the_family_is_its_childrens_too(
    tmp_path: Path, survey: Survey, question: str, answers: list[str], read_as: list[str | None]
) -> None:
    rows = [f"{row},{answer}" for row, answer in zip(HOME, answers, strict=True)]
    (table,) = read(register(tmp_path, *rows, header=f"{HEADER},{survey.fields[question].label.th}"), survey)
    assert names(table) == ["กล้า", "ขวัญ"]
    assert table.cells(question).to_pylist() == read_as


def test_two_answers_of_one_family_are_for_a_person_to_judge(tmp_path: Path, survey: Survey) -> None:
    answers = ["พอใช้", "ไม่พอใช้บางครั้ง", "", ""]
    rows = [f"{row},{answer}" for row, answer in zip(HOME, answers, strict=True)]
    header = f"{HEADER},{survey.fields['income_enough'].label.th}"
    (table,) = read(register(tmp_path, *rows, header=header), survey)
    assert len(table.rows) == 4


def test_a_map_does_not_ask_who_each_person_is(tmp_path: Path) -> None:
    lines = draft_map(register(tmp_path, *HOME))
    assert dict(zip(lines["header"], lines["field"], strict=True))["เกี่ยวข้องเป็น"] == ""


@pytest.mark.parametrize("relation", ["มารดา", "แม่ยาย", "ปู่", "Mother-in-law"])
def test_a_parent_of_the_head_without_an_age_is_a_grown_up(tmp_path: Path, survey: Survey, relation: str) -> None:
    (table,) = read(register(tmp_path, *HOME, f"นางคำ,หญิง,,,{relation}"), survey)
    assert names(table) == ["กล้า", "ขวัญ"]
    assert [row.row for row in table.source.left_out] == [2, 3, 6]


@pytest.mark.parametrize("relation", ["ภรรยา", "สามี", "ลูกสะใภ้", "หัวหน้าครัวเรือน", "wife"])
def test_a_spouse_or_a_head_without_an_age_is_set_aside_and_asked_about(
    tmp_path: Path, survey: Survey, cpms: Cpms, relation: str
) -> None:
    path = register(tmp_path, *HOME, f"น.ส.คำ,หญิง,,,{relation}")
    (table,) = read(path, survey)
    assert names(table) == ["กล้า", "ขวัญ", "คำ"]
    assert [(fault.check, fault.row, fault.value) for fault in table.source.faults] == [
        ("grown_up_unknown", 6, relation)
    ]
    if relation == "ภรรยา":
        out = " ".join(cpms("merge", path, "--store", tmp_path / "s.duckdb").out.split())
        assert "3 rows in = 2 stored + 0 unchanged + 1 set aside" in out


def test_a_list_that_says_who_the_carer_of_each_child_is_loses_nobody(tmp_path: Path, survey: Survey) -> None:
    rows = ["ก้อง,ชาย,,9,หัวหน้าครัวเรือน", "ดาว,หญิง,,7,มารดา", "ฟ้า,หญิง,,,มารดา", "นิด,หญิง,,8,ยาย"]
    (table,) = read(register(tmp_path, *rows), survey)
    assert names(table) == ["ก้อง", "ดาว", "ฟ้า", "นิด"]
    assert table.source.faults == ()


def test_without_any_age_of_a_grown_up_a_parent_is_asked_about(tmp_path: Path, survey: Survey) -> None:
    rows = ["นายสมพร,ชาย,,,หัวหน้าครัวเรือน", "นางคำ,หญิง,,,มารดา", "ขวัญ,หญิง,,7,บุตร"]
    (table,) = read(register(tmp_path, *rows), survey)
    assert [fault.row for fault in table.source.faults] == [2, 3]


@pytest.mark.parametrize("form", ["{number}. {word}", "({number}) {word}", "{number}-{word}"])
def test_who_somebody_is_may_have_the_number_of_the_form(tmp_path: Path, survey: Survey, form: str) -> None:
    words = {"หัวหน้าครัวเรือน": 1, "ภรรยา": 2, "บุตร": 3}
    rows = [
        ",".join([*cells, form.format(number=words[word], word=word)])
        for *cells, word in (row.split(",") for row in HOME)
    ]
    (table,) = read(register(tmp_path, *rows), survey)
    assert names(table) == ["กล้า", "ขวัญ"]
    assert [(row.row, row.kind) for row in table.source.left_out] == [(2, "grown_up"), (3, "grown_up")]


FAMILIES = """\
1,2569,85010504,40,นายสมพร,ชาย,49,หัวหน้าครัวเรือน
2,2569,85010504,,นางวันดี,หญิง,45,คู่สมรส
3,2569,85010504,,ด.ช.กล้า,ชาย,12,บุตร
4,2569,85010504,41/2,นายมา,ชาย,60,หัวหน้าครัวเรือน
5,2569,85010504,,ด.ญ.ฟ้า,หญิง,9,หลาน
6,2569,85010504,,นางยี,หญิง,70,หัวหน้าครัวเรือน
7,2569,85010504,,ด.ญ.ฝน,หญิง,8,หลาน
"""


def families(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "families.csv"
    path.write_text("ที่,รอบ,รหัสหมู่บ้าน,บ้านเลขที่,ชื่อ,เพศ,อายุ,ความสัมพันธ์กับหัวหน้าครัวเรือน\n" + text, encoding="utf-8")
    return path


def test_people_below_a_head_live_in_its_house_and_those_of_a_head_without_one_in_none(
    tmp_path: Path, survey: Survey
) -> None:
    (table,) = read(families(tmp_path, FAMILIES), survey)
    assert names(table) == ["กล้า", "ฟ้า", "นางยี", "ฝน"]  # of นางยี the row stays beside the child who has no house
    assert table.cells("household_no").to_pylist() == ["40", "41/2", None, None]
    (note,) = [note for note in table.notes if note.message_id == "house_from_head"]
    assert note.values["rows"] == "3, 4, 6"


@pytest.mark.parametrize(
    "text",
    [
        # in the order of their ages: the heads first
        "1,2569,85010504,40,นายก,ชาย,60,หัวหน้า\n2,2569,85010504,41,นายข,ชาย,50,หัวหน้า\n3,2569,85010504,,ด.ช.ค,ชาย,9,บุตร\n",
        # a number that was forgotten, where the others have theirs
        "1,2569,85010504,40,นายก,ชาย,60,หัวหน้า\n2,2569,85010504,40,ด.ช.ข,ชาย,9,บุตร\n3,2569,85010504,,ด.ช.ค,ชาย,9,บุตร\n",
        # another village in between
        "1,2569,85010504,40,นายก,ชาย,60,หัวหน้า\n2,2569,85010505,,ด.ช.ข,ชาย,9,บุตร\n3,2569,85010504,,ด.ช.ค,ชาย,9,บุตร\n",
    ],
)
def test_a_house_is_not_guessed(tmp_path: Path, survey: Survey, text: str) -> None:
    (table,) = read(families(tmp_path, text), survey)
    assert table.cells("household_no").to_pylist()[-1] is None
