"""Values as offices and their programs write them: words for no answer, signs that are not seen, numbers, dates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from cpms_cli import load_survey, read, validate
from cpms_cli.checking.validation import Validation
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

CASES = Path(__file__).parent.parent / "files" / "cases"
BLANK = None  # what is read where there is no answer


def _as_read(survey: Survey, field: str, texts: Sequence[str]) -> dict[str, str | None]:
    read_as = clean(survey, survey.fields[field], pd.Series(list(texts), dtype="str")).values
    return {text: None if pd.isna(read_a) else str(read_a) for text, read_a in zip(texts, read_as, strict=True)}


def _case(name: str, field: str) -> list[tuple[str, str | None]]:
    """Each text that stands in a case's column, and what it is read as."""
    [table] = read(CASES / f"{name}.csv", load_survey())
    column = table.columns[field]
    read_as = [None if code < 0 else column.values[int(code)].as_py() for code in column.codes]
    texts = table.source.data.column(str(column.index)).to_pylist()
    return list(zip(texts, read_as, strict=True))


def _faults(name: str, field: str) -> dict[int, str]:
    """The check that each row of a case fails in this column."""
    findings = validate([CASES / f"{name}.csv"], columns_only=True).findings
    findings = findings[findings["field"] == field]
    return dict(zip(findings["row"].astype(int), findings["check"].astype(str), strict=True))


def test_words_for_no_answer_are_no_answer() -> None:
    read_as = dict(_case("mising", "income_steady"))
    for word in (
        "ไม่ระบุ",
        "ไม่มีข้อมูล",
        "ไม่ปรากฏ",
        "ไม่ได้ระบุ",
        "NA",
        "nan",
        "NaN",
        "<NA>",
        "None",
        "NULL",
        "#N/A",
        "#NULL!",
        ".",
        ".a",
        "−",
        "ー",
        "(blank)",
        "nil",
    ):
        assert read_as[word] is BLANK, word
    assert read_as["N/A"] == read_as["n/a"] == "not_asked"


def test_numbers_for_no_answer_and_marks_of_two_meanings_are_questions() -> None:
    rows = {text: row for row, (text, _) in enumerate(_case("mising", "income_steady"), start=2)}
    faults = _faults("mising", "income_steady")
    assert {faults[rows[text]] for text in ("99", "-99", "-88", "999")} == {"number_codes"}
    assert {faults[rows[text]] for text in ("x", "X")} == {"code"}
    # What a formula left in place of a value is told, and the row can be stored.
    findings = validate([CASES / "mising.csv"], columns_only=True).findings
    assert sorted(findings[findings["check"] == "excel_error"]["value"]) == ["#REF!", "#VALUE!"]
    assert set(findings[findings["check"] == "excel_error"]["severity"]) == {"warning"}


WORDS = ("NULL", "#NULL!", "<NA>", "None", "ไม่ระบุ", "ไม่ปรากฏ", "ไม่มีข้อมูล", "-", "–", "−", "—", ".", "..", "(ว่าง)")


@pytest.mark.parametrize(
    "field",
    [
        "given_name",
        "family_name",
        "mother_name",
        "interviewer",
        "age_years",
        "birth_date",
        "interview_date",
        "consent",
        "national_id",
        "cpms_id",
        "household_no",
        "village_code",
        "child_no",
        "round",
        "members_total",
        "drugs",
    ],
)
def test_no_kind_of_field_takes_a_word_for_no_answer_for_one(survey: Survey, field: str) -> None:
    assert _as_read(survey, field, WORDS) == dict.fromkeys(WORDS)


def test_a_list_keeps_its_own_words(survey: Survey) -> None:
    assert _as_read(survey, "services_received", ["None", "none"]) == {"None": "none", "none": "none"}
    assert _as_read(survey, "id_document", ["None", "ไม่มี", "NA"]) == {"None": "none", "ไม่มี": "none", "NA": None}


def test_a_key_cannot_be_unknown(survey: Survey) -> None:
    for field in ("household_no", "village_code", "round", "child_no"):
        assert set(_as_read(survey, field, ["ไม่ทราบ", "n/a", "refused"]).values()) == {None}
    assert _as_read(survey, "age_years", ["ไม่ทราบ"]) == {"ไม่ทราบ": "unknown"}


