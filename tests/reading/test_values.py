"""What an officer writes in a cell, and what it is read as: answers, ages, names with titles, identifiers, years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import load_survey, merge, read, validate
from cpms_cli.reading.sheet.sheets import understand
from cpms_cli.reading.tables import read_sources, survey_table
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.model.definition import Survey, folded
from tests.conftest import Cpms, Draw

Rows = Callable[..., Path]


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """Writes a survey file of the row's key and these answers alone: one mapping for each child."""

    def write(*cells: Mapping[str, str]) -> Path:
        key = {"round": "2569", "village_code": "85010101", "household_no": "1"}
        path = tmp_path / "survey.csv"
        lines = [{**key, "child_no": str(number), **cell} for number, cell in enumerate(cells, start=1)]
        pd.DataFrame(lines).to_csv(path, index=False, encoding="utf-8")
        return path

    return write


def _values(path: Path, field: str) -> list[str | None]:
    [table] = read(path, load_survey())
    return [None if cell is None else str(cell) for cell in table.cells(field).to_pylist()]


def _column(rows: Rows, field: str, written: Iterable[str]) -> list[str | None]:
    return _values(rows(*({field: answer} for answer in written)), field)


def _faults(path: Path) -> list[tuple[str, str, int]]:
    """Check, field and row of what is wrong with the cells by themselves."""
    findings = validate([path], columns_only=True).findings
    return sorted(
        (str(check), str(field), int(row))
        for check, field, row in findings[["check", "field", "row"]].itertuples(index=False, name=None)
    )


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("yes", ["ใช่", "Yes", "YES ", "y", "ไช่", "มี", "เคย", "✓", "/", "ใช่ครับ", "true", "1"]),
        ("no", ["ไม่ใช่", "No", "n", "ไม่ไช่", "ไม่มี", "ไม่เคย", "✗", "ไม่ใช่ค่ะ", "false", "0"]),
        ("unknown", ["ไม่ทราบ", "ไม่รู้", "dk", "?", "Don't know", "Don’t know"]),
        ("refused", ["ไม่ประสงค์ตอบ", "refused to answer", "ไม่ขอตอบ"]),
    ],
)
def test_yes_and_no_in_many_spellings(rows: Rows, code: str, spellings: Sequence[str]) -> None:
    assert _column(rows, "violence_physical", spellings) == [code] * len(spellings)


def test_an_answer_says_the_same_among_many_that_say_nothing(rows: Rows) -> None:
    strange = [f"?{number}" for number in range(300)]  # so many that the column is read as a whole
    faults_by_text = {
        "yes": "yes",
        " YES\u00a0": "yes",
        "ใช่ครับ": "yes",
        "๐": "no",
        "'1": "yes",
        "n/a": "not_asked",
        "-": None,
        "Blank": None,
        "'อาจจะ": "'อาจจะ",
        " Don't  know ": "unknown",
        "Maybe ": "Maybe",
    }
    assert _column(rows, "violence_physical", [*faults_by_text, *strange]) == [*faults_by_text.values(), *strange]


def test_a_mark_of_two_meanings_is_no_answer(rows: Rows) -> None:
    # On Thai forms an x is a cross in the box that is meant, and beside ticks it is the sign for no.
    marks = ["x", "X", "×", "ใช่/ไม่ใช่", "บางที", "มั้ง"]
    faults = _faults(rows(*({"violence_physical": mark} for mark in marks)))
    assert faults == [("code", "violence_physical", row) for row in range(2, 8)]


@pytest.mark.parametrize(
    ("mark", "value"),
    [("ü", "yes"), ("Ü", "yes"), ("u\u0308", "yes"), ("þ", "yes"), ("û", "û"), ("u", "u"), ("ýü", "ýü")],
)
def test_a_tick_of_the_font_wingdings_is_a_tick_where_its_font_is_lost(survey: Survey, mark: str, value: str) -> None:
    cleaned = clean(survey, survey.fields["violence_physical"], pd.Series([mark], dtype="str"))
    assert cleaned.values.tolist() == [value]


