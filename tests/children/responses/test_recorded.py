"""`cpms response import` and `add`: logs as people keep them are recorded once, faults are named by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import check_store
from cpms_cli.store.content import dump
from tests.children.responses.logs import (
    DAY,
    read_due,
    thai_line,
    write_log,
    write_round,
)
from tests.conftest import Cpms


def test_a_spreadsheet_in_thai_is_recorded_and_twice_changes_nothing(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    file = write_log(
        tmp_path / "log.csv",
        thai_line(known[1], "เยี่ยมบ้าน", "2 มี.ค. 69", "พบเด็ก ๑ คน"),
        thai_line(known[2], "ส่งต่อ", "๓/๓/๒๕๖๙"),
    )
    ran = cpms("response", "import", file, "--store", store)
    assert ran.code == 0, ran.out
    assert "2 responses in = 2 stored + 0 unchanged + 0 set aside" in ran.out
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(
            "SELECT cpms_id, response_date, response_kind, response_by FROM response ORDER BY response_date"
        ).fetchall()
    assert rows == [(known[1], "2026-03-02", "home_visit", "พมจ"), (known[2], "2026-03-03", "referral", "พมจ")]
    ran = cpms("response", "import", file, "--store", store, "--format", "json").json
    assert ran["counts"] == {"rows_in": 2, "stored": 0, "replaced": 0, "unchanged": 2, "quarantined": 0}
    assert check_store(store)["violations"].sum() == 0


def test_a_log_is_a_sheet_of_a_workbook_too(cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["x"], "other": ["y"]}).to_excel(book, index=False, sheet_name="about")
        pd.DataFrame([thai_line(known[1], "เยี่ยมบ้าน", "2/3/2569")]).to_excel(book, index=False, sheet_name="response")
    assert "1 response in = 1 stored" in cpms("response", "import", path, "--store", store).out


def test_what_is_wrong_is_named_by_its_cell_set_aside_mended_and_imported(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    file = write_log(
        tmp_path / "log.csv",
        thai_line(known[1], "เยี่ยมบ้าน", "2/3/2569"),
        thai_line("CAAAAAAAAAAA", "เยี่ยมบ้าน", "2/3/2569"),
        thai_line(known[2], "ไปหา", "2/3/2569"),
        thai_line(known[2], "", "2/3/2569"),
        thai_line(known[3], "ไม่ทราบ", "2/3/2569"),
        thai_line(known[4], "เยี่ยมบ้าน", "1/1/2599"),
        thai_line(known[5], "เยี่ยมบ้าน", "2/3/2560"),
        thai_line("C0000000000T", "เยี่ยมบ้าน", "2/3/2569"),
        thai_line(known[7], "เยี่ยมบ้าน", "ต้นเดือน"),
    )
    ran = cpms("response", "import", file, "--store", store, "--format", "json")
    faults = [(finding["cell"], finding["rule"], finding["severity"]) for finding in ran.json["findings"]]
    assert ran.code == 1
    assert faults == [
        ("A3", "cpms_id_form", "error"),
        ("C4", "code", "error"),
        ("C5", "required", "error"),
        ("C6", "code", "error"),
        ("B7", "response_in_future", "error"),
        ("B8", "response_before_interview", "warning"),
        ("A9", "response_of_nobody", "error"),
        ("B10", "date", "error"),
    ]
    assert ran.json["counts"] == {"rows_in": 9, "stored": 2, "replaced": 0, "unchanged": 0, "quarantined": 7}
    aside = Path(ran.json["quarantine"])
    book = openpyxl.load_workbook(aside)
    sheet = book.worksheets[0]
    header = [str(cell.value) for cell in sheet[1]]
    kinds = [sheet.cell(row, header.index("การดำเนินการ") + 1) for row in range(2, sheet.max_row + 1)]
    wrong = next(cell for cell in kinds if cell.value == "ไปหา")
    wrong.value = "เยี่ยมติดตาม"
    book.save(aside)
    ran = cpms("response", "import", aside, "--store", store, "--format", "json")
    assert ran.json["counts"] == {"rows_in": 7, "stored": 1, "replaced": 0, "unchanged": 0, "quarantined": 6}
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT response_kind FROM response WHERE cpms_id = ?", [known[2]]).fetchall()
    assert rows == [("monitoring_visit",)]


def test_a_file_whose_child_was_not_merged_yet_is_recorded_when_it_is(
    cpms: Cpms, store: Path, tmp_path: Path, base: dict[str, dict[str, Any]]
) -> None:
    from cpms_cli.survey.identifiers import new_identifier

    identifier = new_identifier("C")
    file = write_log(tmp_path / "log.csv", thai_line(identifier, "เยี่ยมบ้าน", "2/3/2569"))
    ran = cpms("response", "import", file, "--store", store)
    assert "1 response in = 0 stored + 0 unchanged + 1 set aside" in ran.out
    cpms("merge", write_round(tmp_path, base, 2026, {20: {"cpms_id": identifier}}), "--store", store)
    ran = cpms("response", "import", file, "--store", store)
    assert "1 response in = 1 stored + 0 unchanged + 0 set aside" in ran.out


def test_two_rows_that_say_different_things_are_both_set_aside_and_the_same_twice_is_one(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    first, two = known[1], known[2]
    file = write_log(
        tmp_path / "log.xlsx",
        thai_line(first, "เยี่ยมบ้าน", "2/3/2569", "พบ"),
        thai_line(first, "เยี่ยมบ้าน", "2/3/2569", "ไม่พบ"),
        thai_line(two, "เยี่ยมบ้าน", "2/3/2569"),
        thai_line(two, "เยี่ยมบ้าน", "2/3/2569"),
    )
    ran = cpms("response", "import", file, "--store", store, "--format", "json").json
    assert [finding["rule"] for finding in ran["findings"]] == ["response_told_otherwise"] * 2
    assert ran["counts"] == {"rows_in": 4, "stored": 1, "replaced": 0, "unchanged": 1, "quarantined": 2}


@pytest.mark.parametrize(("ending", "language"), [(".xlsx", "th"), (".csv", "en")])
def test_the_list_of_visits_filled_in_is_read_back_as_it_is(
    cpms: Cpms, store: Path, tmp_path: Path, language: str, ending: str
) -> None:
    path = tmp_path / f"visits{ending}"
    cpms("response", "due", *DAY, "-o", path, "--lang", language, "--store", store)
    kind, date, of, when = {
        "en": ("Home visit", "2026-03-19", "Response", "Response date"),
        "th": ("เยี่ยมบ้าน", "19/3/2569", "การดำเนินการ", "วันที่ดำเนินการ"),
    }[language]
    if ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        header = [str(cell.value) for cell in sheet[1]]
        assert sheet.data_validations.dataValidation, "the kinds are offered"
        sheet.cell(2, header.index(of) + 1).value = kind
        sheet.cell(2, header.index(when) + 1).value = date
        book.save(path)
    else:
        table = pd.read_csv(path, dtype="str")
        table.loc[0, [of, when]] = [kind, date]
        table.to_csv(path, index=False, encoding="utf-8-sig")
    ran = cpms("response", "import", path, "--store", store, "--format", "json").json
    assert ran["counts"] == {"rows_in": 1, "stored": 1, "replaced": 0, "unchanged": 0, "quarantined": 0}
    assert ran["findings"] == [], "no other column is taken for a column of the log"
    assert "3" not in [child["household_no"] for child in read_due(cpms, store)]


def test_a_list_of_visits_that_nobody_has_filled_in_says_nothing(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    path = tmp_path / "visits.xlsx"
    cpms("response", "due", *DAY, "-o", path, "--store", store)
    ran = cpms("response", "import", path, "--store", store)
    assert (ran.code, "0 responses in = 0 stored + 0 unchanged + 0 set aside" in ran.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("C000", "--kind", "home_visit", "--date", "1/3/2569"), "no child of the store has this CPMS ID"),
        (
            ("", "--kind", "visit to", "--date", "1/3/2569"),
            "Home visit (home_visit), Safety protection (safety_protection)",
        ),
        (("", "--kind", "home_visit", "--date", "soon"), "'soon' in Response date is not a date"),
        (("", "--kind", "home_visit", "--date", "1/3/2599"), "is still to come"),
        (("", "--kind", "home_visit", "--date", "1/3/2569", "--next", "later"), "'later' in Next date is not a date"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_one_sentence(
    cpms: Cpms, store: Path, known: dict[int, str], words: tuple[str, ...], expected: str
) -> None:
    before = dump(store)
    ran = cpms("response", "add", words[0] or known[1], *words[1:], "--store", store)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert expected in ran.err
    assert dump(store) == before


def test_the_same_again_changes_nothing_and_a_correction_takes_its_place(
    cpms: Cpms, store: Path, known: dict[int, str]
) -> None:
    words = ("response", "add", known[1], "--kind", "home_visit", "--store", store)
    first = cpms(*words, "--date", "2569-03-02")
    assert "Recorded for" in first.out
    assert "Home visit, 2026-03-02 (batch 3; cpms undo 3 takes it back)" in first.out
    before = dump(store)
    assert "recorded before; nothing changed" in cpms(*words, "--date", "2/3/2026").out
    assert dump(store) == before
    assert "took the place" in cpms(*words, "--date", "2026-03-02", "--outcome", "not at home").out
    assert check_store(store)["violations"].sum() == 0


def test_a_log_given_to_merge_is_recorded_as_one(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    file = write_log(
        tmp_path / "log.csv",
        {
            "cpms_id": known[1],
            "response_date": "2026-03-02",
            "response_kind": "home_visit",
            "response_by": "",
            "response_outcome": "",
            "next_date": "",
        },
    )
    children = cpms("children", "--store", store, "--format", "csv").out
    ran = cpms("merge", file, "--store", store)
    assert ran.code == 0, ran.err
    assert "1 response in = 1 stored" in ran.out
    assert "1 response in = 0 stored + 1 unchanged" in cpms("response", "import", file, "--store", store).out
    assert cpms("children", "--store", store, "--format", "csv").out == children
