"""Whole names in the column of the given name, where no column has the family name: told, and left as they are.

By some customs there is no family name, so that nothing is split without somebody's word for it, which a map gives.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cpms_cli.reading.sheet.sheets import Note, Sheet, texts_of
from cpms_cli.reading.value.personal_names import are_whole_names
from cpms_cli.survey.model.definition import Survey


def whole_names(survey: Survey, texts: pd.Series, fields: set[str]) -> bool:
    """Whether the cells of a given name are whole names, and none of a sheet's fields is the family name."""
    return survey.role("family_name").name not in fields and are_whole_names(survey, texts.dropna().tolist())


def note_whole_names(survey: Survey, sheet: Sheet, *, decided: bool) -> Sheet:
    """The sheet with a note on its whole names; without one where a map has `decided` on them."""
    place = sheet.place(survey.role("given_name").name)
    if place is None or decided:
        return sheet
    texts = texts_of(sheet, place)
    if not whole_names(survey, texts, set(sheet.fields.values())):
        return sheet
    values = {"column": sheet.source.header[place], "count": str(texts.notna().sum())}
    return replace(sheet, notes=(*sheet.notes, Note("name_whole", values)))