def test_no_spelling_means_two_things(survey: Survey) -> None:
    reasons = survey.codelists["missing"].by_spelling
    for name, codes in survey.codelists.items():
        seen: dict[str, str] = {}
        for entry in codes.codes:
            for spelling in map(folded, (entry.code, *entry.spellings)):
                assert seen.setdefault(spelling, entry.code) == entry.code, (name, spelling)
                if spelling in reasons and reasons[spelling] in codes.by_code:
                    assert reasons[spelling] == entry.code, (name, spelling)


def test_one_and_two_for_yes_and_no_are_asked_about(cpms: Cpms, rows: Rows) -> None:
    path = rows(*({"chronic_illness": value} for value in ("1", "2", "๒", "1", "ไม่ทราบ")))
    assert _faults(path) == [("number_codes", "chronic_illness", row) for row in (2, 3, 4, 5)]
    message = next(
        finding
        for finding in cpms("validate", path, "--format", "json").json["findings"]
        if finding["rule"] == "number_codes"
    )
    assert message["severity"] == "error"
    assert "nothing says which number means what" in message["message"]
    assert "Yes, No" in message["mend"]


def test_one_and_nought_need_no_question(rows: Rows) -> None:
    assert _faults(rows({"chronic_illness": "1"}, {"chronic_illness": "0"})) == []
    assert _faults(rows({"chronic_illness": "1"}, {"chronic_illness": ""})) == []
    assert _faults(rows(*({"chronic_illness": digit} for digit in "102"))) == [("code", "chronic_illness", 4)]


AGES = (
    ("3", "3"),
    ("๓", "3"),
    ("3.0", "3"),
    ("3 ปี", "3"),
    ("3 ปี 2 เดือน", "3"),
    ("3ปี11เดือน", "3"),
    ("๕ ขวบ", "5"),
    ("5ขวบ", "5"),
    ("ห้าขวบ", "5"),
    ("สิบสองปี", "12"),
    ("8 เดือน", "0"),
    ("18 เดือน", "1"),
    ("แรกเกิด", "0"),
    ("10 วัน", "0"),
    ("ไม่ถึง 1 ปี", "0"),
    ("3 years", "3"),
    ("2y 6m", "2"),
    ("3 years old", "3"),
    ("3.5 ปี", "3"),
    ("3 ปีครึ่ง", "3"),
    ("อายุ 7 ปี", "7"),
    ("11 months", "0"),
    ("60 สัปดาห์", "1"),
    ("400 วัน", "1"),
)


def test_ages_in_words_are_completed_years(rows: Rows) -> None:
    read_as = _column(rows, "age_years", (written for written, _ in AGES))
    assert list(zip((written for written, _ in AGES), read_as, strict=True)) == list(AGES)


def test_what_tells_no_age_is_said(rows: Rows) -> None:
    written = ["11/12", "5-6", "5 2", "เด็ก", "3 ปี 2560", "5 m"]
    faults = _faults(rows(*({"age_years": age} for age in written)))
    assert faults == [("integer", "age_years", row) for row in range(2, 8)]


NAMES = (
    ("ด.ช. สมชาย", "สมชาย"),
    ("ด.ช.สมชาย", "สมชาย"),
    ("เด็กหญิงมาลี", "มาลี"),
    ("เด็กหญิง  มาลี", "มาลี"),
    ("นางสาวมาลี", "มาลี"),
    ("นายสมชาย", "สมชาย"),
    ("Mg Aung Aung", "Aung Aung"),
    ("Ma Thida", "Thida"),
    ("master John", "John"),
    ("Miss May", "May"),
    ("Ma Ma", "Ma Ma"),
    ("Ma Ma Aye", "Ma Aye"),
    ("ด.ช. สมชาย ใจดี", "สมชาย ใจดี"),
)


