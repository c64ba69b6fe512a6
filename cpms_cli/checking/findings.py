"""Findings: a table of what is wrong with the data, one row per cell or row at fault; words come at the end.

Columns: `source` (index of the survey table), `file`, `sheet` (None for CSV), `row` (the spreadsheet's own; NA where
no row is meant but what is missing, or a volunteer's work as a whole), `column` (the header there), `cell` (as C7; None
where the sheet has no such column), `field`, `check`, `severity`, `value` (as written; masked for personal fields),
`figures` (JSON of what a sentence fills in beside; None for most). What repeats is categorical: a file can have
millions of findings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.checking.masking import MOVED, answers_elsewhere, to_mask
from cpms_cli.checking.rows.earlier_rounds import AbsenceFault
from cpms_cli.checking.rows.fabrication import PatternFault
from cpms_cli.checking.rows.row_rules import RuleFault
from cpms_cli.checking.values.columns import ColumnFault, TableFault
from cpms_cli.reading.source import CellFault, column_letter
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.model.definition import ColumnCheck, Language, Survey
from cpms_cli.survey.speech.filled_sentences import fill

COLUMNS = ("source", "file", "sheet", "row", "column", "cell", "field", "check", "severity", "value", "figures")
MASK = "•••"
_VALUE = "{value}"
_NO_ROW = -1
RowFault = RuleFault | AbsenceFault | PatternFault | TableFault


@dataclass(frozen=True)
class _Part:
    """The findings of one check in one column of one table: all that is the same for each, and where they are.

    `field` is empty where the fault lies in how the file is written, in a row as a whole or in a column that is none of
    the survey's; `header` and `letter` then say where. `values` are what the reader saw, where it said so; they are
    shown to everybody where they are `open`. `stored` says that they come from the store, whose personal answers are
    never shown here. `sheet` is given where it is another than the table's.
    """

    source: int
    field: str
    check: str
    rows: npt.NDArray[np.int64]
    header: str
    letter: str
    values: tuple[str | None, ...] | None = None
    open: bool = False
    figures: str | None = None
    stored: bool = False
    sheet: str | None = None


def _parts(
    tables: Sequence[SurveyTable], by_column: Sequence[Sequence[ColumnFault]], by_rule: Sequence[RowFault]
) -> Iterator[_Part]:
    for source, table in enumerate(tables):
        yield from _written_faults(source, table)
        yield from _unread_columns(source, table)
        yield from _sheets_not_read(source, table)
    for source, faults in enumerate(by_column):
        for fault in faults:
            table = tables[source]
            place = table.place(fault.field)
            yield _Part(source, fault.field, fault.check, table.rows[fault.positions], *place, fault.values)
    for row_fault in by_rule:
        if isinstance(row_fault, RuleFault):
            yield from _rule_parts(tables, row_fault)
        else:
            yield _rowless_part(tables, row_fault)


def _rule_parts(tables: Sequence[SurveyTable], fault: RuleFault) -> Iterator[_Part]:
    for source in np.unique(fault.sources):
        table, of_source = tables[source], fault.sources == source
        field = next((name for name in fault.fields if name in table.columns), fault.fields[0])
        values = None if fault.values is None else tuple(np.array(fault.values, dtype=object)[of_source])
        header, letter = table.place(field)
        yield _Part(
            int(source),
            field,
            fault.check,
            fault.rows[of_source],
            header,
            letter,
            values,
            fault.open,
            stored=fault.values is not None and not fault.open,
        )


def _rowless_part(tables: Sequence[SurveyTable], fault: AbsenceFault | PatternFault | TableFault) -> _Part:
    values: tuple[str | None, ...] = (None,)
    if isinstance(fault, AbsenceFault):
        values = fault.values
    elif isinstance(fault, PatternFault):
        values = (fault.value,)
    figures = None if isinstance(fault, AbsenceFault) else fault.figures
    header, letter = tables[fault.source].place(fault.field)
    rows = np.full(len(values), _NO_ROW, dtype=np.int64)
    return _Part(fault.source, fault.field, fault.check, rows, header, letter, values, figures=figures)


def _written_faults(source: int, table: SurveyTable) -> Iterator[_Part]:
    """What the reader found wrong with the writing of the file, by check and column."""
    fields = {column.index: column.field.name for column in table.columns.values()}
    grouped: dict[tuple[str, int | None], list[CellFault]] = {}
    for fault in table.source.faults:
        grouped.setdefault((fault.check, fault.column), []).append(fault)
    for (check, column), faults in grouped.items():
        within = column is not None and column < len(table.source.header)
        yield _Part(
            source,
            fields.get(column, "") if column is not None else "",
            check,
            np.array([fault.row for fault in faults], dtype=np.int64),
            table.source.header[column] if column is not None and within else "",
            column_letter(column) if column is not None else "",
            tuple(fault.value for fault in faults),
            all(fault.open for fault in faults),
        )


def _unread_columns(source: int, table: SurveyTable) -> Iterator[_Part]:
    """Columns that were not read, on which no map decides: the field that each may be, or that answers are lost."""
    row = np.array([table.source.header_row], dtype=np.int64)
    for column in table.unread:
        header = (column.header or column.letter,)
        if column.why == "near":
            yield _Part(
                source, column.may_be or "", "header_near_miss", row, column.header, column.letter, header, open=True
            )
        if column.weighs and (column.holds_answers or column.why != "near"):
            check = "answers_not_read" if column.holds_answers else "column_not_read"
            yield _Part(source, "", check, row, column.header, column.letter, header, open=True)


def _sheets_not_read(source: int, table: SurveyTable) -> Iterator[_Part]:
    """Sheets of the same file that may hold answers and were not read."""
    for sheet in table.source.not_read:
        if sheet.answers:
            row = np.array([sheet.row or _NO_ROW], dtype=np.int64)
            name = sheet.sheet or sheet.file
            yield _Part(source, "", f"sheet_{sheet.reason}", row, "", "", (name,), open=True, sheet=sheet.sheet)


def _moved(survey: Survey, table: SurveyTable, by_column: Sequence[ColumnFault]) -> npt.NDArray[np.bool_]:
    """Which rows may have been moved by a column: several cells are no answers to their own questions, and one of
    them is to another. Words that answer no question are an officer's own, and are shown."""
    rejected, elsewhere = np.zeros(len(table.rows), dtype=np.int64), np.zeros(len(table.rows), dtype=bool)
    faults = [fault for fault in by_column if fault.check != "required" and _is_error(survey, fault.check)]
    for fault in faults:
        rejected[fault.positions] += 1
    for fault in faults:
        positions = fault.positions[rejected[fault.positions] >= MOVED]
        if len(positions) and fault.field in table.columns:
            written = table.columns[fault.field].written(positions)
            misplaced = pc.is_in(written, answers_elsewhere(survey, written.dictionary))
            elsewhere[positions] |= misplaced.to_numpy(zero_copy_only=False)
    return elsewhere


