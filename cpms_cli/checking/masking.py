"""Which words may be somebody's name or number though they stand in a column that has none.

One comma too many in a name moves the rest of its row by a column, and the name stands where the sex should.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.survey.definition import Survey, folded

# From so many columns of a row that cannot be read, the row may be moved.
MOVED = 3
_SHORT_NUMBER = re.compile(r"[-+]?[\d.,%]{1,8}")
_NATIONAL_ID = r"^\D{0,3}(?:\d[\s-]*){12,}$"
# Most of a permanent code is digits; who does not have it at hand writes the child's name in its place.
_LIKE_A_CODE = r"^[\x20-\x7e]*\d[\x20-\x7e]*$"


def spells_answer(survey: Survey, text: str) -> bool:
    """Whether a text is an answer to some question of the survey, or a short number."""
    told = folded(text)
    return _SHORT_NUMBER.fullmatch(told) is not None or any(
        told in codes.by_spelling for codes in survey.codelists.values()
    )


def to_mask(
    survey: Survey, texts: pd.Series, moved: npt.NDArray[np.bool_], of_codes: bool = False
) -> npt.NDArray[np.bool_]:
    """Which of these unread texts must not be shown: long numbers, in rows that may be `moved` all but answers, in a
    column `of_codes` of children what is like a word."""
    codes, distinct = pd.factorize(texts)
    words = pd.Series(distinct, dtype="str")
    told = words.str.contains(_NATIONAL_ID, regex=True).to_numpy(dtype=bool)
    if of_codes:
        told = told | ~words.str.contains(_LIKE_A_CODE, regex=True).to_numpy(dtype=bool)
    hidden = np.append(told, False)[codes]  # a blank cell has the code -1
    if moved.any():
        unknown = {word for word in texts[moved].dropna().unique() if not spells_answer(survey, word)}
        hidden = hidden | (moved & texts.isin(unknown).to_numpy(dtype=bool))
    return hidden
