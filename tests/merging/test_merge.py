"""Given these files, `cpms merge` keeps this, sets that aside, and never loses a row."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import merge, undo, write_samples
from cpms_cli.errors import StoreLocked
from cpms_cli.reading.source import column_letter
from cpms_cli.store.content import content_hash, dump
from tests.conftest import ROUNDS, SAMPLES, THOROUGH, Cpms, Draw, MakeOnce


def _rows(store: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_in_is_stored_plus_unchanged_plus_set_aside(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    ran = cpms("merge", draw({}, {"sex": "x"}, {}), "--store", store)
    assert ran.code == 1
    assert "3 rows in = 2 stored + 0 unchanged + 1 set aside" in ran.out
    again = cpms("merge", tmp_path / "survey.csv", "--store", store)
    assert "3 rows in = 0 stored + 2 unchanged + 1 set aside" in again.out
    assert "survey.csv was merged before" in again.out


def test_what_a_cell_holds_and_is_not_stored_is_named(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    lost = {"violence_physical": "#REF!"}
    path = draw(lost, {}, {"sex": "x", **lost})
    header, *rows = path.read_text("utf-8-sig").splitlines()
    rows[1] += ",yes"
    path.write_text("\n".join([header, *rows]), "utf-8")
    cell = f"{column_letter(header.split(',').index('violence_physical'))}2"
    aside = cell.replace("2", "4")
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert "3 rows in = 2 stored + 0 unchanged + 1 set aside" in ran.out
    assert f"survey.csv: {cell}, {aside}: the formula ended in an error (#REF!)" in ran.out
    assert "survey.csv: row 3: the row has more cells than the header" in ran.out
    # The workbook to mend has no more of it than the store: that row would be stored without it, and without a word.
    alone = draw(lost, name="alone.csv")
    assert cpms("merge", alone, "--store", tmp_path / "alone.duckdb").code == 1, "not all is in the store"
    document = cpms("merge", path, "--store", tmp_path / "json.duckdb", "--format", "json").json
    unread = document["cells_not_stored"]
    assert [(fault["row"], fault["cell"], fault["check"]) for fault in unread] == [
        (2, cell, "excel_error"),
        (3, None, "row_too_long"),
        (4, aside, "excel_error"),
    ]


@pytest.fixture
def rounds(tmp_path: Path) -> list[Path]:
    """Three rounds of a few children, with mistakes; with CPMS_THOROUGH=1 the sample rounds."""
    few = write_samples(tmp_path / "few", ["850105"], range(2024, 2027), 30, 7)
    return ROUNDS if THOROUGH else [path for path in few if path.name.startswith("survey_")]


def test_the_samples_lose_nothing(rounds: list[Path], tmp_path: Path) -> None:
    merged = merge(rounds, tmp_path / "s.duckdb")
    written = [
        len(pd.read_csv(path))
        if path.suffix == ".csv"
        else sum(len(sheet) for sheet in pd.read_excel(path, sheet_name=None, engine="calamine").values())
        for path in rounds
    ]
    assert list(merged.files["rows_in"]) == written
    assert (merged.files["rows_in"] == merged.files["stored"] + merged.files["quarantined"]).all()


def test_set_aside_rows_are_mended_in_excel_and_merged(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", draw({}, {"sex": "ชยา", "household_no": "8", "violence_physical": "yes"}), "--store", store)
    aside = tmp_path / "s-set-aside-1.xlsx"
    book = openpyxl.load_workbook(aside)
    sheet, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    header = [str(cell.value) for cell in sheet[1]]
    assert "is not an answer to Sex" in str(sheet.cell(2, header.index("Why this row was set aside") + 1).value)
    wrong = sheet.cell(2, header.index("sex") + 1)
    assert wrong.value == "ชยา"
    assert wrong.comment is not None and "write one of: Female, Male" in wrong.comment.text
    wrong.value = "ชาย"
    book.save(aside)
    ran = cpms("merge", aside, "--store", store)
    assert ran.code == 0
    assert "1 row in = 1 stored + 0 unchanged + 0 set aside" in ran.out
    assert _rows(store, "SELECT sex FROM current_child WHERE household_no = '8'") == [("male",)]


def test_rows_set_aside_say_on_each_printed_page_whose_they_are(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    cpms("merge", draw({"sex": "x"}), "--store", tmp_path / "s.duckdb", "--lang", "th")
    sheet = openpyxl.load_workbook(tmp_path / "s-set-aside-1.xlsx").worksheets[0]
    assert sheet.title == "1 เด็ก"
    assert sheet.print_title_cols == "$A:$C"


def test_the_next_merge_leaves_the_workbook_that_is_being_mended(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", draw({"sex": "x"}), "--store", store)
    before = (tmp_path / "s-set-aside-1.xlsx").read_bytes()
    cpms("merge", draw({"sex": "y"}), "--store", store)
    assert (tmp_path / "s-set-aside-1.xlsx").read_bytes() == before


def test_a_set_aside_victim_is_named_at_once(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    ran = cpms(
        "merge", draw({}, {"violence_sexual": "yes", "work_hours_week": "many"}), "--store", tmp_path / "s.duckdb"
    )
    assert "1 row set aside is about a child at level Victim" in ran.out
    assert "survey.csv:3" in ran.out


def test_a_mended_row_brings_back_what_its_family_said_on_another_row(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    blank = {"member_violent": None, "dwelling": None, "interview_date": None}
    cpms("merge", draw({"member_violent": "yes"}, {**blank, "sex": "x"}), "--store", store)
    aside = tmp_path / "s-set-aside-1.xlsx"
    book = openpyxl.load_workbook(aside)
    header = [str(cell.value) for cell in book.worksheets[0][1]]
    book.worksheets[0].cell(2, header.index("sex") + 1).value = "female"
    book.save(aside)
    cpms("merge", aside, "--store", store)
    assert _rows(store, "SELECT member_violent, dwelling, interview_date FROM current_household") == [
        ("yes", "own", "2026-11-15")
    ]


def test_a_family_stays_with_its_other_children_when_its_first_row_is_set_aside(draw: Draw, tmp_path: Path) -> None:
    blank = {"consent": None, "member_violent": None}
    store = tmp_path / "s.duckdb"
    first = {"sex": "x", "household_no": "8", "member_violent": "yes"}
    merged = merge([draw(first, {"household_no": "8", **blank})], store)
    assert merged.files.loc[0, ["stored", "quarantined"]].to_list() == [1, 1]
    assert _rows(store, "SELECT consent, member_violent FROM current_household") == [("yes", "yes")]
    wrong = {"sex": "x", "household_no": "9", "member_violent": "maybe"}
    merge([draw(wrong, {"household_no": "9", **blank}, name="b.csv")], store)
    assert _rows(store, "SELECT household_no FROM current_household") == [("8",)]


def test_a_corrected_file_takes_the_place_and_the_old_rows_stay(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", draw({"distress": "never"}, {}, name="a.csv"), "--store", store)
    ran = cpms("merge", draw({"distress": "daily"}, {}, name="b.csv"), "--store", store)
    assert "2 rows in = 1 stored + 1 unchanged + 0 set aside" in ran.out
    history = "SELECT distress, superseded_by FROM child_observation WHERE child_no = '1' ORDER BY batch_id"
    assert _rows(store, history) == [("never", 2), ("daily", None)]
    cpms("merge", tmp_path / "a.csv", "--store", store)
    assert _rows(store, "SELECT distress FROM current_child WHERE child_no = '1'") == [("daily",)]


def test_files_in_any_order_give_the_same_store(rounds: list[Path], tmp_path: Path) -> None:
    merged = merge(rounds, tmp_path / "at_once.duckdb")
    assert merged.total("stored") > 50 and merged.total("quarantined") > 0
    hashes = {content_hash(tmp_path / "at_once.duckdb")}
    # With their own order, merged at once: each file first once, and each pair in both orders.
    first, second, third = rounds
    for number, order in enumerate([(third, second, first), (second, third, first)]):
        store = tmp_path / f"{number}.duckdb"
        for files in ((path,) for path in order) if THOROUGH else (order[:1], order[1:]):
            merge(files, store)
        hashes.add(content_hash(store))
    assert len(hashes) == 1


def test_merging_again_changes_nothing(sample_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    store.write_bytes(sample_store.read_bytes())
    before = content_hash(store)
    people = _rows(store, "SELECT * FROM child_link ORDER BY ALL")
    again = merge(ROUNDS, store)
    assert again.total("stored") == 0
    assert content_hash(store) == before
    assert _rows(store, "SELECT * FROM child_link ORDER BY ALL") == people


def test_a_failed_merge_leaves_the_store_as_it_was(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", draw({}, name="a.csv"), "--store", store)
    before = hashlib.sha256(store.read_bytes()).hexdigest()
    bad = tmp_path / "no folder" / "x.xlsx"
    ran = cpms("merge", draw({"sex": "x"}, {}, name="b.csv"), "--store", store, "--quarantine", bad)
    assert ran.code == 2
    assert hashlib.sha256(store.read_bytes()).hexdigest() == before


def test_rows_set_aside_are_never_written_over_a_file(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Neither over the survey itself, nor over the workbook of an earlier store of this name, half mended."""
    path, store = draw({"sex": "x"}, {}, name="survey.xlsx"), tmp_path / "s.duckdb"
    before = path.read_bytes()
    ran = cpms("merge", path, "--store", store, "--quarantine", path)
    assert (ran.code, "already" in ran.err, path.read_bytes() == before) == (2, True, True)
    assert not store.exists()
    earlier = tmp_path / "s-set-aside-1.xlsx"
    earlier.write_bytes(b"half mended")
    ran = cpms("merge", path, "--store", store)
    assert (ran.code, "s-set-aside-1-2.xlsx" in ran.out) == (1, True)
    assert (earlier.read_bytes(), (tmp_path / "s-set-aside-1-2.xlsx").exists()) == (b"half mended", True)


