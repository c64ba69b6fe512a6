"""The sheets of a book, as cells, to source tables: which are read, and what is to be told of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from cpms_cli.errors import NoSurveyTable, OtherLayout, UnreadableFile, UsageError
from cpms_cli.reading.book.cell_text import TextColumn, cell_text, text_column
from cpms_cli.reading.book.merged_cells import spread_down, stands
from cpms_cli.reading.book.sheet_part import SheetLook
from cpms_cli.reading.header.head_search import check_not_beside, stands_sideways
from cpms_cli.reading.header.header_rows import find_layout
from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.header.row_looks import Span
from cpms_cli.reading.layout.record_rows import Records, records
from cpms_cli.reading.layout.sheet_names import is_own_sheet
from cpms_cli.reading.size_limits import LIMITS, check_letters
from cpms_cli.reading.source import CellFault, SheetNotRead, SourceTable, column_letter, text_table

_ERRORS_OF_A_RECORD = 3


@dataclass(frozen=True)
class BookSheet:
    """A sheet of a book: its cells as a rectangle, None where it is a chart; its merged ranges; and what its part of
    the file says beside the values. `name` is None for the only table of a page, which has no sheets."""

    name: str | None
    cells: list[list[Any]] | None
    merged: Sequence[Span] = ()
    look: SheetLook = field(default_factory=SheetLook)
    is_visible: bool = True


def tables_of_book(
    path: Path,
    book: Iterable[BookSheet],
    spellings: Mapping[str, str] | None,
    sheets: Collection[str] | None,
) -> list[SourceTable]:
    """Return every sheet of a book with a table, in its order; with `spellings`, with a header of the survey.

    Hidden sheets are left out: what is hidden is mostly an old copy. The first table's `not_read` names them, and all
    others without a table; where `sheets` are named, these are read, hidden or not, and no others. Hidden rows are read
    like others, and named in their own table's `evidence`. Raises UnreadableFile where only hidden sheets have a table,
    NoSurveyTable when none has or one of `sheets` has not, UsageError where none of `sheets` is there.
    """
    shown, not_read, names = _read(path, book, spellings, sheets)
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
        raise OtherLayout("sheet_sideways", file=path.name, sheet=", ".join(turned))
    for sheet in not_read if spellings and not shown else ():
        check_not_beside(path, sheet.sheet, sheet.top, spellings or {})
    if not shown:
        raise NoSurveyTable(
            "no_survey_header" if spellings else "empty_workbook", file=path.name, sheet=", ".join(names)
        )
    if hidden:
        shown[0].evidence["hidden_sheets"] = hidden
    return [replace(shown[0], not_read=tuple(not_read)), *shown[1:]]


def _read(
    path: Path, book: Iterable[BookSheet], spellings: Mapping[str, str] | None, wanted: Collection[str] | None
) -> tuple[list[SourceTable], list[SheetNotRead], list[str]]:
    """The tables of the sheets that are read, the sheets that are not, and the names of all."""
    shown: list[SourceTable] = []
    not_read: list[SheetNotRead] = []
    names: list[str] = []
    asked = None if wanted is None else {spelt(name) for name in wanted}
    for sheet in book:
        names.append(sheet.name or "")
        if sheet.cells is None:
            not_read.append(SheetNotRead(path.name, sheet.name, "not_asked_for" if asked else "chart"))
            continue
        if asked is not None and spelt(sheet.name or "") not in asked:
            not_read.append(SheetNotRead(path.name, sheet.name, "not_asked_for", _filled(sheet.cells)))
            continue
        tables = _tables(path, sheet, sheet.cells, spellings)
        if tables and (asked is not None or sheet.is_visible):
            shown += tables
        else:
            not_read.append(_not_read(path, sheet, sheet.cells, table=bool(tables)))
    return shown, not_read, names


def _filled(cells: Sequence[Sequence[Any]]) -> int:
    return sum(stands(cell) for row in cells for cell in row)


def _not_read(path: Path, sheet: BookSheet, cells: Sequence[Sequence[Any]], *, table: bool) -> SheetNotRead:
    """What is to be told of a sheet that has no `table`, or is not visible."""
    filled = _filled(cells)
    if not filled:
        return SheetNotRead(path.name, sheet.name, "empty")
    if not table and is_own_sheet(sheet.name or ""):
        return SheetNotRead(path.name, sheet.name, "own", filled)
    if not sheet.is_visible:
        return SheetNotRead(path.name, sheet.name, "hidden", filled, answers=table)
    return SheetNotRead(path.name, sheet.name, "no_header", filled, top=tuple(map(tuple, _top(cells))))


def _top(cells: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in islice(cells, LIMITS.header_rows)]


def _tables(
    path: Path, sheet: BookSheet, cells: list[list[Any]], spellings: Mapping[str, str] | None
) -> list[SourceTable]:
    """Return the tables of a sheet; none where no row is a header."""
    look = sheet.look
    top = _top(cells)
    if spellings and sheet.is_visible:
        check_not_beside(path, sheet.name, top, spellings, cells)
    layout = find_layout(top, spellings, merged=[span for span in sheet.merged if span.top < LIMITS.header_rows])
    if layout is None:
        return []
    spread = spread_down(cells, sheet.merged, layout.begins)
    columns = [text_column(column) for column in zip(*cells[layout.begins :], strict=True)]
    columns = columns or [text_column([])] * len(layout.header)
    _check_lengths(path, sheet.name or "", top, columns)
    data = text_table(("",) * len(columns), [column.cells for column in columns])
    rows = np.arange(layout.begins + 1, layout.begins + 1 + data.num_rows, dtype=np.int64)
    lost = [
        CellFault("digits_lost", int(rows[position]), index, value)
        for index, column in enumerate(columns)
        for position, value in column.lost
    ]
    parts = records(data, rows, layout, spellings, path.name)
    lost += look.faults
    tables = [_table(path, sheet, part, lost, spread) for part in parts]
    alone = _rows_of_errors(look.faults, parts)
    if alone:
        tables[-1] = replace(tables[-1], faults=(*tables[-1].faults, *alone))
    far = tuple(CellFault("far_cell", row, column - 1) for row, column in look.far)
    return [replace(tables[0], faults=(*tables[0].faults, *far)), *tables[1:]] if far else tables


def _check_lengths(path: Path, sheet: str, top: Sequence[Sequence[str]], columns: Sequence[TextColumn]) -> None:
    longest = [pc.max(pc.binary_length(column.cells.dictionary)).as_py() or 0 for column in columns]
    longest += [len(cell) for row in top for cell in row]
    check_letters(path.name, sheet, max(longest))


def _table(
    path: Path, sheet: BookSheet, part: Records, faults: Sequence[CellFault], spread: Sequence[Span]
) -> SourceTable:
    """Return one part of a sheet as a table; `spread` are merged ranges whose value stands in each of their rows."""
    look = sheet.look
    kept = set(part.rows.tolist()) if faults or look.hidden or look.comments or spread else set()
    unseen = [row for row in look.hidden if row in kept]
    evidence = {"hidden_rows": ", ".join(map(str, unseen))} if unseen else {}
    if commented := [f"{column}{row}" for column, row in look.comments if row in kept]:
        evidence["comments"] = ", ".join(commented)
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
        path,
        sheet.name,
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
