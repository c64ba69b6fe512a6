"""Both names in one column, with or without a title: both are meant, and neither is taken for the other."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from cpms_cli import read
from cpms_cli.checking.drafting.header_map import draft_map
from cpms_cli.reading.value.personal_names import split_family_name, without_title
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

TITLED = ("ด.ช.สมชาย ใจดี", "ด.ญ. มะลิ แสงทอง", "เด็กชายกล้า ทองมา", "เด็กหญิงขวัญ ณ ระนอง")
SOME = ("ด.ช.สมชาย ใจดี", "เด็กหญิงมะลิ", "", "น.ส.ขวัญ แสงทอง", "ด.ญ.ฟ้า")
BURMESE = ("Aung Ko Oo", "Su Su Hlaing", "Kyaw Zaw", "Ma Aye Mya")


def listed(tmp_path: Path, header: str, cells: Sequence[str], beside: Sequence[str] = ()) -> Path:
    """A list with these names under the header, and other people's names under others."""
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(["รอบ", "รหัสหมู่บ้าน", "บ้านเลขที่", header, *beside, "อายุ"])
        lines.writerows(
            ["2569", "85010101", row, cell, *("นางสมใจ ศรีสุข" for _ in beside), 9] for row, cell in enumerate(cells, 1)
        )
    return path


def fields_of(path: Path, header: str) -> list[str]:
    lines = draft_map(path)
    return sorted(lines.loc[lines["header"] == header, "field"])


@pytest.mark.parametrize(
    "header",
    [
        "คำนำหน้า ชื่อ-สกุล",
        "คำนำหน้าชื่อ-สกุล",
        "คำนำหน้า/ชื่อ-นามสกุล",
        "ยศ ชื่อ สกุล",
        "ชื่อ-สกุล (พร้อมคำนำหน้า)",
        "Full name (with title)",
    ],
)
def test_a_title_and_the_surname_in_a_header_are_both_names(tmp_path: Path, header: str) -> None:
    both = ["family_name", "given_name"]
    assert fields_of(listed(tmp_path, header, TITLED), header) == both
    asked = [f"?{name}" for name in both]
    assert fields_of(listed(tmp_path, header, SOME), header) == asked
    assert fields_of(listed(tmp_path, header, BURMESE), header) == asked, "by their custom there is no family name"


def test_such_a_column_of_the_mother_is_hers_and_of_the_father_nobodys(tmp_path: Path) -> None:
    path = listed(tmp_path, "คำนำหน้าชื่อ-สกุล", TITLED, ["คำนำหน้าชื่อ-สกุล บิดา", "คำนำหน้าชื่อ-สกุล มารดา"])
    assert fields_of(path, "คำนำหน้าชื่อ-สกุล บิดา") == [""]
    assert fields_of(path, "คำนำหน้าชื่อ-สกุล มารดา") == ["mother_name"]


@pytest.mark.parametrize("cells", [TITLED, ("สมชาย ใจดี", "มะลิ แสงทอง"), ("ด.ช.สมชาย", "ด.ญ.มะลิ")])
def test_whole_names_are_never_surely_a_surname(tmp_path: Path, cells: Sequence[str]) -> None:
    header = "Surname of child"
    assert "?family_name" in fields_of(listed(tmp_path, header, cells), header)


@pytest.mark.parametrize(
    ("header", "known"), [("ชื่อนักเรียน", "given_name"), ("ชื่อ", "given_name"), ("นามสกุล", "family_name")]
)
def test_whole_names_under_the_header_of_one_name_are_asked_about(
    tmp_path: Path, survey: Survey, header: str, known: str
) -> None:
    (other,) = {"given_name", "family_name"} - {known}
    path = listed(tmp_path, header, SOME)
    assert fields_of(path, header) == sorted([known, f"?{other}"])
    if header != "ชื่อนักเรียน":
        (table,) = read(path, survey)
        assert [note.values["column"] for note in table.notes if note.message_id.endswith("name_whole")] == [header]


def test_one_surname_of_several_words_is_no_whole_name(tmp_path: Path) -> None:
    assert fields_of(listed(tmp_path, "นามสกุล", ["ณ ระนอง", "แซ่ ตั้ง", "ใจดี"]), "นามสกุล") == ["family_name"]


@pytest.mark.parametrize(
    ("written", "given", "family"),
    [
        ("ด.ช. สมชาย", "สมชาย", ""),
        ("เด็กหญิง มะลิ", "มะลิ", ""),
        ("ด. ญ. ฟ้า แซ่ ตั้ง", "ฟ้า", "แซ่ ตั้ง"),
        ("ทองดี,ด. ช.ก้อง", "ก้อง", "ทองดี"),
    ],
)
def test_a_title_that_stands_apart_is_no_given_name(survey: Survey, written: str, given: str, family: str) -> None:
    first, last = split_family_name(survey, written)
    assert (without_title(survey, first), last) == (given, family)


def test_what_is_sure_is_read_as_it_is_with_the_sex_of_the_title(cpms: Cpms, survey: Survey, tmp_path: Path) -> None:
    path, chosen = listed(tmp_path, "คำนำหน้าชื่อ-สกุล", TITLED), tmp_path / "map.xlsx"
    assert cpms("map", path, "-o", chosen).code == 0
    (table,) = read(path, survey, mapping=chosen)
    assert table.cells("given_name").to_pylist() == ["สมชาย", "มะลิ", "กล้า", "ขวัญ"]
    assert table.cells("family_name").to_pylist() == ["ใจดี", "แสงทอง", "ทองมา", "ณ ระนอง"]
    assert table.cells("sex").to_pylist() == ["male", "female", "male", "female"]


@pytest.mark.parametrize("header", ["အမည် / Father's name", "ชื่อ (Guardian)"])
def test_a_header_in_two_languages_that_names_another_in_one_is_no_childs(tmp_path: Path, header: str) -> None:
    assert fields_of(listed(tmp_path, header, TITLED), header) == [""]


def test_who_is_related_to_the_child_is_asked_where_nobody_is_named(tmp_path: Path) -> None:
    path = listed(tmp_path, "ความเกี่ยวข้องกับเด็ก", ["มารดา", "บิดา", "มารดา"])
    assert fields_of(path, "ความเกี่ยวข้องกับเด็ก") == ["?respondent_relation"]
