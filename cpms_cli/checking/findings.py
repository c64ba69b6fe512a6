"""Findings: a table of what is wrong with the data, one row per cell or row at fault; words come at the end.

Columns: `source` (index of the survey table), `file`, `sheet` (None for CSV), `row` (the spreadsheet's own), `column`
(the header there), `cell` (as C7; None where the sheet has no such column), `field`, `check`, `severity`, `value` (as
written; masked for personal fields). What repeats is categorical: a file can have millions of findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.checking.columns import ColumnFault
from cpms_cli.checking.rules import RuleFault
from cpms_cli.reading.source import CellFault, column_letter
from cpms_cli.reading.tables import SurveyTable
from cpms_cli.survey.definition import Language, Survey

COLUMNS = ("source", "file", "sheet", "row", "column", "cell", "field", "check", "severity", "value")
MASK = "•••"


def _severity(survey: Survey, check: str) -> str:
    if check in survey.column_checks:
        return survey.column_checks[check].severity
    return next(rule.severity for rule in survey.checks if rule.id == check)


@dataclass(frozen=True)
class _Part:
    """The findings of one check in one column of one table: all that is the same for each, and where they are.

    `field` is empty where the fault lies in how the file is written, in a row as a whole or in a column that is none of
    the survey's; `header` and `letter` then say where. `values` are what the reader saw, where it said so, and need no
    mask where they are `open`.
    """

    source: int
    field: str
    check: str
    rows: npt.NDArray[np.int64]
    header: str
    letter: str
    values: tuple[str | None, ...] | None = None
    open: bool = False


def _parts(
    tables: Sequence[SurveyTable], by_column: Sequence[Sequence[ColumnFault]], by_rule: Sequence[RuleFault]
) -> Iterator[_Part]:
    for source, table in enumerate(tables):
        yield from _written_faults(source, table)
    for source, faults in enumerate(by_column):
        for fault in faults:
            table = tables[source]
            yield _Part(source, fault.field, fault.check, table.rows[fault.positions], *table.place(fault.field))
    for told in by_rule:
        for source in np.unique(told.sources):
            table = tables[source]
            field = next((name for name in told.fields if name in table.columns), told.fields[0])
            yield _Part(int(source), field, told.check, told.rows[told.sources == source], *table.place(field))


def _written_faults(source: int, table: SurveyTable) -> Iterator[_Part]:
    """What the reader found wrong with the writing of the file, by check and column."""
    fields = {column.index: column.field.name for column in table.columns.values()}
    grouped: dict[tuple[str, int | None], list[CellFault]] = {}
    for fault in table.source.faults:
        grouped.setdefault((fault.check, fault.column), []).append(fault)
    for (check, column), faults in grouped.items():
        within = column is not None and column < len(table.source.header)
        yield _Part(
            source, fields.get(column, "") if column is not None else "", check,
            np.array([fault.row for fault in faults], dtype=np.int64),
            table.source.header[column] if column is not None and within else "",
            column_letter(column) if column is not None else "", tuple(fault.value for fault in faults),
            all(fault.open for fault in faults),
        )  # fmt: skip


def _values(survey: Survey, table: SurveyTable, part: _Part, identified: bool) -> pa.Array:
    if part.values is not None:
        written = pa.array(part.values, pa.string())
    elif part.field in table.columns:
        positions = np.searchsorted(table.rows, part.rows)
        written = pc.cast(table.columns[part.field].written().take(pa.array(positions)), pa.string())
    else:
        return pa.nulls(len(part.rows), pa.string())
    # What stands in a column that is none of the survey's may be anybody's name.
    if not identified and not part.open and (not part.field or survey.fields[part.field].personal):
        return pc.if_else(pc.is_null(written), None, MASK)
    return written


def gather(
    survey: Survey, tables: Sequence[SurveyTable], by_column: Sequence[Sequence[ColumnFault]],
    by_rule: Sequence[RuleFault], identified: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """All faults as one findings table, ordered by table, row and the sheet's columns."""
    parts = list(_parts(tables, by_column, by_rule))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = np.concatenate([part.rows for part in parts])
    values = pa.concat_arrays([_values(survey, tables[part.source], part, identified) for part in parts])
    of_part: dict[str, list[str | None]] = {
        "file": [tables[part.source].source.path.name for part in parts],
        "sheet": [tables[part.source].source.sheet for part in parts],
        "column": [part.header for part in parts],
        "letter": [part.letter or None for part in parts],
        "field": [part.field for part in parts],
        "check": [part.check for part in parts],
        "severity": [_severity(survey, part.check) for part in parts],
    }
    sources = np.array([part.source for part in parts])
    part_of = np.repeat(np.arange(len(parts)), [len(part.rows) for part in parts])
    # Parts follow one another, so a stable sort leaves the findings of a row in their order.
    order = np.argsort((sources[part_of] << 32) + rows, kind="stable")
    part_of, rows = part_of[order], rows[order]
    spread = {name: pd.Series(told, dtype="category").take(part_of).array for name, told in of_part.items()}
    cells = pc.binary_join_element_wise(
        pa.array(of_part["letter"], pa.string()).take(pa.array(part_of)), pc.cast(pa.array(rows), pa.string()), ""
    )
    found = {**spread, "source": sources[part_of], "row": rows, "cell": pd.Series(cells, dtype="str"),
             "value": pd.Series(values.take(pa.array(order)), dtype="str")}  # fmt: skip
    return pd.DataFrame(found)[list(COLUMNS)]


class Wording:
    """Puts words to findings, in one language."""

    def __init__(self, survey: Survey, language: Language) -> None:
        self.survey, self.language = survey, language
        self.rules = {rule.id: rule for rule in survey.checks}

    def _words(self, check: str, field: str) -> tuple[str, str]:
        about = self.survey.column_checks.get(check) or self.rules[check]
        message, mend = about.message.in_(self.language), about.mend.in_(self.language)
        if not field:
            return message, mend
        described = self.survey.fields[field]
        limits = described.constraints
        codes = self.survey.codes(described)
        legal = [code.label.in_(self.language) for code in codes.codes] if codes else []
        filled = {
            "label": described.label.in_(self.language), "low": limits.minimum,
            "high": limits.maxLength if check == "length" else limits.maximum, "codes": ", ".join(legal),
        }  # fmt: skip
        for name, content in filled.items():
            message, mend = (text.replace(f"{{{name}}}", str(content)) for text in (message, mend))
        return message, mend

    def told(self, findings: pd.DataFrame) -> pd.DataFrame:
        """The findings with `message` and `mend`, each cell's own value filled in."""
        kinds = findings[["check", "field"]].drop_duplicates()
        words = {
            (check, field): self._words(check, field)
            for check, field in kinds.astype(object).itertuples(index=False, name=None)
        }
        key = pd.MultiIndex.from_frame(kinds.astype(object))
        message, mend = (pd.Series([words[one][part] for one in key], index=key, dtype="str") for part in (0, 1))
        where = pd.MultiIndex.from_frame(findings[["check", "field"]].astype(object))
        told = findings.assign(message=message.reindex(where).to_numpy(), mend=mend.reindex(where).to_numpy())
        return told.assign(message=_with_value(told["message"], told["value"]))


def _with_value(message: pd.Series, value: pd.Series) -> pd.Series:
    parts = message.astype("str").str.split("{value}", n=1, expand=True, regex=False)
    if 1 not in parts:
        return message
    joined = parts[0] + value.astype("str").fillna("") + parts[1]
    return joined.where(parts[1].notna(), message)
