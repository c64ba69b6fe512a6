"""The title before a child's name against the child's sex."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.checking.columns import ColumnFault
from cpms_cli.reading.survey_table import Column, SurveyTable
from cpms_cli.reading.value.personal_names import sex_of_title, split_title
from cpms_cli.survey.model.definition import Survey

_NONE, _OTHER = -1, -2


def _by_row(column: Column | None, numbers: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    """What is said of each distinct text, for every row; none for blank cells."""
    return np.full(length, _NONE) if column is None else np.append(numbers, _NONE)[column.codes]


def _sex_numbers(sexes: list[str], values: list[str | None]) -> npt.NDArray[np.int64]:
    """Return positions among `sexes`; -1 for blank, and another number for what is no sex."""
    places = {sex: place for place, sex in enumerate(sexes)}
    numbers = [_NONE if not isinstance(value, str) else places.get(value, _OTHER) for value in values]
    return np.array(numbers, dtype=np.int64)


def title_faults(survey: Survey, table: SurveyTable) -> Iterator[ColumnFault]:
    """Rows whose title tells another sex than the row does, or tells one where the row is blank."""
    names = table.columns.get(survey.role("given_name").name)
    if names is None or not names.field.titled:
        return
    titles = [
        split_title(survey, text.strip())[0] if value is not None and text != value else None
        for text, value in zip(names.texts.to_pylist(), names.values.to_pylist(), strict=True)
    ]
    if not any(titles):
        return
    sex = survey.role("sex")
    sexes = list(dict.fromkeys(title.sex for title in survey.titles))
    of_titles = sex_of_title(survey, pd.Series(titles, dtype="str")).to_list()
    sex_by_title = _by_row(names, _sex_numbers(sexes, of_titles), len(table.rows))
    column = table.columns.get(sex.name)
    of_column = np.array([], dtype=np.int64) if column is None else _sex_numbers(sexes, column.values.to_pylist())
    given = _by_row(column, of_column, len(table.rows))
    for check, rows in (
        ("title_against_sex", (sex_by_title >= 0) & (given >= 0) & (sex_by_title != given)),
        ("sex_from_title", (sex_by_title >= 0) & (given == _NONE)),
    ):
        positions = np.flatnonzero(rows)
        if len(positions):
            yield ColumnFault(sex.name, check, positions, tuple(titles[code] for code in names.codes[positions]))
