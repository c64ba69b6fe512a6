"""Findings: a table of what is wrong with the data, one row per cell or row at fault; words come at the end.

Columns: `source` (index of the survey table), `file`, `sheet` (None for CSV), `row` (the spreadsheet's own), `column`
(the header there), `cell` (as C7; None where the sheet has no such column), `field`, `check`, `severity`, `value` (as
written; masked for personal fields).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.checking.columns import ColumnFault
from cpms_cli.checking.rules import RuleFault
from cpms_cli.reading.tables import SurveyTable
from cpms_cli.survey.definition import Language, Survey

COLUMNS = ("source", "file", "sheet", "row", "column", "cell", "field", "check", "severity", "value")
MASK = "•••"


def _severity(survey: Survey, check: str) -> str:
    if check in survey.column_checks:
        return survey.column_checks[check].severity
    return next(rule.severity for rule in survey.checks if rule.id == check)


def _at(
    survey: Survey, tables: Sequence[SurveyTable], source: int, field: str, check: str,
    positions: npt.NDArray[np.int64], identified: bool,
) -> pd.DataFrame:  # fmt: skip
    table = tables[source]
    header, letter = table.place(field)
    rows = table.rows[positions]
    count = len(rows)
    if field in table.columns:
        written = table.columns[field].written().take(pa.array(positions))
        value = pd.Series(pc.cast(written, pa.string()).to_pandas(), dtype="str")
        if survey.fields[field].personal and not identified:
            value = value.mask(value.notna(), MASK)
    else:
        value = pd.Series([None] * count, dtype="str")
    constant = {
        "source": source, "file": table.source.path.name, "sheet": table.source.sheet, "column": header,
        "field": field, "check": check, "severity": _severity(survey, check),
    }  # fmt: skip
    frame = pd.DataFrame({"row": rows, "value": value.to_numpy()})
    for name, content in constant.items():
        frame[name] = pd.Categorical.from_codes(np.zeros(count, dtype=np.int8), categories=[content]) if content is not None and name != "source" else content
    frame["cell"] = (letter + pd.Series(rows).astype("str")) if letter else None
    return frame[list(COLUMNS)]


def gather(
    survey: Survey, tables: Sequence[SurveyTable], by_column: Sequence[Sequence[ColumnFault]],
    by_rule: Sequence[RuleFault], identified: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """All faults as one findings table, ordered by table, row and the sheet's columns."""
    parts: list[pd.DataFrame] = []
    for source, faults in enumerate(by_column):
        parts += [
            _at(survey, tables, source, fault.field, fault.check, fault.positions, identified) for fault in faults
        ]
    for fault in by_rule:
        for source in np.unique(fault.sources):
            rows = fault.rows[fault.sources == source]
            positions = np.searchsorted(tables[source].rows, rows)
            field = next((name for name in fault.fields if name in tables[source].columns), fault.fields[0])
            parts.append(_at(survey, tables, int(source), field, fault.check, positions, identified))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True).sort_values(["source", "row", "field", "check"], ignore_index=True)


class Wording:
    """Puts words to findings, in one language."""

    def __init__(self, survey: Survey, language: Language) -> None:
        self.survey, self.language = survey, language
        self.rules = {rule.id: rule for rule in survey.checks}

    def _words(self, check: str, field: str) -> tuple[str, str]:
        about = self.survey.column_checks.get(check) or self.rules[check]
        described = self.survey.fields[field]
        limits = described.constraints
        codes = self.survey.codes(described)
        legal = [code.label.in_(self.language) for code in codes.codes] if codes else []
        filled = {
            "label": described.label.in_(self.language), "low": limits.minimum,
            "high": limits.maxLength if check == "length" else limits.maximum, "codes": ", ".join(legal),
        }  # fmt: skip
        message, mend = about.message.in_(self.language), about.mend.in_(self.language)
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
        message, mend = (
            pd.Series([words[one][part] for one in key], index=key, dtype="str") for part in (0, 1)
        )
        where = pd.MultiIndex.from_frame(findings[["check", "field"]].astype(object))
        told = findings.assign(message=message.reindex(where).to_numpy(), mend=mend.reindex(where).to_numpy())
        return told.assign(message=_with_value(told["message"], told["value"]))


def _with_value(message: pd.Series, value: pd.Series) -> pd.Series:
    parts = message.astype("str").str.split("{value}", n=1, expand=True, regex=False)
    if 1 not in parts:
        return message
    joined = parts[0] + value.astype("str").fillna("") + parts[1]
    return joined.where(parts[1].notna(), message)
