"""Given a store, `cpms template --prefill` brings along who is known and what does not change, and finds them again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cpms_cli import merge, validate, write_next_form
from cpms_cli.errors import UsageError
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms
from tests.forms.sheets import VILLAGE, column_of, columns_of, fill_in, thai


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
    columns = columns_of(sheet)
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
    position = column_of(survey, book.worksheets[0], "mother_name")
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
    answers = thai(survey, base) | {"round": 2570, "interview_date": "15/11/2570", "members_total": 6}
    for sheet in book.worksheets[: 1 if layout == "flat" else 2]:
        known = len(_rows(sheet))
        for line in range(2, 2 + known):
            blank = {name for name, position in columns_of(sheet).items() if sheet.cell(line, position).value is None}
            asked = {name: value for name, value in answers.items() if survey.fields[name].label.th in blank}
            if "รหัสเด็ก" in columns_of(sheet):
                asked |= {"birth_date": "2560"} if "วันเกิด" in blank else {}
            fill_in(survey, sheet, line, asked)
        # A child who moved keeps its code; one who is new has none, and leaves its family's answers to the first row.
        if "รหัสเด็ก" in columns_of(sheet):
            fill_in(survey, sheet, 3, {"household_no": "77"} if layout == "flat" else {})
            of_family = {field.name for field in survey.household.fields} - set(survey.key("household"))
            fill_in(survey, sheet, 2 + known, {n: v for n, v in {**answers, **new}.items() if n not in of_family})
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