def _hold(store: str, ready: object, done: object) -> None:
    with duckdb.connect(store):
        ready.set()  # type: ignore[attr-defined]
        done.wait(60)  # type: ignore[attr-defined]


def test_a_store_in_use_is_refused_with_a_clear_word(sample_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    store.write_bytes(sample_store.read_bytes())
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(store), ready, done))
    other.start()
    try:
        assert ready.wait(60)
        with pytest.raises(StoreLocked):
            merge(ROUNDS[:1], store)
    finally:
        done.set()
        other.join()


def test_what_is_wrong_outside_the_records_is_no_row_set_aside(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({})
    path.write_bytes(path.read_bytes().replace(b"interviewer", b"inter\x00viewer", 1))
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert "1 row in = 1 stored + 0 unchanged + 0 set aside" in ran.out


def test_a_file_of_keys_alone_cannot_blank_what_is_known(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    """The samples' list of who is who has rounds, villages, houses and lines, and not one answer."""
    store = tmp_path / "own.duckdb"
    shutil.copy(sample_store, store)
    before = dump(store)
    ran = cpms("merge", SAMPLES / "truth.csv", "--store", store)
    assert (ran.code, "truth.csv" in ran.err, "question" in ran.err) == (2, True, True)
    assert dump(store) == before


HURT = {"violence_physical": "yes", "birth_date": "2016-03-12", "given_name": "มะลิ", "sex": "female"}
# A sheet of corrections has the columns that are corrected, and no others.
LEFT_OUT = ["violence_physical", "work_hazardous", "dwelling"]


@pytest.mark.parametrize(
    ("corrected", "still_known"),
    [
        ({"given_name": "มะลิลา"}, True),  # the name corrected, the birth date says it is she
        ({"birth_date": None, "age_years": 10}, True),  # the name says it
        # One thing differs: perhaps corrected, perhaps another child, whose row takes her place (test_displaced).
        ({"sex": "male"}, False),
        ({"birth_date": "2019-01-01"}, False),
        ({"given_name": "บุญ", "birth_date": None, "age_years": 10}, False),  # nothing says that it is she
    ],
)
def test_a_column_that_a_file_lacks_takes_no_answer_back(
    cpms: Cpms, draw: Draw, once: MakeOnce, corrected: dict[str, object], still_known: bool
) -> None:
    first = draw(HURT)
    store = once(lambda path: merge([first], path))
    before = dump(store)
    merge([draw({**HURT, **corrected}, name="corrected.csv", without=LEFT_OUT)], store)
    [(hurt, dangerous)] = _rows(store, "SELECT violence_physical, work_hazardous FROM current_child")
    assert (hurt == "yes", dangerous is not None) == (still_known, still_known)
    again = cpms("merge", draw({**HURT, **corrected}, name="again.xlsx", without=LEFT_OUT), "--store", store)
    assert "1 row in = 0 stored + 1 unchanged" in again.out
    undo(store, 3)
    undo(store, 2)
    assert dump(store) == before


def test_a_blank_cell_does_take_an_answer_back_and_a_refusal_all(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", draw(HURT), "--store", store)
    cpms("merge", draw({**HURT, "violence_physical": None}, name="blank.csv"), "--store", store)
    assert _rows(store, "SELECT violence_physical FROM current_child") == [(None,)]
    cpms("merge", draw(HURT, name="hurt.csv"), "--store", store)
    cpms("merge", draw({**HURT, "consent": "no"}, name="no.csv", without=LEFT_OUT), "--store", store)
    assert _rows(store, "SELECT given_name, violence_physical FROM current_child") == [(None, None)]
