"""Given the definition, `cpms template` writes a form to fill in that is read back whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cpms_cli import merge, read, validate, write_template
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms
from tests.forms.sheets import VILLAGE, column_of, fill_in, thai


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flat") / "form.xlsx"
    write_template(path, round_=2026, language="th")
    return path


def _rule(sheet: Worksheet, column: int) -> Any:
    place = f"{get_column_letter(column)}2"
    rules = [rule for rule in sheet.data_validations.dataValidation if place in rule.sqref]
    return rules[0] if rules else None


def _listed(book: Workbook, rule: Any) -> list[str]:
    """The words that a dropdown offers."""
    name, _, place = rule.formula1.removeprefix("=").rpartition("!")
    cells = book[name.strip("'")][place.replace("$", "")]
    return [str(row[0].value) for row in cells]


@pytest.mark.parametrize("layout", ["flat", "two-sheet"])
@pytest.mark.parametrize("lang", ["en", "th"])
def test_every_column_of_an_empty_form_is_recognised(
    cpms: Cpms, survey: Survey, tmp_path: Path, layout: str, lang: str
) -> None:
    path = tmp_path / "form.xlsx"
    assert cpms("template", "-o", path, "--layout", layout, "--lang", lang).code == 0
    tables = read(path, survey)
    assert [table.table for table in tables] == (["child"] if layout == "flat" else ["household", "child"])
    assert set().union(*(table.columns for table in tables)) == set(survey.fields)
    assert [table.ignored for table in tables] == [()] * len(tables)
    assert cpms("validate", path).code == 0


@pytest.mark.parametrize("layout", ["flat", "two-sheet"])
def test_a_form_that_was_filled_in_is_valid_and_stored_as_it_was_meant(
    survey: Survey, base: dict[str, dict[str, Any]], tmp_path: Path, layout: str
) -> None:
    path = tmp_path / "form.xlsx"
    write_template(path, layout=layout, round_=2026, language="th")
    book = openpyxl.load_workbook(path)
    answers = thai(survey, base)
    for sheet in book.worksheets[: 1 if layout == "flat" else 2]:
        fill_in(survey, sheet, 2, answers)
    book.save(path)
    validation = validate([path])
    assert validation.exit_code == 0
    assert len(validation.findings) == 0, validation.findings
    merge([path], tmp_path / "s.duckdb")
    with duckdb.connect(str(tmp_path / "s.duckdb"), read_only=True) as connection:
        row = connection.execute("""
            SELECT round, sex, birth_date, dwelling, services_received, national_id, interview_date
            FROM current_child
            JOIN current_household USING (round, village_code, household_no)""").fetchall()
    assert row == [("2026", "female", "2016-06-01", "own", "none", None, "2026-11-15")]


def test_dropdowns_offer_the_answers_in_words_and_what_stands_for_none(flat: Path, survey: Survey) -> None:
    book = openpyxl.load_workbook(flat)
    sheet = book.worksheets[0]
    reasons = ["ไม่ทราบ", "ไม่ประสงค์ตอบ", "ไม่ได้ถาม"]
    assert _listed(book, _rule(sheet, column_of(survey, sheet, "sex"))) == ["หญิง", "ชาย", *reasons]
    assert _listed(book, _rule(sheet, column_of(survey, sheet, "violence_sexual"))) == ["ใช่", "ไม่ใช่", *reasons]
    for field in survey.fields.values():
        rule = _rule(sheet, column_of(survey, sheet, field.name))
        if field.codelist:
            assert rule.type == "list"
            assert rule.allow_blank
            assert [code.label.th for code in survey.codelists[field.codelist].codes] == [
                word
                for word in _listed(book, rule)
                if word in {c.label.th for c in survey.codelists[field.codelist].codes}
            ]
    assert book["รายการคำตอบ"].sheet_state == "hidden"


def test_numbers_and_years_are_checked_at_entry_and_blanks_are_let_through(flat: Path, survey: Survey) -> None:
    sheet = openpyxl.load_workbook(flat).worksheets[0]
    age = _rule(sheet, column_of(survey, sheet, "age_years"))
    letter = get_column_letter(column_of(survey, sheet, "age_years"))
    assert (age.type, age.errorStyle, age.allow_blank) == ("custom", None, True)
    assert f"{letter}2>=0,{letter}2<=17" in age.formula1
    assert age.error == "จำนวนเต็ม 0 ถึง 17"
    assert _rule(sheet, column_of(survey, sheet, "round")).formula1 == '"2569,2026"'
    date = _rule(sheet, column_of(survey, sheet, "birth_date"))
    assert date.errorStyle == "warning"
    assert "1/2559" in date.prompt
    assert _rule(sheet, column_of(survey, sheet, "given_name")) is None


def test_identifiers_and_dates_are_text_and_the_header_alone_is_locked(flat: Path, survey: Survey) -> None:
    sheet = openpyxl.load_workbook(flat).worksheets[0]
    for name in ("national_id", "cpms_id", "village_code", "household_no", "birth_date", "interview_date"):
        position = column_of(survey, sheet, name)
        [column] = [
            column_dimension
            for column_dimension in sheet.column_dimensions.values()
            if position in range(column_dimension.min or 0, (column_dimension.max or 0) + 1)
        ]
        assert column.number_format == "@"
    protection = sheet.protection
    assert protection.sheet
    assert protection.password is None
    # In the file's own words, 0 is what may be done.
    assert not any((protection.insertRows, protection.deleteRows, protection.sort, protection.autoFilter))
    assert sheet["A1"].protection.locked
    assert all(not dimension.protection.locked for dimension in sheet.column_dimensions.values())
    assert sheet.freeze_panes == "F2"
    assert [str(sheet.cell(1, number).value) for number in range(1, 6)] == [
        "ปีที่สำรวจ *",
        "รหัสหมู่บ้าน *",
        "บ้านเลขที่ *",
        "ลำดับเด็ก *",
        "ชื่อ",
    ]


def test_headers_carry_the_question_in_both_languages_and_whom_it_is_asked_of(flat: Path, survey: Survey) -> None:
    sheet = openpyxl.load_workbook(flat).worksheets[0]
    for field in survey.fields.values():
        note = sheet.cell(1, column_of(survey, sheet, field.name)).comment
        assert note is not None
        for words in (field.label.en, field.question.th, field.question.en):
            assert words in note.text, field.name

    def note_of(name: str) -> str:
        comment = sheet.cell(1, column_of(survey, sheet, name)).comment
        return comment.text if comment else ""

    assert "ถามตั้งแต่อายุ 3 ปี" in note_of("in_school")
    assert "Asked from age 3." in note_of("in_school")
    assert "Asked under age 10." in note_of("left_alone")
    assert "• ศูนย์การเรียน / Learning centre" in note_of("in_school")
    assert "* ต้องกรอก" in note_of("village_code")


def test_the_sheet_on_filling_in_speaks_both_languages_and_names_every_column(flat: Path, survey: Survey) -> None:
    sheet = openpyxl.load_workbook(flat)["วิธีกรอก"]
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {"วิธีกรอกแบบสำรวจ", "How to fill in this form"} <= texts
    assert {field.label.th for field in survey.fields.values()} <= texts
    assert {field.question.en for field in survey.fields.values()} <= texts


def test_topics_are_told_apart_by_colour(flat: Path, survey: Survey) -> None:
    sheet = openpyxl.load_workbook(flat).worksheets[0]
    colours: dict[str, set[str]] = {}
    for field in survey.fields.values():
        fill = sheet.cell(1, column_of(survey, sheet, field.name)).fill.fgColor.rgb
        colours.setdefault(str(field.topic), set()).add(str(fill))
    assert all(len(colour) == 1 for colour in colours.values())
    assert len(set().union(*colours.values())) == len(colours)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-o", "form.csv"], "ending"),
        (["-o", "form.xlsx", "--layout", "round"], "flat, two-sheet"),
        (["-o", "form.xlsx", "--area", VILLAGE], "--prefill"),
        (["-o", "form.xlsx", "--identified"], "--prefill"),
        (["-o", "form.xlsx", "--prefill", "--identified"], "--area"),
        (["-o", "form.xlsx", "--prefill", "--identified", "--area", "99999999"], "no area has this code"),
        (["-o", "form.xlsx", "--prefill", "--identified", "--area", VILLAGE], "there is no store"),
        (["-o", "there.xlsx"], "may be filled in"),
        (["-o", "there.xlsx", "--xlsform"], "may be filled in"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_mend(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    ran = cpms("template", *words)
    assert ran.code == 2
    assert expected in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["there.xlsx"]
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"


def test_the_same_call_gives_the_same_bytes(flat: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "again.xlsx", round_=2026, language="th")
    assert (tmp_path / "again.xlsx").read_bytes() == flat.read_bytes()