def _is_error(survey: Survey, check: str) -> bool:
    return survey.checks_by_id[check].severity == "error"


def _values(
    survey: Survey, table: SurveyTable, part: _Part, identified: bool, moved: npt.NDArray[np.bool_]
) -> pa.Array:
    """What to show of each cell of a part; `moved` says of each row of the table whether it may be moved."""
    if part.values is None and part.field not in table.columns:
        return pa.nulls(len(part.rows), pa.string())
    if part.values is not None:
        written, may_be_moved = (
            pa.array(part.values, pa.string()).dictionary_encode(),
            np.isin(part.rows, table.rows[moved]),
        )
    else:
        positions = table.positions(part.rows)
        written, may_be_moved = table.columns[part.field].written(positions), moved[positions]
    # What stands in a column that is none of the survey's may be anybody's name.
    if (not identified or part.stored) and not part.open and (not part.field or survey.fields[part.field].personal):
        return pc.if_else(pc.is_null(written), pa.scalar(None, pa.string()), MASK)
    shown = pc.cast(written, pa.string())
    if identified or part.open or not part.field:
        return shown
    numbers = written.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    of_codes = survey.fields[part.field].format == "cpms-id"
    hidden = to_mask(survey, numbers, written.dictionary, may_be_moved, of_codes)
    return pc.if_else(pa.array(hidden), MASK, shown) if hidden.any() else shown