def test_a_word_that_may_be_a_name_is_one_where_names_stand(survey: Survey) -> None:
    # A program that has no value writes NA, nan, NaN and NaT; Na, Nan, Nat and Nil are names of people.
    written = {
        "Na": "Na",
        "Nan": "Nan",
        "Nat": "Nat",
        "Nil": "Nil",
        "NA": None,
        "nan": None,
        "NaN": None,
        "NaT": None,
        "None": None,
        "NULL": None,
        "มะลิ": "มะลิ",
    }
    for field in ("given_name", "family_name", "other_name", "mother_name"):
        assert _as_read(survey, field, list(written)) == written
    # In a column written in capital letters throughout, it may be one again.
    assert _as_read(survey, "given_name", ["NA", "AUNG", "HTAY"])["NA"] == "NA"
    assert _as_read(survey, "given_name", ["nan", "aung"])["nan"] == "nan"
    assert _as_read(survey, "given_name", ["nan", "Aung"])["nan"] is None


def test_answers_that_look_the_same_are_the_same() -> None:
    assert [value for _, value in _case("sara_iddoc", "id_document")] == ["thai_id"] * 3
    seen = [value for _, value in _case("zwsp_yesno", "income_steady")]
    assert seen == ["no", "yes", "yes", "yes", "yes", "no", "yes", "yes", "no", "yes", "no", "no"]
    answers = [value for _, value in _case("tone_yesno", "income_steady")]
    assert answers[:-1] == ["no", "unknown", "unknown", "yes", "no", "yes", "yes", "no", "yes", "yes"]


def test_what_looks_like_an_answer_and_is_none_names_the_character(cpms: Cpms) -> None:
    ran = cpms("validate", CASES / "tone_yesno.csv", "--format", "json")
    [finding] = [finding for finding in ran.json["findings"] if finding["rule"] == "code_look_alike"]
    assert (finding["row"], finding["value"]) == (12, "U+0E4D THAI CHARACTER NIKHAHIT")
    assert finding["value"] in finding["message"]


def test_headers_codes_and_maps_go_the_same_way(tmp_path: Path, survey: Survey) -> None:
    path = tmp_path / "odd.csv"
    header = '="ปีที่สำรวจ",รหัสหมู่\u200bบ้าน,บ้านเลขที\u0e48\u0e48,ล\u0e4dาดับเด็ก,ชื\u2060่อ,Ｓｅｘ,สาร'
    path.write_text(f"{header}\n2569,85010501,1,1,น\u0e4d้าฝน,หญ\u00adิง,ใช\u200dไ\n", encoding="utf-8")
    [table] = read(path, survey, mapping={"ส\u200bาร": "drugs"})
    assert table.cells("sex").to_pylist() == ["female"]
    assert table.cells("given_name").to_pylist() == ["น้ำฝน"]
    assert "drugs" in table.columns


def test_identifiers_in_the_ways_of_spreadsheets() -> None:
    villages = dict(_case("vill", "village_code"))
    wrong = {"หมู่ 1", "8501051", "850105"}
    assert {text for text, value in villages.items() if value != "85010501"} == wrong
    homes = dict(_case("hhno", "household_no"))
    assert [homes[text] for text in ('="1"', "1.0", "1 ", "๑", "01", "1/1")] == ["1", "1", "1", "1", "01", "1/1"]
    ids = dict(_case("natid", "national_id"))
    right = [
        "1-9999-00000-15-3",
        "1 9999 00000 15 3",
        "๑๙๙๙๙๐๐๐๐๐๑๕๓",
        "1999900000153.0",
        '="1999900000153"',
        "'1999900000153",
        "1999900000153 ",
    ]
    assert {ids[text] for text in right} == {"1999900000153"}


def test_what_is_no_number_of_anybody_says_why() -> None:
    rows = {text: row for row, (text, _) in enumerate(_case("natid", "national_id"), start=2)}
    faults = _faults("natid", "national_id")
    checks = {text: faults.get(row) for text, row in rows.items()}
    assert {checks[text] for text in ("ไม่มี", "ไม่มีบัตร", "รอพิสูจน์")} == {"national_id_words"}
    assert {checks[text] for text in ("0", "0000000000000", "1111111111111")} == {"national_id_placeholder"}
    assert (checks["1.99990000E+12"], checks["G0000001"], checks["-"]) == ("number_shortened", "national_id_form", None)


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("drugs", {"1.0": "yes", "0.0": "no", "1.00": "yes", "1e0": "yes", "1.": "yes", "+1": "yes", "01": "yes"}),
        ("child_no", {"1.0": "1", "1e0": "1", "01": "1", "๑.๐": "1", '="1"': "1", "１": "1"}),
        ("age_years", {"7.0": "7", "7.00 ปี": "7", "−1": "-1", "٧": "7"}),
        ("household_no", {"12.0": "12", "1.2E+01": "12", "007": "007", "12E3": "12E3", "12.5": "12.5"}),
        ("village_code", {"8.5010501E+07": "85010501", "85,010,501": "85010501", "8501–05–01": "85010501"}),
        ("national_id", {"1.101700203451E+12": "1101700203451", "1.10170e12": "1.10170E12"}),
        ("birth_date", {"5–1–2560": "2017-01-05", '="5/1/2560"': "2017-01-05", "'2560-01-05": "2017-01-05"}),
        ("interviewer", {"12.0": "12", "V012": "V012"}),
    ],
)
def test_numbers_that_programs_write_are_what_was_meant(survey: Survey, field: str, written: Mapping[str, str]) -> None:
    assert _as_read(survey, field, list(written)) == dict(written)


