"""Given the definition and a store, `cpms template` writes a form to fill in that is read back whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cpms_cli import merge, read, validate, write_next_form, write_template
from cpms_cli.errors import UsageError
from cpms_cli.survey.model.definition import Language, Survey
from tests.conftest import Cpms

VILLAGE = "85010501"


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flat") / "form.xlsx"
    write_template(path, round_=2026, language="th")
    return path


def _columns(sheet: Worksheet) -> dict[str, int]:
    """Header, without the mark of what is required, to column number."""
    return {str(cell.value).removesuffix(" *"): number for number, cell in enumerate(sheet[1], start=1)}


def _column(survey: Survey, sheet: Worksheet, field: str, language: Language = "th") -> int:
    return _columns(sheet)[survey.fields[field].label.in_(language)]


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


def _thai(survey: Survey, base: dict[str, dict[str, Any]]) -> dict[str, object]:
    """The example's child in Thai words and Buddhist dates, worked out from the code lists' labels."""
    values: dict[str, object] = {}
    for name, value in {**base["household"], **base["child"], "national_id": ""}.items():
        codes = survey.codes(survey.fields[name])
        values[name] = codes.by_code[str(value)].label.th if codes and value != "" else value
    return {**values, "round": 2569, "interview_date": "15/11/2569", "birth_date": "1/6/2559"}


def _fill(survey: Survey, sheet: Worksheet, row: int, answers: dict[str, object]) -> None:
    columns = _columns(sheet)
    for name, value in answers.items():
        if value != "" and survey.fields[name].label.th in columns:
            sheet.cell(row, columns[survey.fields[name].label.th]).value = value  # type: ignore[assignment]


@pytest.mark.parametrize("layout", ["flat", "two-sheet"])
def test_a_form_that_was_filled_in_is_valid_and_stored_as_it_was_meant(
    survey: Survey, base: dict[str, dict[str, Any]], tmp_path: Path, layout: str
) -> None:
    path = tmp_path / "form.xlsx"
    write_template(path, layout=layout, round_=2026, language="th")
    book = openpyxl.load_workbook(path)
    answers = _thai(survey, base)
    for sheet in book.worksheets[: 1 if layout == "flat" else 2]:
        _fill(survey, sheet, 2, answers)
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
    assert _listed(book, _rule(sheet, _column(survey, sheet, "sex"))) == ["หญิง", "ชาย", *reasons]
    assert _listed(book, _rule(sheet, _column(survey, sheet, "violence_sexual"))) == ["ใช่", "ไม่ใช่", *reasons]
    for field in survey.fields.values():
        rule = _rule(sheet, _column(survey, sheet, field.name))
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
    age = _rule(sheet, _column(survey, sheet, "age_years"))
    letter = get_column_letter(_column(survey, sheet, "age_years"))
    assert (age.type, age.errorStyle, age.allow_blank) == ("custom", None, True)
    assert f"{letter}2>=0,{letter}2<=17" in age.formula1
    assert age.error == "จำนวนเต็ม 0 ถึง 17"
    assert _rule(sheet, _column(survey, sheet, "round")).formula1 == '"2569,2026"'
    date = _rule(sheet, _column(survey, sheet, "birth_date"))
    assert date.errorStyle == "warning"
    assert "1/2559" in date.prompt
    assert _rule(sheet, _column(survey, sheet, "given_name")) is None


def test_identifiers_and_dates_are_text_and_the_header_alone_is_locked(flat: Path, survey: Survey) -> None:
    sheet = openpyxl.load_workbook(flat).worksheets[0]
    for name in ("national_id", "cpms_id", "village_code", "household_no", "birth_date", "interview_date"):
        position = _column(survey, sheet, name)
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
        note = sheet.cell(1, _column(survey, sheet, field.name)).comment
        assert note is not None
        for words in (field.label.en, field.question.th, field.question.en):
            assert words in note.text, field.name

    def note_of(name: str) -> str:
        comment = sheet.cell(1, _column(survey, sheet, name)).comment
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
        fill = sheet.cell(1, _column(survey, sheet, field.name)).fill.fgColor.rgb
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


def _children() -> Iterator[tuple[str, dict[str, object]]]:
    """Who is in the store: name of the file, and one row."""
    yield "2025.csv", {"given_name": "เก่า", "household_no": "4", "round": 2025, "interview_date": "2025-11-15"}
    yield "2026.csv", {"given_name": "มะลิ", "birth_date": "2016-03", "mother_name": "=1+1", "violence_physical": "yes"}
    yield "2026.csv", {"given_name": "โต", "birth_date": "2008-12-31"}
    yield "2026.csv", {"given_name": "ใกล้", "birth_date": "2009-01-02"}
    yield "2026.csv", {"household_no": "2", "consent": "no", "given_name": "ลับ"}
    yield (
        "2026.csv",
        {
            "household_no": "10",
            "given_name": "Min Thu",
            "birth_date": None,
            "age_years": 9,
            "nationality": "unknown",
            "main_language": "my",
        },
    )
    yield "2026.csv", {"household_no": "9", "village_code": "85010502", "given_name": "ไกล"}


@pytest.fixture(scope="module")
def merged_store(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("store")
    plain = {**base["household"], **base["child"], "national_id": None}
    drawn = pd.DataFrame(
        [
            {"_file": name, **plain, "child_no": number, **row}
            for number, (name, row) in enumerate(_children(), start=1)
        ],
        dtype="object",
    )
    for name, rows in drawn.groupby("_file"):
        rows.drop(columns="_file").to_csv(folder / str(name), index=False, encoding="utf-8")
    merge(sorted(folder.glob("*.csv")), folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.fixture
def store(merged_store: Path, tmp_path: Path) -> Path:
    """A copy of the store, to be written to."""
    (tmp_path / "s.duckdb").write_bytes(merged_store.read_bytes())
    return tmp_path / "s.duckdb"


def _rows(sheet: Worksheet) -> list[dict[str, object]]:
    columns = _columns(sheet)
    lines = range(2, sheet.max_row + 1)
    rows: list[dict[str, object]] = [
        {name: sheet.cell(line, position).value for name, position in columns.items()} for line in lines
    ]
    return [row for row in rows if any(value is not None for value in row.values())]


def _ids(store: Path, round_: int) -> dict[str, str]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return dict(
            connection.execute(
                f"SELECT given_name, cpms_id FROM current_child WHERE round = '{round_}' AND given_name IS NOT NULL"
            ).fetchall()
        )


def test_next_years_form_brings_along_who_is_known_and_what_does_not_change(
    cpms: Cpms, store: Path, survey: Survey, tmp_path: Path
) -> None:
    ran = cpms(
        "template",
        "--prefill",
        "-o",
        tmp_path / "next.xlsx",
        "--store",
        store,
        "--area",
        VILLAGE,
        "--identified",
        "--lang",
        "th",
    )
    assert ran.code == 0
    assert "มะลิ" not in ran.out + ran.err
    book = openpyxl.load_workbook(tmp_path / "next.xlsx")
    rows = _rows(book.worksheets[0])
    assert [row["ชื่อ"] for row in rows] == ["มะลิ", "ใกล้", "Min Thu"]
    known = _ids(store, 2026)
    first = {name: value for name, value in rows[0].items() if value is not None}
    household = first.pop("รหัสครัวเรือน")
    assert str(household).startswith("H")
    assert first == {
        "ปีที่สำรวจ": "2570",
        "รหัสหมู่บ้าน": VILLAGE,
        "บ้านเลขที่": "1",
        "ลำดับเด็ก": 2,
        "ชื่อ": "มะลิ",
        "รหัสเด็ก": known["มะลิ"],
        "เพศ": "หญิง",
        "วันเกิด": "3/2559",
        "สัญชาติ": "ไทย",
        "ภาษาหลักในบ้าน": "ไทย",
        "ชื่อมารดา": "=1+1",
    }
    position = _column(survey, book.worksheets[0], "mother_name")
    assert book.worksheets[0].cell(2, position).data_type == "s"
    third = {name for name, value in rows[2].items() if value is not None}
    assert not third & {"วันเกิด", "อายุ", "สัญชาติ"}, "what was not known is asked again"


def test_who_is_not_on_the_form_is_listed_with_the_reason(store: Path, tmp_path: Path) -> None:
    written = write_next_form(store, VILLAGE, tmp_path / "next.xlsx", language="en", identified=True)
    assert (written.round, written.children, written.households) == (2027, 3, 2)
    listed = list(zip(written.left_out["Who and where"], written.left_out["Why not on the form"], strict=True))
    assert listed == [
        (
            f"เก่า · Female · 2016-06-01 · {VILLAGE} · 4",
            "not on the form of 2026, the last round here (last seen 2025):"
            " if the child lives here, write a row with this code",
        ),
        (f"โต · Female · 2008-12-31 · {VILLAGE} · 1", "18 or older before the round of 2027 begins"),
        (
            f"{VILLAGE} · 2",
            "nothing is kept by which to recognise the child, as where the family withheld consent:"
            " ask again, on a blank row",
        ),
        (
            f"{VILLAGE} · 2",
            "this household has no known child, so it has no row: write its children on blank rows,"
            " with this household code",
        ),
    ]
    assert written.left_out["Permanent code"].str.match("^[CH][0-9A-Z]{11}$").all()
    sheet = openpyxl.load_workbook(tmp_path / "next.xlsx")["Left out"]
    assert sheet.max_row - 1 == len(written.left_out)


def test_two_sheets_have_every_household_also_without_known_children(store: Path, tmp_path: Path) -> None:
    written = write_next_form(
        store, VILLAGE, tmp_path / "next.xlsx", layout="two-sheet", language="th", identified=True
    )
    book = openpyxl.load_workbook(tmp_path / "next.xlsx")
    assert [row["บ้านเลขที่"] for row in _rows(book.worksheets[0])] == ["1", "2", "10"]
    assert [row["ชื่อ"] for row in _rows(book.worksheets[1])] == ["มะลิ", "ใกล้", "Min Thu"]
    assert written.households == 3


@pytest.mark.parametrize("layout", ["flat", "two-sheet"])
def test_children_on_the_form_are_recognised_when_it_comes_back(
    store: Path, survey: Survey, base: dict[str, dict[str, Any]], tmp_path: Path, layout: str
) -> None:
    path = tmp_path / "next.xlsx"
    write_next_form(store, VILLAGE, path, layout=layout, language="th", identified=True)
    before = _ids(store, 2026)
    book = openpyxl.load_workbook(path)
    new = {"household_no": "10", "child_no": 29, "given_name": "น้องใหม่", "birth_date": "2/1/2570"}
    answers = _thai(survey, base) | {"round": 2570, "interview_date": "15/11/2570", "members_total": 6}
    for sheet in book.worksheets[: 1 if layout == "flat" else 2]:
        known = len(_rows(sheet))
        for line in range(2, 2 + known):
            blank = {name for name, position in _columns(sheet).items() if sheet.cell(line, position).value is None}
            asked = {name: value for name, value in answers.items() if survey.fields[name].label.th in blank}
            if "รหัสเด็ก" in _columns(sheet):
                asked |= {"birth_date": "2560"} if "วันเกิด" in blank else {}
            _fill(survey, sheet, line, asked)
        # A child who moved keeps its code; one who is new has none, and leaves its family's answers to the first row.
        if "รหัสเด็ก" in _columns(sheet):
            _fill(survey, sheet, 3, {"household_no": "77"} if layout == "flat" else {})
            of_family = {field.name for field in survey.household.fields} - set(survey.key("household"))
            _fill(survey, sheet, 2 + known, {n: v for n, v in {**answers, **new}.items() if n not in of_family})
    book.save(path)
    validation = validate([path])
    assert validation.exit_code == 0, validation.findings
    merged = merge([path], store)
    assert merged.total("quarantined") == 0
    assert merged.new_people == 1
    after = _ids(store, 2027)
    assert {name: after[name] for name in ("มะลิ", "ใกล้", "Min Thu")} == {
        name: before[name] for name in ("มะลิ", "ใกล้", "Min Thu")
    }
    assert after["น้องใหม่"] not in before.values()


def test_names_are_shown_only_where_it_is_said_and_it_is_logged(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = ["template", "--prefill", "-o", tmp_path / "next.xlsx", "--store", store, "--area", VILLAGE]
    before = store.read_bytes()
    ran = cpms(*words)
    assert ran.code == 2
    assert "Add --identified" in ran.err
    assert not (tmp_path / "next.xlsx").exists()
    assert store.read_bytes() == before
    assert cpms(*words, "--identified").code == 0
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT what, children FROM audit").fetchall() == [("template", 6)]


def test_a_form_for_a_round_looks_only_at_the_rounds_before_it(store: Path, tmp_path: Path) -> None:
    written = write_next_form(store, VILLAGE, tmp_path / "a.xlsx", round_=2026, identified=True)
    assert written.children == 1
    with pytest.raises(UsageError) as raised:
        write_next_form(store, VILLAGE, tmp_path / "b.xlsx", round_=2025, identified=True)
    assert raised.value.message_id == "no_children_there"
    assert not (tmp_path / "b.xlsx").exists()


def test_the_same_call_gives_the_same_bytes(flat: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "again.xlsx", round_=2026, language="th")
    assert (tmp_path / "again.xlsx").read_bytes() == flat.read_bytes()
