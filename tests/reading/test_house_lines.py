"""Lines between the rows that head a family are the house of the rows below them, and never of others."""

from __future__ import annotations

from pathlib import Path

from cpms_cli import read
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

TITLE = "รายชื่อเด็ก หมู่ที่ 6 ตำบลปากน้ำ อำเภอเมืองระนอง ปี 2569"


def houses(tmp_path: Path, survey: Survey, *lines: str, header: str = "ลำดับ,ชื่อ,เพศ,อายุ") -> list[str | None]:
    path = tmp_path / "families.csv"
    path.write_text("\n".join([TITLE, header, *lines]), encoding="utf-8")
    numbers: list[str | None] = read(path, survey)[0].cells("household_no").to_pylist()
    return numbers


def test_a_line_heads_the_rows_below_it(tmp_path: Path, survey: Survey) -> None:
    lines = [
        "ครอบครัวที่ 1 บ้านเลขที่ 111 นายสมชาย ใจกว้าง",
        "1,หมอก,ชาย,6",
        "2,เมฆ,หญิง,9",
        "บ้านเลขที่ ๑๑๒ / ๔",
        "1,ดาว,หญิง,12",
        "House no. 7",
        "1,Aung,ชาย,3",
    ]
    assert houses(tmp_path, survey, *lines) == ["111", "111", "112/4", "7"]


def test_where_the_house_is_not_sure_the_rows_have_none(tmp_path: Path, survey: Survey) -> None:
    lines = [
        "1,ก่อน,ชาย,6",
        "บ้านเลขที่ 111",
        "1,หมอก,ชาย,6",
        "หมู่ที่ 3 บ้านทุ่งหงาว",
        "1,ดาว,หญิง,12",
        "บ้านเลขที่ 9 ย้ายออกแล้ว",
        "2,เมฆ,หญิง,9",
        "บ้านเลขที่ 10 และ 11",
        "1,ฝน,หญิง,8",
    ]
    assert houses(tmp_path, survey, *lines) == [None, "111", None, None, None]


def test_a_column_for_the_house_goes_before_such_lines(tmp_path: Path, survey: Survey) -> None:
    lines = ["บ้านเลขที่ 111", "5,หมอก,ชาย,6"]
    assert houses(tmp_path, survey, *lines, header="บ้านเลขที่,ชื่อ,เพศ,อายุ") == ["5"]


def test_it_is_told_and_stored(tmp_path: Path, cpms: Cpms) -> None:
    path = tmp_path / "families.csv"
    path.write_text("\n".join([TITLE, "ลำดับ,ชื่อ,เพศ,อายุ", "บ้านเลขที่ 111", "1,หมอก,ชาย,6"]), encoding="utf-8")
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert "1 row in = 1 stored" in ran.out
    assert "name it for the rows below them: 111 (3)" in " ".join((ran.out + ran.err).split())
