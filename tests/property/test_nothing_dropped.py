"""Promise 21: nothing is dropped unsaid. Each cell of a file is read, or its row or column is named, or it is refused.

The cells are counted by other means (csv, openpyxl) than those by which the files are read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli import CpmsError, load_survey, read_cells
from cpms_cli.reading.header.choices.split_questions import fold_choices
from cpms_cli.reading.header.headers import header_spellings
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import distinct_texts, read, read_sources
from cpms_cli.survey.model.definition import folded
from tests.conftest import ROOT, THOROUGH

FILES = ROOT / "tests" / "files"
SURVEY = load_survey()
SPELLINGS = header_spellings(SURVEY)
BLANK = {word for word, code in SURVEY.codelists["missing"].by_spelling.items() if code == "blank"}
# Files on whose rows or cells csv, openpyxl and spreadsheets do not agree; tests/files has what is right for each.
OTHERWISE_COUNTED = {
    "comma_inside_unquoted_thai_text.csv",
    "cp874_rows_then_utf8_rows.csv",
    "curly_quotes_cp1252.csv",
    "quote_never_closed.csv",
    "mark_within_after_two_files_were_joined.csv",
    "quotes_escaped_by_backslash.csv",
    "quotes_inside_not_doubled.csv",
    "semicolons_inside_answers.csv",
    "single_quotes.csv",
    "spaces_after_commas.csv",
    "zero_byte_in_a_name.csv",
    "mixed_line_ends.csv",
    "first_line_names_the_separator.csv",
    "excel_97_named_xlsx.xlsx",
}
Cells = dict[tuple[int, int], str]


def _counted(path: Path, evidence: dict[str, str]) -> dict[str | None, Cells]:
    """Every cell with something in it, by sheet, row (from 1) and column (from 0)."""
    if path.suffix in (".xlsx", ".xlsm"):
        book = openpyxl.load_workbook(path, data_only=True)
        return {
            # Only the cells that are there: some files have formats a million rows below their table.
            sheet.title: {
                (row, column - 1): str(cell.value)
                for (row, column), cell in sheet._cells.items()
                if cell.value is not None and str(cell.value).strip()
            }
            for sheet in book.worksheets
        }
    text = path.read_text(evidence["encoding"] if evidence["encoding"] != "utf-8" else "utf-8-sig", "replace")
    rows = csv.reader(text.splitlines(keepends=True), delimiter=evidence["delimiter"][0])
    return {
        None: {
            (number, column): cell
            for number, row in enumerate(rows, start=1)
            for column, cell in enumerate(row)
            if cell.strip("\ufeff \t\r\n\0")
        }
    }


def _dropped(cells: Cells, tables: Sequence[SurveyTable]) -> Iterator[tuple[int, int]]:
    """The cells of one sheet that are neither read nor named."""
    named = {row.row for table in tables for row in table.source.left_out} | {
        table.source.header_row for table in tables
    }
    faulty = {(fault.row, fault.column) for table in tables for fault in table.source.faults}
    for (row, column), text in cells.items():
        if row in named or (row, column) in faulty or (row, None) in faulty or folded(text) in BLANK:
            continue
        headers = (header[column] for table in tables if column < len(header := table.source.header))
        if any(folded(header.rpartition("/")[2]) in BLANK for header in headers):
            continue  # "none" of several answers is chosen: of a family without children, it says nothing of a child
        if not any(_is_read(table, row, column) for table in tables):
            yield row, column


def _is_read(table: SurveyTable, row: int, column: int) -> bool:
    """Whether a table has this cell as an answer, or tells of the whole column."""
    if any(column_unread.index == column and column_unread.filled for column_unread in table.unread):
        return True
    place = np.flatnonzero(table.rows == row)
    if not len(place):
        return False
    into = _choices(table.source).get(column)
    if into is not None:
        return any(column_read.index == into for column_read in table.columns.values())
    return any(
        column_read.index == column and distinct_texts(table.source, column)[0][place[0]] >= 0
        for column_read in table.columns.values()
    )


@lru_cache(maxsize=4)
def _choices_of(path: Path) -> dict[tuple[str | None, int], dict[int, int]]:
    """By sheet and header row, the columns of one answer each, with the column of their question."""
    sources = read_sources(path, SURVEY)
    return {(source.sheet, source.header_row): fold_choices(SURVEY, source, SPELLINGS, {})[1] for source in sources}


def _choices(source: SourceTable) -> dict[int, int]:
    return _choices_of(source.path)[source.sheet, source.header_row]


def _files() -> list[Path]:
    paths = [path for folder in (FILES, FILES / "cases") for path in sorted(folder.iterdir()) if path.is_file()]
    return [path for path in paths if path.suffix in (".csv", ".txt", ".xlsx", ".xlsm")]


@pytest.mark.parametrize(
    "path", [path for path in _files() if path.name not in OTHERWISE_COUNTED], ids=lambda path: path.name
)
def test_each_cell_of_a_file_is_read_or_named(path: Path) -> None:
    try:
        tables = read(path, SURVEY)
    except CpmsError as refused:
        assert refused.exit_code == 2
        return
    counted = _counted(path, tables[0].source.evidence)
    for sheet in {table.source.sheet for table in tables}:
        cells = counted[sheet]
        assert cells
        assert list(_dropped(cells, [table for table in tables if table.source.sheet == sheet])) == []


def test_the_files_left_out_are_there_and_are_read() -> None:
    for name in OTHERWISE_COUNTED:
        assert read_cells(FILES / name)


KEYS = ("round", "village_code", "household_no")
KNOWN = (
    "child_no",
    "given_name",
    "sex",
    "birth_date",
    "nationality",
    "services_received",
    "violence_sexual",
    "dwelling",
    "consent",
)
ODD = (
    "",
    "หมายเหตุ",
    "ลำดับ",
    "ถูกทำร้าย",
    "วันเกิ",
    "Natoinality",
    "given_name_2",
    "sex_2",
    "เพศ (คนที่ 3)",
    "child4_birth_date",
    "services_received/cash",
    "services_received/none",
    "_uuid",
    "start",
    "cpms_from",
    "not read: x",
)
CELLS = st.sampled_from(
    ["", "", "ใช่", "ไม่ใช่", "1", "0", "2560", "12/3/2560", "หญิง", "มาลี", "-", "x", "1234567890121", "cash"]
)


@st.composite
def _table(draw: st.DrawFn) -> list[list[str]]:
    known = draw(st.lists(st.sampled_from(KNOWN), min_size=2, max_size=6, unique=True))
    odd = draw(st.lists(st.sampled_from(ODD), max_size=6, unique=True))
    header = [*KEYS, *draw(st.permutations([*known, *odd]))]
    rows = draw(st.lists(st.lists(CELLS, min_size=len(header) - 3, max_size=len(header) - 3), min_size=1, max_size=4))
    return [header, *(["2568", "85010501", str(number), *row] for number, row in enumerate(rows, start=1))]


@settings(max_examples=1000 if THOROUGH else 25, deadline=None)
@given(table=_table())
def test_each_cell_of_a_drawn_file_is_read_or_named(
    table: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("drawn") / "drawn.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(table)
    try:
        tables = read(path, SURVEY)
    except CpmsError:
        return
    cells = _counted(path, {"encoding": "utf-8", "delimiter": ","})[None]
    assert list(_dropped(cells, tables)) == []
    # What holds answers stops the merge, whichever header it has.
    lost = [column for table in tables for column in table.unread if column.why in ("unknown", "near", "no_header")]
    yes = {column for (row, column), text in cells.items() if row > 1 and text in ("ใช่", "ไม่ใช่")}
    other = {column for (row, column), text in cells.items() if row > 1 and text not in ("ใช่", "ไม่ใช่", "-")}
    assert all(
        column.holds_answers
        for column in lost
        if column.index in yes - other and column.header not in ("หมายเหตุ", "ลำดับ")
    )
