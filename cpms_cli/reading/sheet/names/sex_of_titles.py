"""The sex of a child from the title before its name, where no cell says it: เด็กหญิง, ด.ช., นาย, Miss.

A title is written by those who filled the form in, as the cell for the sex is. What a cell says stays, and a title that
says otherwise is a finding.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cpms_cli.reading.header.export_layouts import title_words
from cpms_cli.reading.header.headers import is_headed
from cpms_cli.reading.sheet.sheets import Note, Sheet, replace_texts, some_rows, texts_of, with_column
from cpms_cli.reading.sheet.unread import says_something
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.value.personal_names import sex_of_title, split_title
from cpms_cli.survey.model.definition import Survey


def title_column(source: SourceTable) -> int | None:
    """Return the place of the one column that is headed as titles before names; None where it is not the only one."""
    places = [index for index, header in enumerate(source.header) if is_headed(header, title_words())]
    return places[0] if len(places) == 1 else None


def with_sex_of_titles(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet with the sex that titles tell in the rows of children that say none; it is told how many these are.

    The title stands before the given name, or in a column of its own. Nothing is taken while a column waits that may be
    the sex.
    """
    name, sex = survey.role("given_name").name, survey.role("sex").name
    names, place, apart = sheet.place(name), sheet.place(sex), title_column(sheet.source)
    apart = None if apart in sheet.fields else apart
    if not _is_of_children(survey, sheet) or any(miss.field == sex for miss in sheet.near.values()):
        return sheet
    silent = np.ones(len(sheet.source.rows), dtype=bool)
    if place is not None:
        silent = ~says_something(survey, sheet.source, place)
    titles = _titles(survey, sheet, names) if silent.any() else None
    header = "" if names is None else sheet.source.header[names]
    if apart is not None:
        sheet, header = _read_as_titles(survey, sheet, apart), sheet.source.header[apart]
        titles = None if titles is None else texts_of(sheet, apart).str.strip().fillna(titles)
    if titles is None:
        return sheet
    sexes = sex_of_title(survey, titles)
    taken = sexes.notna() & silent
    if not taken.any():
        return sheet
    rows = sheet.source.rows[taken.to_numpy()]
    note = Note("sex_from_titles", {"column": header, "count": str(len(rows)), "rows": some_rows(rows)})
    if place is None:
        return with_column(sheet, sex, sexes, note)
    texts = texts_of(sheet, place)
    return replace_texts(replace(sheet, notes=(*sheet.notes, note)), place, sexes.where(taken, texts))


def _is_of_children(survey: Survey, sheet: Sheet) -> bool:
    """Whether the rows are children's, in a definition in which titles stand before their names."""
    own = {field.name for field in survey.child.fields} - set(survey.child.shared)
    return survey.role("given_name").titled and bool(own & set(sheet.fields.values()))


def _titles(survey: Survey, sheet: Sheet, names: int | None) -> pd.Series:
    """The title before the name in each row; NA where there is none."""
    if names is None:
        return pd.Series(None, index=range(len(sheet.source.rows)), dtype="str")
    codes, texts = sheet.source.encoded(names)
    by_text = [None if text is None else split_title(survey, text.strip())[0] for text in texts.to_pylist()]
    return pd.Series(np.array([*by_text, None], dtype=object)[codes], dtype="str")


def _read_as_titles(survey: Survey, sheet: Sheet, place: int) -> Sheet:
    """The sheet in which a column of titles is read. Where a cell of it is none, it stays among those not read, and
    holds no answers that would be lost."""
    titles = texts_of(sheet, place).str.strip().dropna()
    others = [
        replace(column, looks_like=None)
        for column in sheet.unread
        if column.index == place and sex_of_title(survey, titles).isna().any()
    ]
    return replace(
        sheet,
        unknown=tuple(index for index in sheet.unknown if index != place),
        unread=(*(column for column in sheet.unread if column.index != place), *others),
    )
