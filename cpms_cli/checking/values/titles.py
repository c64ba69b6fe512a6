"""The title before a child's name against the child's sex."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cpms_cli.checking.values.columns import ColumnFault
from cpms_cli.reading.sheet.names.sex_of_titles import title_column
from cpms_cli.reading.survey_table import Column, SurveyTable
from cpms_cli.reading.value.personal_names import sex_of_title, split_title
from cpms_cli.survey.model.definition import Survey


def title_faults(survey: Survey, table: SurveyTable) -> Iterator[ColumnFault]:
    """Rows whose title tells another sex than the row does."""
    names, column = (table.columns.get(survey.role(role).name) for role in ("given_name", "sex"))
    if names is None or column is None or not names.field.titled:
        return
    titles = _titles(survey, table, names)
    of_titles = sex_of_title(survey, titles)
    known = pd.Series(column.cells().to_pylist(), dtype="str")
    known = known.where(known.isin([title.sex for title in survey.titles]))
    positions = np.flatnonzero(of_titles.notna() & known.notna() & (of_titles != known))
    if len(positions):
        yield ColumnFault(column.field.name, "title_against_sex", positions, tuple(titles.iloc[positions]))


def _titles(survey: Survey, table: SurveyTable, names: Column) -> pd.Series:
    """The title of each row: before the name, or in a column of its own; NA where there is none."""
    titles = [
        split_title(survey, text.strip())[0] if value is not None and text != value else None
        for text, value in zip(names.texts.to_pylist(), names.values.to_pylist(), strict=True)
    ]
    by_row = pd.Series(np.array([*titles, None], dtype=object)[names.codes], dtype="str")
    apart = title_column(table.source)
    if apart is None:
        return by_row
    codes, texts = table.source.encoded(apart)
    return pd.Series(np.array([*texts.to_pylist(), None], dtype=object)[codes], dtype="str").str.strip().fillna(by_row)