def test_a_title_is_taken_off_the_name(rows: Rows) -> None:
    path = rows(*({"given_name": written, "family_name": ""} for written, _ in NAMES))
    read_as = _values(path, "given_name")
    assert list(zip((written for written, _ in NAMES), read_as, strict=True)) == list(NAMES)
    assert set(_values(path, "family_name")) == {None}


def test_a_name_that_looks_like_a_title_stays(rows: Rows) -> None:
    names = [
        "ด.ช.",
        "เด็กหญิง",
        "มา",
        "มาลี",
        "นายิกา",
        "นางฟ้า",
        "นางนวล",
        "Maya",
        "Ko",
        "Umar",
        "Kolya",
        "Mrsay",
        "'Aung",
        "Nan",
        "Na",
    ]
    assert _column(rows, "given_name", names) == names


def test_a_title_is_held_against_the_sex(cpms: Cpms, rows: Rows) -> None:
    path = rows(
        {"given_name": "ด.ญ. มาลี", "sex": "ชาย"},
        {"given_name": "ด.ญ. มาลี", "sex": "หญิง"},
        {"given_name": "Mg Aung", "sex": ""},
        {"given_name": "มาลี", "sex": ""},
        {"given_name": "ด.ช.", "sex": "หญิง"},
        {"given_name": "Mg Aung", "sex": "ไม่ทราบ"},
    )
    findings = [
        finding for finding in cpms("validate", path, "--format", "json").json["findings"] if finding["column"] == "sex"
    ]
    assert [
        (entry["rule"], entry["severity"], entry["row"], entry["column"], entry["value"]) for entry in findings
    ] == [
        ("title_against_sex", "warning", 2, "sex", "ด.ญ."),
    ]
    # Row 6 has a title that is all there is of a name; of row 7 somebody says that the sex is not known.
    assert _values(path, "sex") == ["male", "female", "male", None, "female", "unknown"]


def test_the_sex_is_taken_from_titles_where_no_cell_says_it(rows: Rows, cpms: Cpms, tmp_path: Path) -> None:
    names = ["เด็กชายสมชาย", "ด.ญ. มาลี", "นางสาวดาว", "Master Aung", "สมใจ"]
    path = rows(*({"given_name": name, "sex": "-" if name == "ด.ญ. มาลี" else ""} for name in names))
    assert _values(path, "sex") == ["male", "female", "female", "male", None]
    lacking = tmp_path / "lacking.csv"
    lacking.write_text(pd.read_csv(path, dtype="str").drop(columns="sex").to_csv(index=False), "utf-8")
    assert _values(lacking, "sex") == ["male", "female", "female", "male", None]
    notes = cpms("validate", lacking, "--format", "json").json["notes"]
    assert [note["message"] for note in notes if note["id"] == "sex_from_titles"] == [
        "lacking.csv: 4 rows do not say the sex; it was taken from the title before the name, in 'given_name' "
        "(rows 2, 3, 4, 5)"
    ]


def test_titles_in_a_column_of_their_own_are_read(rows: Rows, cpms: Cpms) -> None:
    path = rows(
        {"คำนำหน้า": "เด็กชาย", "sex": ""},
        {"คำนำหน้า": "ด.ญ.", "sex": "ชาย"},
        {"คำนำหน้า": "", "given_name": "ด.ญ. มาลี", "sex": ""},
        {"คำนำหน้า": "นาย", "sex": "ไม่ทราบ"},
    )
    assert _values(path, "sex") == ["male", "male", "female", "unknown"]
    document = cpms("validate", path, "--format", "json").json
    of_sex = [finding for finding in document["findings"] if finding["column"] == "sex"]
    assert [(finding["rule"], finding["row"], finding["value"]) for finding in of_sex] == [
        ("title_against_sex", 3, "ด.ญ.")
    ]
    assert document["columns_not_read"] == []


