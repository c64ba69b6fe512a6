"""Rows set aside into a workbook that is mended in Excel and merged again as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.findings import Wording
from cpms_cli.checking.staging import is_flat
from cpms_cli.reading.headers import own_header
from cpms_cli.reading.tables import SurveyTable
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.workbook import CellNote, workbook_bytes

PROBLEM, FROM = "cpms_problem", "cpms_from"


def _written(survey: Survey, table: SurveyTable) -> pd.DataFrame:
    """Every row of a table as it was written, under its own headers; what was given for all rows comes first.

    Set apart from the other rows, a cell must not come to mean something else (`Column.alone`).
    """
    given = {name: value for name, value in table.given.items()}
    frame = pd.DataFrame({name: [value] * len(table.rows) for name, value in given.items()})
    for column in table.columns.values():
        frame[column.header] = pa.array(column.alone()).to_pandas().astype("str").to_numpy()
    if is_flat(survey, table):
        # The family's answers may stand on the household's first row only, and that row may not be set aside.
        key = [table.cells(name).to_pandas().astype("str").to_numpy() for name in survey.key("household")]
        names = [table.columns[field.name].header for field in survey.household.fields if field.name in table.columns]
        frame[names] = frame[names].fillna(frame.groupby(key)[names].transform("first"))
    return frame


def _without_answers(
    survey: Survey, table: SurveyTable, frame: pd.DataFrame, silent: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """A family that did not consent leaves only its key, here too."""
    kept = {table.place(name)[0] for name in (*survey.key(table.table), survey.role("consent").name)}
    return frame.mask(np.outer(silent, [name not in kept for name in frame.columns]))


def write_quarantine(
    path: Path, survey: Survey, tables: Sequence[SurveyTable], rejected: pd.DataFrame, findings: pd.DataFrame,
    language: Language = "en",
) -> Path:  # fmt: skip
    """Write the rejected rows (`source`, `row`, `silent`), a sheet for each sheet they came from.

    Cells at fault are coloured and carry message and mend; the last columns say the same in text and where the row
    stood. Both are ignored when the workbook is merged.
    """
    sheets: dict[str, pd.DataFrame] = {}
    notes: dict[str, list[CellNote]] = {}
    told = Wording(survey, language).told(findings[findings["severity"] == "error"])
    told["text"] = told["message"].astype("str") + ": " + told["mend"].astype("str")
    for source, rows in rejected.sort_values("row").groupby("source"):
        table = tables[int(str(source))]
        wanted = rows["row"].to_numpy()
        frame = _written(survey, table).iloc[np.searchsorted(table.rows, wanted)]
        frame = _without_answers(survey, table, frame, rows["silent"].to_numpy(dtype=bool))
        here = told[told["source"] == source]
        # A message quotes the cell: of a silent family only what is said of the key may be told.
        key = {table.place(name)[0] for name in survey.key(table.table)}
        here = here[here["column"].isin(key) | ~here["row"].isin(rows.loc[rows["silent"], "row"])]
        problems = here.groupby("row")["text"].agg(" | ".join).reindex(wanted)
        place = f"{table.source.path.name} {table.source.sheet or ''}".strip()
        name = f"{len(sheets) + 1} {survey.child.name if table.table == 'child' else survey.household.name}"
        columns = list(frame.columns)
        frame[PROBLEM] = problems.to_numpy()
        frame[FROM] = [f"{place}:{row}" for row in wanted]
        # A header known by a map or by an export's other columns would not be known here, where those are not.
        renamed = {
            column.header: own_header(survey, column.field, column.header, language)
            for column in table.columns.values()
        }
        sheets[name] = frame.reset_index(drop=True).rename(columns=renamed)
        at = {row: position for position, row in enumerate(wanted)}
        visible = here[here["column"].isin(columns)]
        notes[name] = [
            CellNote(at[row], columns.index(column), text)
            for row, column, text in visible[["row", "column", "text"]].itertuples(index=False, name=None)
        ]
    write_bytes(path, workbook_bytes(sheets, notes))
    return path
