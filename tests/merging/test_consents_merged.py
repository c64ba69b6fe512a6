"""What a family agreed to decides what `cpms merge` keeps of its children."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pandas as pd

from cpms_cli import merge
from cpms_cli.store.content import content_hash
from tests.conftest import Cpms, Draw


def _rows(store: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_without_consent_only_the_key_is_kept(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    for consent, name in (("no", "a.csv"), ("ปฏิเสธ", "b.csv")):
        store = tmp_path / f"{name}.duckdb"
        ran = cpms("merge", draw({"consent": consent, "sex": "x", "given_name": "ชื่อลับ"}, name=name), "--store", store)
        assert ran.code == 0
        [row] = _rows(store, "SELECT given_name, sex, birth_date, round, household_no FROM current_child")
        assert row == (None, None, None, "2026", "1")
        assert "ชื่อลับ".encode() not in store.read_bytes()


def test_nothing_is_stored_of_a_family_whose_consent_cannot_be_read(draw: Draw, tmp_path: Path) -> None:
    first, second = {"household_no": "8", "consent": "ไม่ยินยอมให้เก็บ"}, {"household_no": "8", "consent": None}
    store = tmp_path / "s.duckdb"
    merged = merge([draw(first, second, {"household_no": "9"})], store)
    assert _rows(store, "SELECT household_no FROM current_child") == [("9",)]
    assert merged.files.loc[0, ["stored", "quarantined"]].to_list() == [1, 2]
    errors = merged.findings[merged.findings["severity"] == "error"]
    assert list(zip(errors["row"], errors["check"], errors["field"], strict=True)) == [
        (2, "code", "consent"),
        (3, "consent_unread", "consent"),
    ]
    read = {"household_no": "8", "consent": "no"}
    merge([draw(first, read, second, name="b.csv")], store)
    assert _rows(store, "SELECT DISTINCT given_name FROM current_child WHERE household_no = '8'") == [(None,)]


def test_children_on_a_sheet_of_their_own_wait_for_a_consent_that_cannot_be_read(draw: Draw, tmp_path: Path) -> None:
    flat = pd.read_csv(draw({"household_no": "8"}, {"household_no": "9"}), dtype=str)
    key = ["round", "village_code", "household_no"]
    path = tmp_path / "two.xlsx"
    with pd.ExcelWriter(path) as book:
        homes = flat[[*key, "consent", "interview_date"]].assign(consent=["x", "yes"])
        homes.to_excel(book, sheet_name="homes", index=False)
        flat[[*key, "child_no", "given_name", "birth_date"]].to_excel(book, sheet_name="children", index=False)
    store = tmp_path / "s.duckdb"
    merge([path], store)
    assert _rows(store, "SELECT household_no FROM current_child") == [("9",)]


def test_consent_withdrawn_blanks_what_the_round_held(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw({"given_name": "ก่อน"}, {"given_name": "อีกคน"}, {"household_no": "2"}, name="a.csv")], store)
    merge([draw({"consent": "no"}, name="b.csv")], store)
    assert _rows(store, "SELECT household_no, given_name FROM child_observation ORDER BY ALL") == [
        ("1", None),
        ("1", None),
        ("1", None),
        ("2", "ตัวอย่าง"),
    ]
    assert _rows(store, "SELECT household_no, consent, dwelling FROM current_household ORDER BY ALL") == [
        ("1", "no", None),
        ("2", "yes", "own"),
    ]


def test_a_later_file_that_does_not_ask_does_not_undo_a_refusal(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw({"consent": "no"}, name="a.csv")], store)
    merge([draw({"given_name": "ชื่อลับ"}, name="b.csv", without=["consent"])], store)
    assert _rows(store, "SELECT given_name, sex FROM current_child") == [(None, None)]
    merge([draw({"given_name": "ชื่อใหม่", "consent": "yes"}, name="c.csv")], store)
    assert _rows(store, "SELECT given_name, sex FROM current_child") == [("ชื่อใหม่", "female")]


def test_children_and_refusal_in_either_order_give_the_same_store(draw: Draw, tmp_path: Path) -> None:
    files = [draw({}, {}, name="a.csv", without=["consent"]), draw({"consent": "no"}, name="b.csv")]
    hashes = set()
    for number, order in enumerate((files, files[::-1])):
        for path in order:
            merge([path], tmp_path / f"{number}.duckdb")
        hashes.add(content_hash(tmp_path / f"{number}.duckdb"))
    assert len(hashes) == 1


def test_what_is_set_aside_of_a_silent_family_has_no_answers(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"consent": "no", "village_code": "99999999", "given_name": "ชื่อลับ", "violence_sexual": "yes"})
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 1
    assert "Mend these first" not in ran.out + ran.err
    book = openpyxl.load_workbook(tmp_path / "s-set-aside-1.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    text = " ".join(f"{cell.value} {cell.comment.text if cell.comment else ''}" for cell in cells)
    assert "99999999" in text
    assert "ชื่อลับ" not in text
    assert "yes" not in text