def test_a_sheet_of_one_and_nought_point_nought_has_no_question(tmp_path: Path) -> None:
    path = tmp_path / "floats.csv"
    path.write_text(
        "round,village_code,household_no,child_no,drugs,alcohol\n2569.0,85010501.0,1.0,1.0,1.0,0.0\n"
        "2569.0,85010501.0,1.0,2.0,0.0,1.0\n",
        encoding="utf-8",
    )
    validation: Validation = validate([path], columns_only=True)
    assert validation.findings.empty
    [table] = validation.tables
    assert table.cells("drugs").to_pylist() == ["yes", "no"]


@pytest.mark.parametrize("name", ["split_10", "split_tf", "split_float"])
def test_a_split_question_is_read_however_its_columns_say_yes(name: str) -> None:
    [table] = read(CASES / f"{name}.csv", load_survey())
    assert table.cells("services_received").to_pylist() == ["home_visit", "none"]


def test_each_row_of_a_split_question_may_be_written_in_a_way_of_its_own() -> None:
    [table] = read(CASES / "split_flags.csv", load_survey())
    assert table.cells("services_received").to_pylist() == [
        "home_visit",
        "not_asked",
        "home_visit",
        "home_visit",
        "home_visit",
        "none",
        *["home_visit"] * 3,
    ]


@pytest.mark.parametrize(
    ("flags", "read_as", "fault"),
    [
        (["✓", "", ""], "home_visit", None),
        (["1", "x", "0"], "home_visit;cash", None),
        (["✓", "x", ""], "home_visit;cash=x", "code"),
        (["1", "2", "0"], "home_visit;cash=2", "code"),
        (["1", "maybe", "0"], "home_visit;cash=maybe", "code"),
        (["0", "0", "0"], None, None),
        (["ไม่ทราบ", "ไม่ทราบ", "ไม่ทราบ"], "unknown", None),
        (["nan", "nan", "nan"], None, None),
        (["1.0", "n/a", ""], "home_visit", None),
        (["ใช่", "ไม่ใช่", "ไม่ใช่"], "home_visit", None),
    ],
)
def test_what_a_split_column_says_is_read_or_told(
    tmp_path: Path, flags: Sequence[str], read_as: str | None, fault: str | None
) -> None:
    path = tmp_path / "split.csv"
    names = ",".join(f"services_received/{answer}" for answer in ("home_visit", "cash", "none"))
    lines = f"round,village_code,household_no,child_no,{names}", f"2569,85010501,1,1,{','.join(flags)}"
    path.write_text("\n".join(lines), encoding="utf-8")
    validation = validate([path], columns_only=True)
    assert validation.tables[0].cells("services_received").to_pylist() == [read_as]
    assert list(validation.findings["check"].astype(str)) == ([fault] if fault else [])


def test_a_change_that_nobody_can_see_is_shown_by_its_character(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "unseen.csv"
    path.write_text(
        'round,village_code,household_no,child_no,given_name,drugs\n2569,="85010501",1,1,น\u0e4d้าฝน,ใช\u200b่\n',
        encoding="utf-8",
    )
    out = " ".join(cpms("validate", path, "--show-changes", "--identified").out.split())
    assert '="85010501" → 85010501' in out
    assert "U+0E4D" in out and "น\u0e4d้าฝน →" not in out
    assert not re.search("[\u200b]น้ำฝน", out)


@pytest.mark.parametrize(
    ("field", "read_as"),
    [
        ("age_years", {"12,5": "12", "7,0": "7", "3,11 ปี": "3", "9": "9"}),
        ("work_hours_week", {"12,0": "12", "7,00": "7", "12,5": "12,5"}),
        ("latitude", {"9,9658": "9.9658", "9,966": "9.966"}),
    ],
)
def test_a_comma_is_a_point_where_only_that_can_be_meant(survey: Survey, field: str, read_as: dict[str, str]) -> None:
    assert _as_read(survey, field, list(read_as)) == read_as