def gather(
    survey: Survey,
    tables: Sequence[SurveyTable],
    by_column: Sequence[Sequence[ColumnFault]],
    by_rule: Sequence[RowFault],
    identified: bool = False,
) -> pd.DataFrame:
    """All faults as one findings table, ordered by table, row and the sheet's columns."""
    parts = list(_parts(tables, by_column, by_rule))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = np.concatenate([part.rows for part in parts])
    moved = [_moved(survey, table, faults) for table, faults in zip(tables, by_column, strict=True)]
    values = pa.concat_arrays(
        [_values(survey, tables[part.source], part, identified, moved[part.source]) for part in parts]
    )
    of_part: dict[str, list[str | None]] = {
        "file": [tables[part.source].source.path.name for part in parts],
        "sheet": [part.sheet or tables[part.source].source.sheet for part in parts],
        "column": [part.header for part in parts],
        "letter": [part.letter or None for part in parts],
        "field": [part.field for part in parts],
        "check": [part.check for part in parts],
        "severity": [survey.checks_by_id[part.check].severity for part in parts],
        "figures": [part.figures for part in parts],
    }
    sources = np.array([part.source for part in parts])
    part_of = np.repeat(np.arange(len(parts)), [len(part.rows) for part in parts])
    # Parts follow one another, so a stable sort leaves the findings of a row in their order.
    order = np.argsort((sources[part_of] << 32) + rows, kind="stable")
    part_of, rows = part_of[order], rows[order]
    spread = {name: pd.Series(entries, dtype="category").take(part_of).array for name, entries in of_part.items()}
    nowhere = rows == _NO_ROW
    cells = pc.binary_join_element_wise(
        pa.array(of_part["letter"], pa.string()).take(pa.array(part_of)), pc.cast(pa.array(rows), pa.string()), ""
    )
    columns = {
        **spread,
        "source": sources[part_of],
        "row": pd.arrays.IntegerArray(rows, nowhere),
        "cell": pd.Series(cells, dtype="str").mask(nowhere),
        "value": pd.Series(values.take(pa.array(order)), dtype="str"),
    }
    return pd.DataFrame(columns)[list(COLUMNS)]


class Wording:
    """Puts words to findings, in one language."""

    def __init__(self, survey: Survey, language: Language) -> None:
        self.survey, self.language = survey, language

    def _words(self, check: str, field: str, figures: str | float | None) -> tuple[str, str, str]:
        """The message before and after the cell's own value, which nothing is filled into, and the mend."""
        about = self.survey.checks_by_id[check]
        values: dict[str, object] = json.loads(figures) if isinstance(figures, str) else {}
        if field:
            described = self.survey.fields[field]
            limits, codes = described.constraints, self.survey.codes(described)
            first = about.first_year if isinstance(about, ColumnCheck) else None
            legal = [code.label.in_(self.language) for code in codes.codes] if codes else []
            values = {
                "label": described.label.in_(self.language),
                "low": shown_year(first, self.language) if first else limits.minimum,
                "high": limits.maxLength if check == "length" else limits.maximum,
                "codes": ", ".join(legal),
                **values,
            }
        for name in ("round", "year"):
            if name in values:
                values[name] = shown_year(int(str(values[name])), self.language)
        before, _, after = about.message.in_(self.language).partition(_VALUE)
        return fill(before, values), fill(after, values), fill(about.mend.in_(self.language), values)

    def tells_value(self, checks: pd.Series) -> pd.Series:
        """Which of these checks tell a cell's value in their message."""
        telling = {
            check: _VALUE in self.survey.checks_by_id[check].message.in_(self.language) for check in checks.unique()
        }
        return checks.map(telling).astype(bool)

    def put_into_words(self, findings: pd.DataFrame) -> pd.DataFrame:
        """Return the findings with `message` and `mend`, each cell's own value filled in."""
        kind = findings.groupby(["check", "field", "figures"], sort=False, observed=True, dropna=False).ngroup()
        heads = findings.loc[~kind.duplicated().to_numpy(), ["check", "field", "figures"]]
        words = [self._words(*head) for head in heads.astype(object).itertuples(index=False, name=None)]
        before, after, mend = (
            pd.Series([texts[part] for texts in words], dtype="str").take(kind.to_numpy()).set_axis(findings.index)
            for part in range(3)
        )
        value = findings["value"].astype("str").fillna("").where(self.tells_value(findings["check"]), "")
        return findings.assign(message=before + value + after, mend=mend)
