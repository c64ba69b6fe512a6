"""What the row of a grown-up alone says of a family in a register of whole households: its children's rows say it then.

A register writes the telephone number or the income of a family into the row of its head.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.reading.sheet.sheets import Note, Sheet, replace_texts, texts_of
from cpms_cli.survey.model.definition import Survey


def with_answers_of_families(survey: Survey, sheet: Sheet, grown: npt.NDArray[np.bool_]) -> Sheet | None:
    """Return the sheet with the family's answers of `grown` rows in the rows of its children, where these are blank.

    None where the sheet has no houses, or where the answers that would be lost are several of one family: which of them
    holds is for a person to say. Of several telephone numbers the first will do.
    """
    home = _homes(survey, sheet)
    if home is None:
        return None
    of_home = {field.name for field in survey.household.fields} - {*survey.child.shared, survey.role("household").name}
    columns, several = [], survey.names_of("phone")
    for index, name in sheet.fields.items():
        if name not in of_home or index in sheet.added:
            continue
        texts = texts_of(sheet, index)
        lost = _lost_answers(home, texts, grown)
        if name in several:
            lost = lost[~lost.index.duplicated() & ~lost.index.isin(home[~grown & texts.notna()])]
        if lost.index.has_duplicates or lost.index.isin(home[~grown & texts.notna()]).any():
            return None
        if len(lost):
            sheet = replace_texts(sheet, index, texts.where(texts.notna() | grown, home.map(lost)))
            columns.append(sheet.source.header[index])
    if not columns:
        return sheet
    note = Note("answers_of_families", {"columns": ", ".join(f"'{column}'" for column in columns)})
    return replace(sheet, notes=(*sheet.notes, note))


def _homes(survey: Survey, sheet: Sheet) -> pd.Series | None:
    """The home of each row, NA without a house; None where no column has the houses."""
    house = sheet.place(survey.role("household").name)
    if house is None:
        return None
    places = [sheet.place(survey.role(role).name) for role in ("round", "village")]
    homes = texts_of(sheet, house)
    for place in places:
        if place is not None:
            homes = homes + "\x1f" + texts_of(sheet, place).fillna("")
    return homes


def _lost_answers(home: pd.Series, texts: pd.Series, grown: npt.NDArray[np.bool_]) -> pd.Series:
    """The answers of grown-ups' rows, by home, that no child's row of a home with children has."""
    answers = pd.DataFrame({"home": home, "text": texts})
    by_grown = answers[grown & home.isin(home[~grown])].dropna().drop_duplicates()
    by_children = answers[~grown].dropna().drop_duplicates()
    lost = by_grown.merge(by_children, how="left", indicator=True)
    lost = lost[lost["_merge"] == "left_only"]
    return pd.Series(lost["text"].to_numpy(), index=lost["home"].to_numpy(), dtype="str")
