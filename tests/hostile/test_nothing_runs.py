"""Whatever text is in a table, no spreadsheet runs it: every start that could be a formula, at every place in a cell,
through every writer of CSV and of workbooks, opened again."""

from __future__ import annotations

import csv
import io
import itertools
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cpms_cli import codebook, due_responses, load_survey, merge, plan_visits
from cpms_cli.reports.children.due_list import write_visits as write_due
from cpms_cli.reports.children.visits import write_visits
from cpms_cli.reports.document import Bullets, Column, Document, Heading, Paragraph, TableBlock
from cpms_cli.reports.documents.rendering import render
from cpms_cli.writing.files import write_tables
from tests.conftest import write_drawn

STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "\x00=",
    "＝",
    "＋",
    "－",
    "＠",
    "{=",
    '=HYPERLINK("http://x")&',
    "=cmd|'/C calc'!A",
)
PLACES = (
    "{}1+1",
    " {}1+1",
    "'{}1+1",
    '"{}1+1',
    "ก {}1+1",
    "ก\n{}1+1",
    "ก;{}1+1",
    'ก",{}1+1',
    "\u200b{}1+1",
    "\u202e{}1+1",
    "\x1b{}1+1",
)
TEXTS = [place.format(start) for start, place in itertools.product(STARTS, PLACES)]
TABLE = pd.DataFrame(
    {
        "text": pd.Series(TEXTS, dtype="str"),
        "again": pd.Series(TEXTS[::-1], dtype="str"),
        "listed": [[text, "ก"] for text in TEXTS],
        "kind": pd.Categorical(TEXTS),
        "number": [-1.5] * len(TEXTS),
    }
)
RUNS = tuple("=+-@\t\r\n\x00＝＋－＠")


def _formulas(content: bytes) -> list[str]:
    """Cells of a workbook that are formulas, and links: to openpyxl, and as they stand in its parts."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet for cell in row]
    live_cells = [f"{cell.coordinate} {cell.value}" for cell in cells if cell.data_type == "f" or cell.hyperlink]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        return live_cells + [name for name in sheets if b"<f>" in parts.read(name) or b"<f " in parts.read(name)]


def _armed(content: bytes) -> list[str]:
    """Cells of a CSV that Excel would run, whichever of the usual separators it takes; numbers are numbers."""
    rows = [
        row
        for mark in ",;\t"
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=mark)
    ]
    cells = [cell for row in rows for cell in row]
    return [
        cell
        for cell in cells
        if cell.lstrip(" ").startswith(RUNS) and not cell.strip().lstrip("-").replace(".", "").isdigit()
    ]


def test_tables_of_every_kind(tmp_path: Path) -> None:
    for ending in (".csv", ".xlsx"):
        write_tables({"table": TABLE}, tmp_path / f"t{ending}")
    assert not _formulas((tmp_path / "t.xlsx").read_bytes())
    rows = list(csv.reader(io.StringIO((tmp_path / "t.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert len(rows) == len(TEXTS) + 1
    assert not [cell for row in rows for cell in row[:4] if cell.lstrip().startswith(RUNS)]
    assert {row[4] for row in rows[1:]} == {"-1.5"}, "a negative number is a number"


def test_what_is_disarmed_is_not_spoilt(tmp_path: Path) -> None:
    write_tables({"table": TABLE[["text"]]}, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    written = [str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    gone = dict.fromkeys([0, 0x1B, 0x202E])
    for text, cell in zip(TEXTS, written, strict=True):
        assert cell.replace("_x000D_", "\r").replace("\r", "\n") == text.translate(gone).replace("\r", "\n"), repr(text)


def test_documents_as_workbooks(tmp_path: Path) -> None:
    columns = (Column("text", "=1+1"), Column("number", "@SUM(A1)", "count"))
    parts: list[Any] = [TableBlock("=1+1", TABLE, columns, "+1"), Bullets(tuple(TEXTS)), Heading("-1+1")]
    parts += [Paragraph(text) for text in TEXTS]
    document = Document("=1+1", "@SUM(A1)", "en", tuple(parts), tuple(TEXTS))
    render(document, tmp_path / "d.xlsx")
    assert not _formulas((tmp_path / "d.xlsx").read_bytes())
    render(codebook(load_survey(), "th"), tmp_path / "c.xlsx")
    assert not _formulas((tmp_path / "c.xlsx").read_bytes())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Victims whose names begin like formulas."""
    folder = tmp_path_factory.mktemp("armed")
    rows = [
        {
            "household_no": f"={number}",
            "given_name": f"{start}1+1",
            "family_name": f"{start}A1",
            "mother_name": f"{number}",
            "violence_physical": "yes",
            "drugs": None,
            "child_no": number,
            "birth_date": f"2016-0{number}-01",
        }
        for number, start in enumerate(STARTS[:4], start=1)
    ]
    merge([write_drawn(folder / "s.csv", base, rows)], folder / "s.duckdb")
    return folder / "s.duckdb"


def test_lists_to_walk_with(store: Path, tmp_path: Path) -> None:
    survey = load_survey()
    due = due_responses(store, identified=True)
    visits = plan_visits(store, identified=True)
    assert len(due) == 4
    assert set(due["given_name"]) == {f"{start}1+1" for start in STARTS[:4]}
    for ending in (".xlsx", ".csv"):
        write_due(survey, due, tmp_path / f"due{ending}", "th")
    write_visits(tmp_path / "visits.xlsx", survey, visits, "th")
    for name in ("due.xlsx", "visits.xlsx"):
        assert not _formulas((tmp_path / name).read_bytes()), name
    assert not _armed((tmp_path / "due.csv").read_bytes())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not there")
def test_libreoffice_calculates_nothing(tmp_path: Path) -> None:
    """Converted by the program itself: a formula would have left its result, 2, or an error."""
    write_tables({"table": TABLE[["text"]]}, tmp_path / "t.xlsx")
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            "fods",
            "--outdir",
            tmp_path,
            tmp_path / "t.xlsx",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    workbook_text = (tmp_path / "t.fods").read_text("utf-8")
    assert workbook_text.count("1+1") >= len(TEXTS)
    assert "table:formula=" not in workbook_text