IDENTIFIERS = {
    "national_id": {
        "1-9999-00000-01-3": "1999900000013",
        "1 9999 00000 01 3": "1999900000013",
        "๑๙๙๙๙๐๐๐๐๐๐๑๓": "1999900000013",
        "1999900000013.0": "1999900000013",
        "'0999900000015": "0999900000015",
    },
    "village_code": {"85-01-01-01": "85010101", "๘๕๐๑๐๑๐๑": "85010101", "85010101.0": "85010101"},
    "household_no": {"12.0": "12", "๑๒/๓": "12/3", "007": "007"},
    "other_name": {"'เล็ก": "'เล็ก", "เล็ก.0": "เล็ก.0"},
}


@pytest.mark.parametrize("field", IDENTIFIERS)
def test_identifiers_are_their_digits(rows: Rows, field: str) -> None:
    words = IDENTIFIERS[field]
    assert dict(zip(words, _column(rows, field, words), strict=True)) == words


def test_a_lost_zero_is_proposed_and_not_filled_in(rows: Rows) -> None:
    path = rows({"national_id": "999900000015", "nationality": "stateless"})
    assert _faults(path) == [("national_id_zero_lost", "national_id", 2)]
    assert _values(path, "national_id") == ["999900000015"]
    # 12 digits that no 0 makes right are simply too few.
    assert _faults(rows({"national_id": "999900000014"})) == [("national_id_form", "national_id", 2)]


def test_a_number_that_excel_shortened_is_a_fault(rows: Rows) -> None:
    assert _faults(rows({"national_id": "1.10199E+12"})) == [("number_shortened", "national_id", 2)]


def test_years_of_either_era(rows: Rows) -> None:
    written = ["2569", "๒๕๖๙", "พ.ศ. 2569", "ปี 2569", "2026", "69", "2569.0", "၂၀၂၆"]
    assert _column(rows, "round", written) == ["2026"] * len(written)


def test_a_year_of_no_era_is_said(rows: Rows) -> None:
    faults = _faults(rows(*({"round": value} for value in ("26", "1569", "3026", "ปีนี้"))))
    assert faults == [("era", "round", 2), *(("year", "round", row) for row in (3, 4, 5))]


def test_a_change_of_era_is_marked_where_it_happens(rows: Rows) -> None:
    dates = ["13/1/2560", "14/1/2560", "", "15/1/2017", "16/1/2017"]
    path = rows(*({"birth_date": date} for date in dates))
    assert _values(path, "birth_date") == ["2017-01-13", "2017-01-14", None, "2017-01-15", "2017-01-16"]
    assert _faults(path) == [("era_changes", "birth_date", 5)]


def test_the_round_helps_to_read_two_digits(rows: Rows) -> None:
    path = rows({"birth_date": "15/1/17"}, {"birth_date": "13/1/2016"})
    assert _faults(path) == []
    assert _values(path, "birth_date") == ["2017-01-15", "2016-01-13"]
    assert _faults(rows({"birth_date": "15/1/17"}, {"birth_date": "13/1/2559"}))[0] == ("era", "birth_date", 2)


def test_day_numbers_follow_the_date_system_that_the_sheet_tells(rows: Rows) -> None:
    # 9 December 2025 is day 46000 of the date system of 1900, and day 44538 of that of 1904, 1462 days later.
    survey = load_survey()
    for system, number in (("1900", "46000"), ("1904", "44538")):
        [source] = read_sources(rows({"interview_date": number, "round": "2568"}), survey)
        sheet = understand(survey, replace(source, evidence={**source.evidence, "date_system": system}))
        table = survey_table(survey, sheet)
        assert table.cells("interview_date").to_pylist() == ["2025-12-09"]


def _lines(finding: Any) -> list[str]:
    return [line for line in finding.out.splitlines() if ": read as month" in line or "as is usual in Thailand" in line]


