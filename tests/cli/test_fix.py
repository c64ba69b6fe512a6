"""Given these files, `cpms validate --fix` writes plainly what is only written oddly, and changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_cli import read, validate
from cpms_cli.checking.annotation import annotate
from cpms_cli.survey.definition import Survey
from tests.conftest import SAMPLES, Cpms, Draw


def _cell(path: Path, header: str, row: int = 2, sheet: str = "survey") -> object:
    found = openpyxl.load_workbook(path)[sheet]
    column = next(cell.column for cell in found[1] if cell.value == header)
    return found.cell(row, column).value


def _changes(path: Path) -> list[tuple[object, ...]]:
    rows = list(openpyxl.load_workbook(path)["Changes"].iter_rows(values_only=True))
    top = next(at for at, row in enumerate(rows) if row[0] == "Reason")
    return rows[top + 1 :]


@pytest.mark.parametrize(
    ("field", "old", "english", "thai", "reason"),
    [
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
        ("national_id", "0-1234-56789-01-2", "0123456789012", "0123456789012", "spaces"),
        ("interviewer", "อสม.๑๒  ก", "อสม.12 ก", "อสม.12 ก", "digits written as 0-9"),
    ],
)  # fmt: skip
def test_what_is_only_written_oddly_is_written_plainly(
    cpms: Cpms, draw: Draw, tmp_path: Path, field: str, old: str, english: object, thai: object, reason: str
) -> None:
    path = draw({field: old}, name="survey.xlsx")
    for language, expected in (("en", english), ("th", thai)):
        out = tmp_path / f"{language}.xlsx"
        cpms("validate", path, "--fix", out, "--lang", language, "--identified")
        assert _cell(out, field) == expected
    [change] = _changes(tmp_path / "en.xlsx")
    if field != "national_id":
        assert change[0] == reason
    assert (change[1], change[3], change[4], str(change[5])) == ("survey", field, old, str(english))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("sex", "Femal"),  # likely, but a guess
        ("birth_date", "5/3/12"),  # either era
        ("birth_date", "5/3/2560"), ("birth_date", "05/03/2017"), ("birth_date", "2560"),  # plain already
        ("sex", "หญิง"), ("sex", "female"), ("sex", "Female"),
        ("given_name", "ด.ช. สมชาย"),  # a title is no fault of writing
        ("chronic_illness", "-"), ("age_years", "-"),  # blank stays blank
        ("services_received", "ให้คำปรึกษา; เยี่ยมบ้าน"),
        ("members_total", "twelve"), ("village_code", "8501050"),
    ],
)  # fmt: skip
def test_what_needs_a_decision_or_is_plain_is_left_alone(
    cpms: Cpms, draw: Draw, tmp_path: Path, field: str, text: str
) -> None:
    for language in ("en", "th"):
        out = tmp_path / f"{language}.xlsx"
        cpms("validate", draw({field: text}, name="survey.xlsx"), "--fix", out, "--lang", language)
        assert _cell(out, field) == text
    assert _changes(tmp_path / "en.xlsx") == []


def test_a_likely_answer_is_proposed_and_the_count_is_told(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    ran = cpms("validate", draw({"sex": "Femal", "distress": "NEVER"}), "--fix", out)
    assert ran.code == 1
    assert "1 cell(s) written anew with the same meaning, listed on the sheet 'Changes'" in ran.err
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
    import xlsxwriter

    cells = pd.read_excel(path, header=None, dtype=str, engine="calamine")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("survey")
        for at, line in cells.iterrows():
            for column, text in enumerate(line):
                if isinstance(text, str):
                    sheet.write_string(int(str(at)), column, text)
        sheet.write_formula(_place_numbers(cells, header, row)[0], _place_numbers(cells, header, row)[1],
                            f'="{value}"', None, value)  # fmt: skip


def _place_numbers(cells: pd.DataFrame, header: str, row: int) -> tuple[int, int]:
    return row - 1, list(cells.iloc[0]).index(header)


@pytest.mark.parametrize("name", ["survey_2567.csv", "survey_2568.xlsx", "survey_2569.xlsx"])
@pytest.mark.parametrize("language", ["en", "th"])
def test_a_mended_sample_says_the_same(survey: Survey, tmp_path: Path, name: str, language: str) -> None:
    found = validate([SAMPLES / name])
    annotate(found, tmp_path / "out.xlsx", language=language, fix=True)  # type: ignore[arg-type]
    again = validate([tmp_path / "out.xlsx"])
    assert len(again.findings) <= len(found.findings)
    assert _answers(tmp_path / "out.xlsx", survey) == _answers(SAMPLES / name, survey)


def _answers(path: Path, survey: Survey) -> list[dict[str, list[object]]]:
    tables = read(path, survey)
    return [table.relation([*table.columns]).to_pydict() for table in tables]


_DATES = st.builds(
    "{}{}{}{}{}".format, st.integers(1, 31), st.sampled_from(["/", "-", " ม.ค. ", ".", " "]), st.integers(1, 31),
    st.sampled_from(["/", "-", "."]), st.integers(40, 2570),
)  # fmt: skip
_TEXTS = st.text(st.sampled_from(" 0๑๒19-/;,.ไมใช่yesno\u200b"), max_size=8)
_ROW = st.fixed_dictionaries(
    {
        "birth_date": _DATES | _TEXTS, "interview_date": _DATES | _TEXTS,
        "sex": st.sampled_from(["male", " ชาย", "M", "ช", "หญิง ", "x", "ไม่ทราบ", "-", ""]) | _TEXTS,
        "services_received": st.sampled_from(["เยี่ยมบ้าน,กฎหมาย", "none; unknown", "shelter/cash"]) | _TEXTS,
        "members_total": st.sampled_from(["๑๒", "12 คน", "3.0", "0012", "n/a"]) | _TEXTS,
        "given_name": _TEXTS, "national_id": _TEXTS, "other_name": st.sampled_from(["ไม่ทราบ", "น.ส. ก  ข"]) | _TEXTS,
    }
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROW, min_size=1, max_size=6), language=st.sampled_from(["en", "th"]))
def test_whatever_is_written_the_mended_workbook_says_the_same(
    draw: Callable[..., Path], tmp_path: Path, survey: Survey, rows: list[dict[str, str]], language: str
) -> None:
    path = draw(*rows)
    found = validate([path])
    annotate(found, tmp_path / "out.xlsx", language=language, fix=True)  # type: ignore[arg-type]
    assert _answers(tmp_path / "out.xlsx", survey) == _answers(path, survey)
    assert len(validate([tmp_path / "out.xlsx"]).findings) <= len(found.findings)
