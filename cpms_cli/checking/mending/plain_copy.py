"""The cells of a file that is no XLSX as a workbook of text, each at its own row and column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cpms_cli.ooxml.sheet_naming import sheet_name
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.writing.workbooks.cells_workbook import TextCells, cells_workbook


def plain_workbook(tables: Sequence[SurveyTable]) -> tuple[bytes, dict[int, str]]:
    """A workbook with these tables' cells at their rows and columns, and by table the sheet that has it."""
    sheets: dict[str, TextCells] = {}
    frozen: dict[str, int] = {}
    named: dict[object, str] = {}
    for table in tables:
        source = table.source
        if table.sheet_key in named:
            continue
        name = named[table.sheet_key] = sheet_name(source.sheet or source.path.stem, sheets)
        loose: dict[int, Sequence[str]] = {left.row: [left.text] for left in source.left_out}
        loose[source.header_row] = source.header
        rows, data = _whole_sheet([other for other in tables if other.sheet_key == table.sheet_key])
        sheets[name] = TextCells([_unchunked(column) for column in data.columns], rows, loose)
        frozen[name] = source.header_row
    return cells_workbook(sheets, frozen), {index: named[table.sheet_key] for index, table in enumerate(tables)}


def _whole_sheet(tables: Sequence[SurveyTable]) -> tuple[pa.Array, pa.Table]:
    """The rows of one sheet, which may have become several tables, each row once and in its order."""
    width = tables[0].source.data.column_names
    rows, data = tables[0].rows, tables[0].source.data
    for table in tables[1:]:
        new = ~np.isin(table.rows, rows)
        rows = np.concatenate([rows, table.rows[new]])
        data = pa.concat_tables([data, table.source.data.select(width).filter(pa.array(new))])
    order = np.argsort(rows, kind="stable")
    data = data.unify_dictionaries().combine_chunks()
    return pa.array(rows[order]), data if (order == np.arange(len(order))).all() else data.take(pa.array(order))


def _unchunked(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks else pa.array([], pa.string())
    return column