def test_what_decided_a_column_is_said_only_where_it_is_not_plain(cpms: Cpms, rows: Rows) -> None:
    plain = cpms("validate", rows({"birth_date": "31/5/2560"}, {"birth_date": "5/1/2560"}))
    assert _lines(plain) == []
    usual = cpms("validate", rows({"birth_date": "5/1/2560"}))
    [line] = _lines(usual)
    assert "survey.csv, birth_date: read as day/month/year, as is usual in Thailand" in line
    month = cpms("validate", rows({"birth_date": "5/31/2017"}, {"birth_date": "5/1/2017"}))
    [line] = _lines(month)
    assert "read as month/day/year, because the second number is over 12 in 1 of the dates" in line


def test_dates_of_both_orders_are_findings(cpms: Cpms, rows: Rows) -> None:
    path = rows(*({"birth_date": value} for value in ("31/5/2560", "5/31/2560", "5/1/2560")))
    ran = cpms("validate", path, "--format", "json")
    assert ran.code == 1
    errors = [(finding["rule"], finding["row"]) for finding in ran.json["findings"] if finding["severity"] == "error"]
    assert errors == [("day_month", 3), ("day_month", 4)]
    text = " ".join(note["message"] for note in ran.json["notes"])
    assert "1 of the dates can only be day/month, 1 only month/day" in text


def test_a_row_set_aside_keeps_the_meaning_that_its_column_gave_it(draw: Draw, tmp_path: Path) -> None:
    # 5/31 shows that the month comes first; the row set aside for its sex has no such neighbour any more.
    path = draw({"birth_date": "5/31/2017"}, {"birth_date": "5/1/2017", "sex": "?!"})
    aside = merge([path], tmp_path / "cpms.duckdb").quarantine
    assert aside is not None
    assert _values(aside, "birth_date") == ["2017-05-01"]


def test_a_question_stays_one_in_the_rows_set_aside(draw: Draw, tmp_path: Path) -> None:
    path = draw({"birth_date": "31/5/2017"}, {"birth_date": "5/31/2017"}, {"birth_date": "5/1/2017", "tobacco": "2"})
    aside = merge([path], tmp_path / "cpms.duckdb").quarantine
    assert aside is not None
    assert pd.read_excel(aside, engine="calamine", dtype=str)["birth_date"].tolist() == ["5/31/2017 ?", "5/1/2017 ?"]
    assert [field for _, field, _ in _faults(aside) if field == "birth_date"] == ["birth_date"] * 2


def test_several_answers_may_stand_on_lines_of_their_own(draw: Draw, survey: Survey) -> None:
    written = ["เยี่ยมบ้าน\nให้คำปรึกษา", "home visit\r\n Legal help\r\n", "home\nvisit"]
    rows = [{"services_received": text, "household_no": str(number)} for number, text in enumerate(written)]
    path = draw(*rows, name="s.xlsx")
    [table] = read(path, survey)
    assert table.cells("services_received").to_pylist() == ["home_visit;counselling", "home_visit;legal", "home_visit"]


def test_a_column_of_ones_is_open_where_the_sheet_has_one_and_two(cpms: Cpms, rows: Rows) -> None:
    path = rows(
        {"drugs": "1", "alcohol": "2", "mother_alive": "1"},
        {"drugs": "2", "alcohol": "1", "mother_alive": "1"},
        {"drugs": "", "alcohol": "", "mother_alive": "๑"},
    )
    asked = [(name, row) for check, name, row in _faults(path) if check == "number_codes"]
    assert [row for name, row in asked if name == "mother_alive"] == [2, 3, 4], "1 may be no in the whole sheet"


def test_one_slip_in_a_sheet_of_ones_does_not_open_the_others(rows: Rows) -> None:
    ones = {"drugs": "1", "alcohol": "1", "mother_alive": "1"}
    path = rows(ones, {**ones, "drugs": "2"})
    assert {name for check, name, _ in _faults(path) if check == "number_codes"} == {"drugs"}
