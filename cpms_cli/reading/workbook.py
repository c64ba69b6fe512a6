"""Workbooks (XLSX, XLSM, XLS, ODS) to source tables, through calamine, after a look at the container itself."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

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

from cpms_cli.errors import NoSurveyTable, UnreadableFile
from cpms_cli.reading.cell_text import TextColumn, cell_text, text_column
from cpms_cli.reading.container import inspect_container
from cpms_cli.reading.far_cells import without
from cpms_cli.reading.layout import Span, find_layout
from cpms_cli.reading.limits import LIMITS
from cpms_cli.reading.merged_cells import spread_down
from cpms_cli.reading.records import Records, records
from cpms_cli.reading.sheet_part import SheetLook
from cpms_cli.reading.source import CellFault, SourceTable, column_letter, text_table
from cpms_cli.reading.xls_file import inspect_ole


def read_workbook(path: Path, spellings: Mapping[str, str] | None = None) -> list[SourceTable]:
    """Every sheet of the workbook with a table, in the workbook's order; with `spellings`, with a header of the survey.

    Hidden sheets are left out, and named in the first table's `evidence`: what is hidden is mostly an old copy. Hidden
    rows are read like others, and named in their own table's. Raises UnreadableFile for damaged, encrypted or hostile
    files and where only hidden sheets have a table, NoSurveyTable when none has.
    """
    content = path.read_bytes()
    looks = inspect_container(path) if content.startswith(b"PK") else inspect_ole(path, content)
    far = {look.part: look.far for look in looks.values() if look.far}
    content = without(content, far, path.name) if far else content
    shown, hidden, names = _read(path, io.BytesIO(content), spellings, looks)
    if not shown and hidden:
        raise UnreadableFile("only_hidden_sheets", file=path.name, sheets=", ".join(hidden))
    if not shown:
        raise NoSurveyTable(
            "no_survey_header" if spellings else "empty_workbook", file=path.name, sheet=", ".join(names)
        )
    if hidden:
        shown[0].evidence["hidden_sheets"] = ", ".join(hidden)
    return shown


def _read(
    path: Path, content: io.BytesIO, spellings: Mapping[str, str] | None, looks: Mapping[str, SheetLook]
) -> tuple[list[SourceTable], list[str], list[str]]:
    """The tables of the sheets that are shown, the names of hidden ones with a table, and all names."""
    shown: list[SourceTable] = []
    hidden: list[str] = []
    try:
        with CalamineWorkbook.from_filelike(content) as workbook:
            sheets = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
            for one in sheets:
                tables = _tables(
                    path, workbook.get_sheet_by_name(one.name), spellings, looks.get(one.name, SheetLook())
                )
                if one.visible == SheetVisibleEnum.Visible:
                    shown += tables
                elif tables:
                    hidden.append(one.name)
    except PasswordError:
        raise UnreadableFile("workbook_password", file=path.name) from None
    except (CalamineError, ValueError, OSError):
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    except BaseException as error:
        # A parser that gives up on hostile bytes by a panic is no failure of ours, nor the user's to read.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    return shown, hidden, [one.name for one in sheets]


def _tables(
    path: Path, sheet: CalamineSheet, spellings: Mapping[str, str] | None, look: SheetLook
) -> list[SourceTable]:
    if sheet.end is None:
        return []
    if sheet.total_width > LIMITS.columns:
        raise UnreadableFile("too_many_columns", file=path.name, count=sheet.total_width, limit=LIMITS.columns)
    cells = sheet.to_python(skip_empty_area=False)
    top = [[cell_text(cell) for cell in row] for row in islice(cells, LIMITS.header_rows)]
    spans = [Span(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    layout = find_layout(top, spellings, merged=[span for span in spans if span.top < LIMITS.header_rows])
    if layout is None:
        return []
    spread = spread_down(cells, spans, layout.begins)
    columns = [text_column(column) for column in zip(*cells[layout.begins :], strict=True)]
    columns = columns or [text_column([])] * len(layout.header)
    _check_lengths(path, sheet.name, top, columns)
    data = text_table(("",) * len(columns), [column.cells for column in columns])
    rows = np.arange(layout.begins + 1, layout.begins + 1 + data.num_rows, dtype=np.int64)
    lost = [
        CellFault("digits_lost", int(rows[position]), index, value)
        for index, column in enumerate(columns) for position, value in column.lost
    ]  # fmt: skip
    parts = records(data, rows, layout, spellings, path.name)
    tables = [_table(path, sheet.name, part, [*look.faults, *lost], look.hidden, spread) for part in parts]
    far = tuple(CellFault("far_cell", row, column - 1) for row, column in look.far)
    return [replace(tables[0], faults=(*tables[0].faults, *far)), *tables[1:]] if far else tables


def _check_lengths(path: Path, sheet: str, top: Sequence[Sequence[str]], columns: Sequence[TextColumn]) -> None:
    longest = [pc.max(pc.binary_length(column.cells.dictionary)).as_py() or 0 for column in columns]
    longest += [len(cell) for row in top for cell in row]
    if max(longest) > LIMITS.cell:
        raise UnreadableFile("cell_too_long", file=path.name, part=sheet, limit=LIMITS.cell // 1_000_000)


def _table(
    path: Path, sheet: str, part: Records, faults: Sequence[CellFault], hidden: Sequence[int], spread: Sequence[Span]
) -> SourceTable:
    kept = set(part.rows.tolist()) if faults or hidden or spread else set()
    unseen = [row for row in hidden if row in kept]
    evidence = {"hidden_rows": ", ".join(map(str, unseen))} if unseen else {}
    tall = [_place(one) for one in spread if one.top + 1 in kept]
    if tall:
        evidence["merged_cells"] = ", ".join(tall)
    mine = sorted(
        (fault for fault in faults if fault.row in kept and (fault.column or 0) < len(part.header)),
        key=lambda fault: (fault.row, fault.column or 0),
    )
    return SourceTable(
        path, sheet, part.header, part.header_row, part.data, part.rows, evidence, tuple(mine), part.left_out
    )


def _place(span: Span) -> str:
    letter = column_letter(span.left)
    return f"{letter}{span.top + 1}:{letter}{span.bottom + 1}"
