"""Where a column of dates changes its era half-way: each year is read rightly, and somebody should know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cpms_cli.checking.values.columns import ColumnFault
from cpms_cli.reading.survey_table import Column, SurveyTable
from cpms_cli.reading.value.dates import TWO_ERAS
from cpms_cli.survey.era import BUDDHIST_OFFSET
from cpms_cli.survey.plain_text import plain_digits

# Two writers, or an Excel date among texts, change the era at nearly every row: then the first place says enough.
_MOST_CHANGES = 5


def written_eras(column: Column) -> npt.NDArray[np.int8]:
    """Of each distinct text whether its year stands there as a Christian one (1), a Buddhist one (2) or neither (0)."""
    texts, values = [plain_digits(text) for text in column.texts.to_pylist()], column.values.to_pylist()
    eras = np.zeros(len(texts), dtype=np.int8)
    for position, (text, value) in enumerate(zip(texts, values, strict=True)):
        year = (value or "")[:4]
        if column.decided[position] and year.isdecimal():
            if year in text:
                eras[position] = 1
            elif str(int(year) + BUDDHIST_OFFSET) in text:
                eras[position] = 2
    return eras


def era_faults(table: SurveyTable) -> Iterator[ColumnFault]:
    """The cells at which a column's dates go over from one era to the other."""
    for column in table.columns.values():
        if not any(sign.id == TWO_ERAS for sign in column.evidence):
            continue
        eras = written_eras(column)
        if len(set(eras) - {0}) < 2:
            continue
        rows = np.flatnonzero((column.codes >= 0) & (eras[column.codes] > 0))
        row_eras = eras[column.codes[rows]]
        changes = rows[1:][row_eras[1:] != row_eras[:-1]]
        yield ColumnFault(column.field.name, "era_changes", changes if len(changes) <= _MOST_CHANGES else changes[:1])
