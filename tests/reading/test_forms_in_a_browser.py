"""Answers to forms in a browser: what the program notes of whoever sent one is no answer, and its time is the day."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli.checking.drafting.header_map import draft_map
from cpms_cli.reading.value.date_forms import read_form
from tests.conftest import Cpms

MICROSOFT = "ID,Start time,Completion time,Email,Name,House number,Child's first name,Child's surname,Sex,Age\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "form.csv"
    path.write_text(text, encoding="utf-8")
    return path


def drafted(path: Path) -> dict[str, str]:
    lines = draft_map(path)
    return dict(zip(lines["header"], lines["field"], strict=True))


def test_whoever_sent_a_form_is_no_child(tmp_path: Path) -> None:
    sent = "1,2026-03-12 9:00:01,2026-03-12 9:10:00,a@b.c,Somchai Worker,71,Aung,Min,Male,9\n"
    lines = drafted(written(tmp_path, MICROSOFT + sent))
    assert (lines["ID"], lines["Start time"], lines["Email"], lines["Name"]) == ("", "", "", "")
    assert lines["Completion time"] == "?interview_date"
    assert lines["Child's first name"] == "given_name"
    assert lines["Child's surname"] == "family_name", "a surname is not the name with letters too many"


def test_a_question_called_name_is_one_where_no_program_put_it(tmp_path: Path) -> None:
    assert drafted(written(tmp_path, "ID,Name,Sex,Age\n1,Aung,Male,9\n"))["Name"] == "given_name"
    later = MICROSOFT.replace("Email,Name", "Email,Name,Moo").replace("Child's first name", "Name")
    assert drafted(written(tmp_path, later + "1,9:00,9:10,a,b,2,71,Aung,Min,Male,9\n"))["Moo"] == ""


def test_a_map_may_say_that_such_a_column_is_a_question(tmp_path: Path, cpms: Cpms) -> None:
    path = written(tmp_path, "ประทับเวลา,บ้านเลขที่,ชื่อ,เพศ,อายุ\n" + '"12/3/2026, 10:04:31",61,ชมพู่,หญิง,8\n')
    chosen = tmp_path / "map.csv"
    assert cpms("map", path, "-o", chosen).code == 0
    assert "ประทับเวลา,?interview_date" in chosen.read_text(encoding="utf-8-sig")
    chosen.write_text(chosen.read_text(encoding="utf-8-sig").replace("?interview", "interview"), encoding="utf-8")
    store = tmp_path / "s.duckdb"
    ran = cpms("merge", path, "--map", chosen, "--round", "2569", "--village", "85010501", "--store", store)
    assert "1 row in = 1 stored" in ran.out


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("12/3/2026, 10:04:31", 0),
        ("2026/03/12 9:04:31 am GMT+7", 0),
        ("2026/03/12 11:04 PM UTC+7", 0),
        ("2026/03/12 9:04:31 ก่อนเที่ยง GMT+7", 0),
        ("2026/03/12 11:04:31 หลังเที่ยง GMT+7", 0),
        ("2026/03/12 11:04:31 หลังเที่ยง GMT+0", 1),
        ("2026/03/12 9:04 p.m.", 0),
        ("12/3/2569 เวลา 9.30 น.", 0),
        ("2026/03/12 11:04 PM GMT+0", 1),
        ("2026/03/12 6:30 AM GMT-5", 0),
    ],
)
def test_a_moment_is_its_day_in_thailand(text: str, later: int) -> None:
    read = read_form(text)
    assert read is not None and {read.day, read.month} == {12, 3}
    assert read.shift == later
