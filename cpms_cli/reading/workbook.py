"""Workbooks to source tables, through calamine, after a look at the container itself."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from cpms_cli.errors import NoSurveyTable, UnreadableFile
from cpms_cli.reading.container import inspect_container
from cpms_cli.reading.headers import find_header
from cpms_cli.reading.limits import LIMITS
from cpms_cli.reading.source import SourceTable, text_table


def cell_text(cell: Any) -> str:
    """A workbook's cell as the text an officer would type: no trailing .0, dates as year-month-day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return str(cell)


def _sheet(path: Path, name: str, cells: list[list[Any]], spellings: dict[str, str]) -> SourceTable | None:
    top = [[cell_text(cell) for cell in row] for row in cells[: LIMITS.header_rows]]
    at = find_header(top, spellings)
    if at is None:
        return None
    header = tuple(cell.strip() for cell in top[at])
    frame = pd.DataFrame(cells[at + 1 :], columns=range(len(header)), dtype=object).map(cell_text)
    columns = [pa.array(frame[index].mask(frame[index] == "", None), pa.string(), from_pandas=True) for index in frame]
    rows = np.arange(at + 2, at + 2 + len(frame), dtype=np.int64)
    return SourceTable(path, name, header, at + 1, text_table(header, columns), rows)


def read_workbook(path: Path, spellings: dict[str, str]) -> list[SourceTable]:
    """Every sheet of the workbook that has a header of the survey, in the workbook's order.

    Raises UnreadableFile for damaged, encrypted or hostile files, NoSurveyTable when no sheet has such a header.
    """
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            inspect_container(path)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            sheets = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
            cells = {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
    except PasswordError:
        raise UnreadableFile("workbook_password", file=path.name) from None
    except (CalamineError, ValueError, OSError):
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    wide = max((len(rows[0]) for rows in cells.values() if rows), default=0)
    if wide > LIMITS.columns:
        raise UnreadableFile("too_many_columns", file=path.name, count=wide, limit=LIMITS.columns)
    found = [_sheet(path, name, rows, spellings) for name, rows in cells.items() if rows]
    tables = [table for table in found if table is not None]
    if not tables:
        raise NoSurveyTable("no_survey_header", file=path.name, sheet=", ".join(cells))
    return tables
