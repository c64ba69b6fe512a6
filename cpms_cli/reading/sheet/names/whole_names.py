"""Whole names in the column of one of the two names, where no column has the other: told, and left as they are.

By some customs there is no family name, so that nothing is split without somebody's word for it, which a map gives.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from cpms_cli.reading.sheet.sheets import Note, Sheet, texts_of
from cpms_cli.reading.value.personal_names import more_than_family_names, whole_names_among
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.fields import Role

_MESSAGES: dict[Role, str] = {"given_name": "name_whole", "family_name": "family_name_whole"}


def other_name(survey: Survey, name: str, texts: pd.Series, fields: Collection[str]) -> tuple[str, int]:
    """The other of the two names that a column of one may have as well, and in how many of its cells; "" and 0 where
    where these are few, where a field of the sheet is that other name, or where the survey asks for one name alone."""
    given, *family = (field.name for field in survey.name_fields)
    other = {given: family[0], family[0]: given}.get(name, "") if family else ""
    if not other or other in fields:
        return "", 0
    count = (whole_names_among if name == given else more_than_family_names)(survey, texts.dropna().tolist())
    return (other, count) if count else ("", 0)


def note_whole_names(survey: Survey, sheet: Sheet, *, decided: bool) -> Sheet:
    """The sheet with a note on its whole names; without one where a map has `decided` on them."""
    if decided:
        return sheet
    for role, message in _MESSAGES.items():
        name = next(iter(survey.names_of(role)), "")
        place = sheet.place(name)
        if place is None:
            continue
        _, count = other_name(survey, name, texts_of(sheet, place), set(sheet.fields.values()))
        if count:
            values = {"column": sheet.source.header[place], "count": str(count)}
            sheet = replace(sheet, notes=(*sheet.notes, Note(message, values)))
    return sheet
