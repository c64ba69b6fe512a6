"""Every workbook that a command writes in Thai prints on A4, its pages numbered; the review workbook colours what is
really different, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cpms_cli import merge
from cpms_cli.linking.review.review_workbook import review_bytes
from tests.conftest import ROOT, ROUNDS, Cpms, Draw

SAMPLE = ROUNDS[1]
LINES = (
    "review export OUT --identified --store STORE",
    "template -o OUT",
    "template --layout two-sheet -o OUT",
    "template --prefill --area 85010501 --identified -o OUT --store STORE",
    f"validate {SAMPLE} --annotate OUT --identified",
    f"map {ROOT / 'sample_data' / 'mistakes.csv'} -o OUT",
    "visits --area 85010501 -o OUT --store STORE",
    "response due -o OUT --store STORE",
    "today --area 85010501 -o OUT --store STORE",
    "plan community 85010501 -o OUT --store STORE",
    "export records OUT --store STORE",
    "export figures OUT --store STORE",
)


def _ours(book: openpyxl.Workbook, line: str) -> list[Any]:
    """The sheets that are read; of a workbook that was annotated, the one that we put before those of the file."""
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return shown[:1] if "--annotate" in line else shown


@pytest.mark.parametrize("line", LINES)
def test_every_sheet_of_a_thai_workbook_prints_on_a4_with_its_pages_numbered(
    cpms: Cpms, sample_store: Path, tmp_path: Path, line: str
) -> None:
    store, out = Path(shutil.copy(sample_store, tmp_path / "s.duckdb")), tmp_path / "out.xlsx"
    words = [{"OUT": out, "STORE": store}.get(word, word) for word in line.split()]
    assert cpms(*words, "--lang", "th").code in (0, 1)
    sheets = _ours(openpyxl.load_workbook(out), line)
    assert sheets
    for sheet in sheets:
        assert sheet.page_setup.paperSize == 9, sheet.title
        assert sheet.sheet_properties.pageSetUpPr is not None and sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in str(sheet.oddFooter.center.text), sheet.title
        # "กำหนด (ช้ากี่วัน)" stands in two lines of 12 letters.
        assert not line.startswith("visits") or sheet.row_dimensions[1].height == 36


def test_only_what_two_sides_say_differently_is_coloured(tmp_path: Path) -> None:
    """The rounds are two whoever it is; who says nothing says nothing else; brothers who left are no contradiction."""
    sides = {
        "Round": ("2568", "2569"),
        "Given name": ("มะลิ", "มาลี"),
        "Nickname": ("", "หนู"),
        "Mother's name": ("Aye Aye", "aye  aye"),
        "Other children": ("ก้อง, นวล", "นวล"),
    }
    ahead = {name: [""] for name in ("Pair", "Decision", "Reason", "Chance", "Agrees", "Differs")}
    both = {f"{name} {mark}": [text] for name, two in sides.items() for mark, text in zip("AB", two, strict=True)}
    path = tmp_path / "review.xlsx"
    path.write_bytes(review_bytes("pairs", pd.DataFrame({**ahead, **both}), 1, ["same", "other"]))
    header, row = openpyxl.load_workbook(path).active.iter_rows()  # type: ignore[union-attr]
    marked = [str(head.value) for head, cell in zip(header, row, strict=True) if cell.fill.fgColor.rgb == "FFFFEB9C"]
    assert marked == ["Given name A", "Given name B"]


def test_the_review_workbook_has_the_years_and_dates_of_its_language(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    home = {"national_id": None, "birth_date": "2014-03-05"}
    files = [
        draw({**home, "round": year, "interview_date": f"{year}-11-01", "given_name": name}, name=f"{year}.csv")
        for year, name in ((2025, "ละไม"), (2026, "ประภา"))
    ]
    merge(files, tmp_path / "s.duckdb")
    ran = cpms(
        *("review", "export", tmp_path / "r.xlsx", "--identified", "--store", tmp_path / "s.duckdb", "--lang", "th")
    )
    assert ran.code == 0, ran.err
    cells = pd.read_excel(tmp_path / "r.xlsx", dtype="str", engine="openpyxl").iloc[0]
    assert [cells["ปีที่สำรวจ A"], cells["ปีที่สำรวจ B"]] == ["2568", "2569"]
    assert cells["วันเกิด A"] == "5/3/2557"
