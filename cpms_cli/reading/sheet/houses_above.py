"""Houses whose number stands in the first row of a family alone: the rows below belong to the house above them.

A row without a number belongs there only where the sheet says so itself: by what it tells of a house beside its number
in the first row alone, or by a column of who each person is to the head of the house, in which each family begins with
its head. A number that was forgotten is not to put a child into another family.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.reading.sheet.grown_ups import are_heads, relation_column
from cpms_cli.reading.sheet.sheets import Note, Sheet, replace_texts, some_rows, texts_of
from cpms_cli.survey.model.definition import Survey

_MOSTLY = 0.5


def with_houses_from_above(survey: Survey, sheet: Sheet) -> Sheet:
    """The sheet with a house's number in each row of its people, where it stands in the first of them alone."""
    name, of_home = survey.role("household").name, {field.name for field in survey.household.fields}
    place = sheet.place(name)
    own = {field.name for field in survey.child.fields} - set(survey.child.shared)
    if place is None or place in sheet.added or not own & set(sheet.fields.values()):
        return sheet
    house = texts_of(sheet, place)
    if not house.isna().any() or house.isna().all():
        return sheet
    beside = [index for index, field in sheet.fields.items() if field in of_home - {*survey.child.shared}]
    beside += [index for index in sheet.unknown if _says_of_homes(sheet, index, place)]
    filled, note_id = _below_heads(survey, sheet, house), "house_from_head"
    if filled is None and beside:
        children = [index for index, field in sheet.fields.items() if field in own]
        blank = house.isna() & ~any_filled(sheet, beside) & any_filled(sheet, children)
        filled, note_id = house.ffill().where(blank, house), "house_from_above"
    if filled is None or not (taken := house.isna() & filled.notna()).any():
        return sheet
    rows = sheet.source.rows[taken.to_numpy()]
    values = {"count": str(len(rows)), "rows": some_rows(rows)}
    if note_id == "house_from_head":
        values["column"] = sheet.source.header[relation_column(sheet.source) or 0]
    return replace_texts(replace(sheet, notes=(*sheet.notes, Note(note_id, values))), place, filled)


def _says_of_homes(sheet: Sheet, index: int, house: int) -> bool:
    """Whether a column that is not read has something in most rows with a house's number, and in none without."""
    filled, with_house = texts_of(sheet, index).notna(), texts_of(sheet, house).notna()
    return bool(not filled[~with_house].any() and filled[with_house].mean() > _MOSTLY)


def _below_heads(survey: Survey, sheet: Sheet, house: pd.Series) -> pd.Series | None:
    """The house of each row, of those without one that of the head above them; None where the sheet is no register of
    families one below another: it begins with a head, most heads have people below them, and of the people below most
    have no number, and none another than their head's.

    A head without a number ends the house above. So do a row that does not say who it is, and another village.
    """
    relation = relation_column(sheet.source)
    if relation is None:
        return None
    heads, is_known = are_heads(sheet.source, relation), texts_of(sheet, relation).notna().to_numpy()
    family = np.cumsum(heads, dtype=np.int64)
    below = is_known & ~heads
    of_head = house.where(heads).groupby(family).transform("first")
    others = (house.notna() & (house != of_head)).to_numpy() & below
    has_people = len(set(family[below])) / max(int(heads.sum()), 1)
    if not heads[0] or others.any() or has_people <= _MOSTLY or house[below].isna().mean() <= _MOSTLY:
        return None
    unbroken = is_known & _in_village_of_head(survey, sheet, family)
    unbroken = pd.Series(unbroken).groupby(family).cummin().to_numpy(dtype=bool)
    return house.where(house.notna() | ~unbroken, of_head)


def _in_village_of_head(survey: Survey, sheet: Sheet, family: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    place = sheet.place(survey.role("village").name)
    if place is None:
        return np.ones(len(family), dtype=bool)
    village = texts_of(sheet, place).fillna("")
    same = village.isin([""]) | (village == village.groupby(family).transform("first"))
    return same.to_numpy(dtype=bool)


def any_filled(sheet: Sheet, places: list[int]) -> pd.Series:
    """In which rows one of these columns has something."""
    filled = pd.Series(False, index=range(sheet.source.data.num_rows))
    for index in places:
        filled |= texts_of(sheet, index).notna()
    return filled
