"""Workbooks (XLSX, XLSM, XLS, ODS) to source tables, through calamine, after a look at the container itself."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from cpms_cli.errors import NoSurveyTable, SidewaysTable, UnreadableFile, UsageError
from cpms_cli.reading.book.cell_text import TextColumn, cell_text, text_column
from cpms_cli.reading.book.container import inspect_container
from cpms_cli.reading.book.far_cells import without
from cpms_cli.reading.book.merged_cells import spread_down, stands
from cpms_cli.reading.book.sheet_part import SheetLook
from cpms_cli.reading.book.thai_formats import with_plain_dates
from cpms_cli.reading.book.xls_file import inspect_ole
from cpms_cli.reading.header.head_search import stands_sideways
from cpms_cli.reading.header.header_rows import find_layout
from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.header.row_looks import Span
from cpms_cli.reading.sheet.record_rows import Records, records
from cpms_cli.reading.sheet.sheet_names import is_own_sheet
from cpms_cli.reading.size_limits import LIMITS
from cpms_cli.reading.source import CellFault, SheetNotRead, SourceTable, column_letter, text_table

_ERRORS_OF_A_RECORD = 3


def read_workbook(
    path: Path, spellings: Mapping[str, str] | None = None, sheets: Collection[str] | None = None
) -> list[SourceTable]:
    """Every sheet of the workbook with a table, in the workbook's order; with `spellings`, with a header of the survey.

    Hidden sheets are left out: what is hidden is mostly an old copy. The first table's `not_read` names them, and all
    others without a table; where `sheets` are named, these are read, hidden or not, and no others. Hidden rows are read
    like others, and named in their own table's `evidence`. Raises UnreadableFile for damaged, encrypted or hostile
    files and where only hidden sheets have a table, NoSurveyTable when none has or one of `sheets` has not, UsageError
    where none of `sheets` is there.
    """
    content = path.read_bytes()
    looks = inspect_container(path) if content.startswith(b"PK") else inspect_ole(path, content)
    far = {look.part: look.far for look in looks.values() if look.far}
    content = without(content, far, path.name) if far else content
    content = with_plain_dates(content) if content.startswith(b"PK") else content
    shown, not_read, names = _read(path, io.BytesIO(content), spellings, looks, sheets)
    if sheets is not None and len(names) == sum(sheet.reason == "not_asked_for" for sheet in not_read):
        raise UsageError("sheet_absent", file=path.name, sheets=", ".join(sheets), known=", ".join(names))
    without_table = [sheet.sheet for sheet in not_read if sheet.reason != "not_asked_for"] if sheets else []
    if without_table:
        raise NoSurveyTable("no_survey_header", file=path.name, sheet=without_table[0])
    hidden = ", ".join(str(sheet.sheet) for sheet in not_read if sheet.reason == "hidden" and sheet.answers)
    if not shown and hidden:
        raise UnreadableFile("only_hidden_sheets", file=path.name, sheets=hidden)
    turned = [str(sheet.sheet) for sheet in not_read if spellings and stands_sideways(sheet.top, spellings)]
    if not shown and turned:
        raise SidewaysTable("sheet_sideways", file=path.name, sheet=", ".join(turned))
    if not shown:
        raise NoSurveyTable(
            "no_survey_header" if spellings else "empty_workbook", file=path.name, sheet=", ".join(names)
        )
    if hidden:
        shown[0].evidence["hidden_sheets"] = hidden
    return [replace(shown[0], not_read=tuple(not_read)), *shown[1:]]


def _read(
    path: Path,
    content: io.BytesIO,
    spellings: Mapping[str, str] | None,
    looks: Mapping[str, SheetLook],
    wanted: Collection[str] | None,
) -> tuple[list[SourceTable], list[SheetNotRead], list[str]]:
    """The tables of the sheets that are read, the sheets that are not, and the names of all."""
    shown: list[SourceTable] = []
    not_read: list[SheetNotRead] = []
    asked = None if wanted is None else {spelt(name) for name in wanted}
    try:
        with CalamineWorkbook.from_filelike(content) as workbook:
            sheets = workbook.sheets_metadata
            for metadata in sheets:
                if metadata.typ != SheetTypeEnum.WorkSheet:
                    not_read.append(SheetNotRead(path.name, metadata.name, "not_asked_for" if asked else "chart"))
                    continue
                sheet = workbook.get_sheet_by_name(metadata.name)
                cells = _cells(path, sheet)
                if asked is not None and spelt(metadata.name) not in asked:
                    not_read.append(SheetNotRead(path.name, metadata.name, "not_asked_for", _filled(cells)))
                    continue
                spans, look = sheet.merged_cell_ranges or (), looks.get(metadata.name, SheetLook())
                tables = _tables(_Cells(path, metadata.name, cells, spans, look), spellings)
                if tables and (asked is not None or metadata.visible == SheetVisibleEnum.Visible):
                    shown += tables
                else:
                    visible = metadata.visible == SheetVisibleEnum.Visible
                    not_read.append(_not_read(path, metadata.name, cells, visible=visible, table=bool(tables)))
    except PasswordError:
        raise UnreadableFile("workbook_password", file=path.name) from None
    except (CalamineError, ValueError, OSError):
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    except BaseException as error:
        # A parser that gives up on hostile bytes by a panic is no failure of ours, nor the user's to read.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    return shown, not_read, [metadata.name for metadata in sheets]


def _cells(path: Path, sheet: CalamineSheet) -> list[list[Any]]:
    if sheet.end is None:
        return []
    if sheet.total_width > LIMITS.columns:
        raise UnreadableFile("too_many_columns", file=path.name, count=sheet.total_width, limit=LIMITS.columns)
    return sheet.to_python(skip_empty_area=False)


def _filled(cells: Sequence[Sequence[Any]]) -> int:
    return sum(stands(cell) for row in cells for cell in row)


def _not_read(path: Path, name: str, cells: Sequence[Sequence[Any]], *, visible: bool, table: bool) -> SheetNotRead:
    """What is to be told of a sheet that has no `table`, or is not `visible`."""
    filled = _filled(cells)
    if not filled:
        return SheetNotRead(path.name, name, "empty")
    if not table and is_own_sheet(name):
        return SheetNotRead(path.name, name, "own", filled)
    if not visible:
        return SheetNotRead(path.name, name, "hidden", filled, answers=table)
    return SheetNotRead(path.name, name, "no_header", filled, top=tuple(map(tuple, _top(cells))))


def _top(cells: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in islice(cells, LIMITS.header_rows)]


@dataclass(frozen=True)
class _Cells:
    """The cells of a sheet, its merged ranges as calamine gives them, and what its part of the file says beside."""

    path: Path
    sheet: str
    cells: list[list[Any]]
    merged: Sequence[Any]
    look: SheetLook


def _tables(sheet: _Cells, spellings: Mapping[str, str] | None) -> list[SourceTable]:
    """Return the tables of a sheet; none where no row is a header."""
    cells, look = sheet.cells, sheet.look
    top = _top(cells)
    spans = [Span(*first, *last) for first, last in sheet.merged]
    layout = find_layout(top, spellings, merged=[span for span in spans if span.top < LIMITS.header_rows])
    if layout is None:
        return []
    spread = spread_down(cells, spans, layout.begins)
    columns = [text_column(column) for column in zip(*cells[layout.begins :], strict=True)]
    columns = columns or [text_column([])] * len(layout.header)
    _check_lengths(sheet.path, sheet.sheet, top, columns)
    data = text_table(("",) * len(columns), [column.cells for column in columns])
    rows = np.arange(layout.begins + 1, layout.begins + 1 + data.num_rows, dtype=np.int64)
    lost = [
        CellFault("digits_lost", int(rows[position]), index, value)
        for index, column in enumerate(columns)
        for position, value in column.lost
    ]
    parts = records(data, rows, layout, spellings, sheet.path.name)
    lost += look.faults
    tables = [_table(sheet, part, lost, spread) for part in parts]
    alone = _rows_of_errors(look.faults, parts)
    if alone:
        tables[-1] = replace(tables[-1], faults=(*tables[-1].faults, *alone))
    far = tuple(CellFault("far_cell", row, column - 1) for row, column in look.far)
    return [replace(tables[0], faults=(*tables[0].faults, *far)), *tables[1:]] if far else tables


def _check_lengths(path: Path, sheet: str, top: Sequence[Sequence[str]], columns: Sequence[TextColumn]) -> None:
    longest = [pc.max(pc.binary_length(column.cells.dictionary)).as_py() or 0 for column in columns]
    longest += [len(cell) for row in top for cell in row]
    if max(longest) > LIMITS.cell:
        raise UnreadableFile("cell_too_long", file=path.name, part=sheet, limit=LIMITS.cell // 1_000_000)


def _table(sheet: _Cells, part: Records, faults: Sequence[CellFault], spread: Sequence[Span]) -> SourceTable:
    """Return one part of a sheet as a table; `spread` are merged ranges whose value stands in each of their rows."""
    look = sheet.look
    kept = set(part.rows.tolist()) if faults or look.hidden or spread else set()
    unseen = [row for row in look.hidden if row in kept]
    evidence = {"hidden_rows": ", ".join(map(str, unseen))} if unseen else {}
    if look.from_1904:
        evidence["date_system"] = "1904"
    tall = [_place(span) for span in spread if span.top + 1 in kept]
    if tall:
        evidence["merged_cells"] = ", ".join(tall)
    own_faults = sorted(
        (fault for fault in faults if fault.row in kept and (fault.column or 0) < len(part.header)),
        key=lambda fault: (fault.row, fault.column or 0),
    )
    return SourceTable(
        sheet.path,
        sheet.sheet,
        part.header,
        part.header_row,
        part.data,
        part.rows,
        evidence,
        tuple(own_faults),
        part.left_out,
        groups=part.groups,
    )


def _rows_of_errors(faults: Sequence[CellFault], parts: Sequence[Records]) -> list[CellFault]:
    """The errors of rows in which nothing else stands: they may have been children, and are no blank rows.

    Where only a cell or two of a row is an error, a formula was filled down beyond the records.
    """
    errors = [fault for fault in faults if fault.check == "excel_error"]
    if not errors:
        return []
    seen = {int(row) for part in parts for row in part.rows} | {row.row for part in parts for row in part.left_out}
    last = parts[-1]
    alone = [
        error
        for error in errors
        if error.row > last.header_row and error.row not in seen and (error.column or 0) < len(last.header)
    ]
    many = Counter(error.row for error in alone)
    return [error for error in alone if many[error.row] >= min(_ERRORS_OF_A_RECORD, len(last.header))]


def _place(span: Span) -> str:
    letter = column_letter(span.left)
    return f"{letter}{span.top + 1}:{letter}{span.bottom + 1}"
