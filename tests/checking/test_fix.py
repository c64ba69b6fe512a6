"""Given these files, `cpms validate --fix` writes plainly what is only written oddly, and changes no answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_cli import read, validate
from cpms_cli.checking.mending.annotation import annotate
from cpms_cli.survey.model.definition import Language, Survey
from tests.conftest import SAMPLES, THOROUGH, Cpms, Draw


def _cell(path: Path, header: str, row: int = 2, sheet: str = "survey") -> object:
    worksheet = openpyxl.load_workbook(path)[sheet]
    column = next(cell.column for cell in worksheet[1] if cell.value == header)
    return worksheet.cell(row, column).value


def _changes(path: Path) -> Sequence[tuple[object, ...]]:
    rows = list(openpyxl.load_workbook(path)["Changes"].iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows) if row[0] == "Reason")
    return rows[top + 1 :]


ODD = [
    ("members_total", "๑๒", 12, 12, "digits written as 0-9"),
    ("work_hours_week", " 14 ", 14, 14, "spaces"),
    ("work_hours_week", "14 ชม.", 14, 14, "the form of the number"),
    ("birth_date", "5 มี.ค. 2560", "2017-03-05", "5/3/2560", "the form of the date"),
    ("birth_date", "มีนาคม 2560", "2017-03", "3/2560", "the form of the date"),
    ("birth_date", "๕/๓/๒๕๖๐", "2017-03-05", "5/3/2560", "the form of the date"),
    ("birth_date", "5-3-60", "2017-03-05", "5/3/2560", "the form of the date"),
    ("sex", "FEMALE", "Female", "หญิง", "spelling of the answer"),
    ("dwelling", "เช่า", "Rented", "บ้านเช่าหรือห้องเช่า", "spelling of the answer"),
    ("chronic_illness", "ไม่รู้", "Don't know", "ไม่ทราบ", "spelling of the answer"),
    ("national_id", "0 1234 56789 01 2", "0123456789012", "0123456789012", "spaces"),
    ("interviewer", "อสม.๑๒", "อสม.12", "อสม.12", "digits written as 0-9"),
]
ASKS_A_DECISION_OR_IS_PLAIN = [
    ("sex", "Femal"),  # likely, but a guess
    ("birth_date", "5/3/12"),  # either era
    ("birth_date", "5/3/2560"),
    ("birth_date", "05/03/2017"),
    ("birth_date", "2560"),  # plain already
    ("sex", "หญิง"),
    ("sex", "female"),
    ("sex", "Female"),
    ("given_name", "ด.ช. สมชาย"),  # a title is no fault of writing
    ("chronic_illness", "-"),
    ("age_years", "-"),  # blank stays blank
    ("services_received", "ให้คำปรึกษา; เยี่ยมบ้าน"),
    ("members_total", "twelve"),
    ("village_code", "8501050"),
]


def _one_row_each(cases: list[tuple[str, str]]) -> list[dict[str, str | int]]:
    """A household of its own for each case, so that no row says anything about another."""
    return [
        {"household_no": str(number), "child_no": 1, field: text} for number, (field, text) in enumerate(cases, start=1)
    ]


@pytest.mark.parametrize("language", ["en", "th"])
def test_what_is_only_written_oddly_is_written_plainly(draw: Draw, tmp_path: Path, language: Language) -> None:
    path, out = draw(*_one_row_each([case[:2] for case in ODD]), name="survey.xlsx"), tmp_path / "out.xlsx"
    annotate(validate([path], columns_only=True), out, language=language, fix=True, identified=True)
    for row, (field, _, english, thai, _) in enumerate(ODD, start=2):
        assert _cell(out, field, row) == (english if language == "en" else thai)
    if language == "en":
        listed = {(change[4], change[5]): change[0] for change in _changes(out)}
        assert listed == {(old, str(new)): reason for _, old, new, _, reason in ODD}


@pytest.mark.parametrize("language", ["en", "th"])
def test_what_needs_a_decision_or_is_plain_is_left_alone(draw: Draw, tmp_path: Path, language: Language) -> None:
    cases = ASKS_A_DECISION_OR_IS_PLAIN
    path, out = draw(*_one_row_each(cases), name="survey.xlsx"), tmp_path / "out.xlsx"
    written = annotate(validate([path], columns_only=True), out, language=language, fix=True)
    assert written.changed == 0
    for row, (field, text) in enumerate(cases, start=2):
        assert _cell(out, field, row) == text


def test_a_likely_answer_is_proposed_and_the_count_is_told(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    ran = cpms("validate", draw({"sex": "Femal", "distress": "NEVER"}), "--fix", out)
    assert ran.code == 1
    assert "1 cell written anew with the same meaning, listed on the sheet 'Changes'" in ran.err
    assert openpyxl.load_workbook(out).sheetnames == ["To mend", "Changes", "survey", "cpms lists"]
    comments = [cell.comment.text for row in openpyxl.load_workbook(out)["survey"] for cell in row if cell.comment]
    assert any("Is it 'Female'? Nothing was changed here." in text for text in comments)


def test_personal_values_are_hidden_among_the_changes(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    cpms("validate", draw({"birth_date": "5 มี.ค. 2560"}), "--fix", tmp_path / "out.xlsx")
    [change] = _changes(tmp_path / "out.xlsx")
    assert change[4:] == ("•••", "•••")


def test_what_a_formula_made_is_not_written_over(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"members_total": "๑๒"}, {"members_total": "๑๒", "household_no": "2"}, name="survey.xlsx")
    _formula(path, "members_total", 2, "๑๒")
    cpms("validate", path, "--fix", tmp_path / "out.xlsx")
    assert _cell(tmp_path / "out.xlsx", "members_total", 2) == '="๑๒"'
    assert _cell(tmp_path / "out.xlsx", "members_total", 3) == 12
    assert [change[2] for change in _changes(tmp_path / "out.xlsx")] == [_place(path, "members_total", 3)]


def _place(path: Path, header: str, row: int) -> str:
    sheet = openpyxl.load_workbook(path)["survey"]
    return f"{next(cell.column_letter for cell in sheet[1] if cell.value == header)}{row}"


def _formula(path: Path, header: str, row: int, value: str) -> None:
    """Write the workbook as Excel does: a formula with the value it last had."""
    place = _place(path, header, row)
    cells = pd.read_excel(path, header=None, dtype=str, engine="calamine").fillna("")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("survey")
        for number, line in enumerate(cells.to_numpy().tolist()):
            sheet.write_row(number, 0, line)
        sheet.write_formula(place, f'="{value}"', None, value)


@pytest.mark.parametrize("name", ["survey_2567.csv", "survey_2568.xlsx"])
def test_a_mended_sample_says_the_same(survey: Survey, tmp_path: Path, name: str) -> None:
    validation = validate([SAMPLES / name])
    annotate(validation, tmp_path / "out.xlsx", language="th", fix=True)
    again = validate([tmp_path / "out.xlsx"])
    assert len(again.findings) <= len(validation.findings)
    assert _answers(tmp_path / "out.xlsx", survey) == _answers(SAMPLES / name, survey)


def _answers(path: Path, survey: Survey) -> list[dict[str, list[object]]]:
    tables = read(path, survey)
    return [table.relation([*table.columns]).to_pydict() for table in tables]


_DATES = st.builds(
    "{}{}{}{}{}".format,
    st.integers(1, 31),
    st.sampled_from(["/", "-", " ม.ค. ", ".", " "]),
    st.integers(1, 31),
    st.sampled_from(["/", "-", "."]),
    st.integers(40, 2570),
)
_TEXTS = st.text(st.sampled_from(" 0๑๒19-/;,.ไมใช่yesno\u200b"), max_size=8)
_ROW = st.fixed_dictionaries(
    {
        "birth_date": _DATES | _TEXTS,
        "interview_date": _DATES | _TEXTS,
        "sex": st.sampled_from(["male", " ชาย", "M", "ช", "หญิง ", "x", "ไม่ทราบ", "-", ""]) | _TEXTS,
        "services_received": st.sampled_from(["เยี่ยมบ้าน,กฎหมาย", "none; unknown", "shelter/cash"]) | _TEXTS,
        "members_total": st.sampled_from(["๑๒", "12 คน", "3.0", "0012", "n/a"]) | _TEXTS,
        "given_name": _TEXTS,
        "national_id": _TEXTS,
        "other_name": st.sampled_from(["ไม่ทราบ", "น.ส. ก  ข"]) | _TEXTS,
    }
)


@settings(
    max_examples=20 if THOROUGH else 3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(_ROW, min_size=1, max_size=6), language=st.sampled_from(["en", "th"]))
def test_whatever_is_written_the_mended_workbook_says_the_same(
    draw: Callable[..., Path], tmp_path: Path, survey: Survey, rows: list[dict[str, str]], language: Language
) -> None:
    path = draw(*rows)
    (tmp_path / "out.xlsx").unlink(missing_ok=True)
    validation = validate([path], columns_only=True)
    annotate(validation, tmp_path / "out.xlsx", language=language, fix=True)
    assert _answers(tmp_path / "out.xlsx", survey) == _answers(path, survey)
    again = validate([tmp_path / "out.xlsx"], columns_only=True)
    assert len(again.findings) <= len(validation.findings)
