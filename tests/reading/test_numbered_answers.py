"""Answers with the number of the form before their words: the words count, where the number agrees with them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cpms_cli import read
from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.checking.drafting.map_sheets import map_workbook
from cpms_cli.checking.proposing.answer_proposals import propose_answer
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.proposals.unsure_words import is_unsure, perhaps_means


@pytest.mark.parametrize(
    ("field", "read_as"),
    [
        ("sex", {"1. ชาย": "male", "2. หญิง": "female", "9. ไม่ทราบ": "unknown"}),
        ("sex", {"(1) ชาย": "male", "(๒) หญิง": "female", "หญิง": "female"}),
        ("sex", {"1 = Male": "male", "2 = Female": "female"}),
        ("chronic_illness", {"1-มี": "yes", "2-ไม่มี": "no"}),
        ("school_level", {"1. ป.1": "primary", "2. ป.2": "primary", "7) ม.1": "lower_secondary"}),
        ("health_insurance", {"1: บัตรทอง": "universal", "3) ไม่มี": "none"}),
    ],
)
def test_a_number_that_agrees_says_nothing(survey: Survey, field: str, read_as: dict[str, str]) -> None:
    cleaned = clean(survey, survey.fields[field], pd.Series(list(read_as), dtype="str"))
    assert dict(zip(read_as, cleaned.values, strict=True)) == read_as
    assert cleaned.questions.isna().all()


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        ("sex", ["1. ชาย", "1. หญิง"]),  # one number before two answers
        ("sex", ["1. ชาย", "2. ชาย"]),  # one answer behind two
        ("mother_alive", ["1. ไม่ใช่"]),  # 1 is a yes by itself
        ("in_school", ["1. เรียน"]),  # the words are no answer of the list
        ("sex", ["3 ชาย"]),  # nothing parts the number from the word
    ],
)
def test_what_does_not_agree_is_not_read(survey: Survey, field: str, texts: list[str]) -> None:
    cleaned = clean(survey, survey.fields[field], pd.Series(texts, dtype="str"))
    assert list(cleaned.values) == texts


def test_what_is_not_read_is_proposed_by_its_words_and_asked(survey: Survey) -> None:
    proposals = {text: propose_answer(survey, survey.fields["in_school"], text) for text in ("1. เรียน", "2. ไม่เรียน")}
    assert {text: (known.code, known.sure) for text, known in proposals.items() if known} == {
        "1. เรียน": ("formal", False),
        "2. ไม่เรียน": ("none", False),
    }


def test_under_the_opposite_header_numbered_words_are_asked_too(survey: Survey) -> None:
    alive, header = survey.fields["father_alive"], "พ่อเสียชีวิต"
    assert is_unsure(survey, alive, header, "1. ใช่")
    assert perhaps_means(survey, alive, header, "1. ใช่") == "no"
    assert not is_unsure(survey, alive, "พ่อยังมีชีวิตอยู่", "1. ใช่")


def test_numbered_answers_need_no_line_of_a_map(survey: Survey, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = [f"2569,85010101,{home},ก้อง,9,{word}" for home, word in enumerate(["1. ชาย", "2. หญิง", "3. อื่น"], 1)]
    path.write_text("\n".join(["รอบ,รหัสหมู่บ้าน,บ้านเลขที่,ชื่อ,อายุ,เพศ", *rows]), encoding="utf-8")
    assert draft([path], survey).answers["answer"].tolist() == ["3. อื่น"]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("1. เยี่ยมบ้าน / 3. ที่พักพิง", "home_visit;shelter"),
        ("1. เยี่ยมบ้าน, 2. ให้คำปรึกษา", "home_visit;counselling"),
        ("1. เยี่ยมบ้าน 3. ที่พักพิง", "home_visit;shelter"),
        ("(๑) เยี่ยมบ้าน; (๓) ที่พักพิง", "home_visit;shelter"),
        ("1) home_visit\n2) counselling", "home_visit;counselling"),
        ("0. ไม่ได้รับบริการ", "none"),
    ],
)
def test_of_several_answers_in_a_cell_each_may_have_its_number(survey: Survey, text: str, read_as: str) -> None:
    cleaned = clean(survey, survey.fields["services_received"], pd.Series([text], dtype="str"))
    assert cleaned.values.tolist() == [read_as]


@pytest.mark.parametrize(
    "texts",
    [
        ["1. เยี่ยมบ้าน / 2. ที่พักพิง", "1. ที่พักพิง"],  # one number before two answers, in two cells
        ["1. เยี่ยมบ้าน / 2. ทุนการศึกษา"],  # one of them is no answer of the list
        ["1,3"],  # nobody says what the numbers are
    ],
)
def test_several_answers_that_do_not_agree_are_not_read(survey: Survey, texts: list[str]) -> None:
    cleaned = clean(survey, survey.fields["services_received"], pd.Series(texts, dtype="str"))
    assert cleaned.values[0] == texts[0]


def test_a_map_asks_for_each_answer_of_several_once_and_reads_them(survey: Survey, tmp_path: Path) -> None:
    path, cells = tmp_path / "list.csv", ["เยี่ยมบ้าน / ทุน", "ทุน / รถเข็น", "เยี่ยมบ้าน", "1. เยี่ยมบ้าน / 2. รถเข็น"]
    rows = [f"2569,85010101,{home},ก้อง,9,{cell}" for home, cell in enumerate(cells, 1)]
    path.write_text("\n".join(["รอบ,รหัสหมู่บ้าน,บ้านเลขที่,ชื่อ,อายุ,บริการที่ได้รับ", *rows]), encoding="utf-8")
    drafted = draft([path], survey)
    counts = dict(zip(drafted.answers["answer"], drafted.answers["count"], strict=True))
    assert counts == {"ทุน": 2, "รถเข็น": 1, "2. รถเข็น": 1}
    means = drafted.answers["answer"].map({"ทุน": "cash", "รถเข็น": "medical", "2. รถเข็น": "medical"})
    chart = tmp_path / "map.xlsx"
    chart.write_bytes(map_workbook(survey, drafted.headers, drafted.answers.assign(means=means), "th"))
    (table,) = read(path, survey, mapping=chart)
    assert table.cells("services_received").to_pylist() == [
        "home_visit;cash",
        "medical;cash",
        "home_visit",
        "home_visit;medical",
    ]
