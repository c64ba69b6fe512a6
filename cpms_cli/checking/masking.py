"""Which words may be somebody's name or number though they stand in a column that has none.

One comma too many in a name moves the rest of its row by a column, and the name stands where the sex should.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.survey.model.definition import Survey, folded

# From so many columns of a row that cannot be read, the row may be moved, if one of them answers another question.
MOVED = 3
_SHORT_NUMBER = re.compile(r"[-+]?[\d.,%]{1,8}")
_LIKE_A_DATE = re.compile(r"\D?(?:\d[\s./-]*){5,}\D?")
_DIGITS_OF_ID = 12
# Most of a permanent code is digits; who does not have it at hand writes the child's name in its place.
_LIKE_A_CODE = re.compile(r"[\x20-\x7e]*\d[\x20-\x7e]*")
_NATIONAL_ID = re.compile(rf"^\D{{0,3}}(?:\d[\s-]*){{{_DIGITS_OF_ID},}}$")


def spells_answer(survey: Survey, text: str) -> bool:
    """Whether a text is an answer to some question of the survey, or a short number."""
    plain = folded(text)
    return plain in survey.answer_spellings or _SHORT_NUMBER.fullmatch(plain) is not None


def answers_elsewhere(survey: Survey, texts: pa.Array) -> pa.Array:
    """Those of some distinct texts that are answers to some question in words, a date or a long number. A short number
    is none: a village that codes its answers in its own way has one in every column."""
    return pa.array(
        [
            text
            for text in texts.to_pylist()
            if _LIKE_A_DATE.fullmatch(text)
            or (folded(text) in survey.answer_spellings and not _SHORT_NUMBER.fullmatch(text))
        ],
        pa.string(),
    )


def to_mask(
    survey: Survey,
    numbers: npt.NDArray[np.int64],
    texts: pa.Array,
    moved: npt.NDArray[np.bool_],
    of_codes: bool = False,
) -> npt.NDArray[np.bool_]:
    """Which cells must not be shown: long numbers, in rows that may be `moved` all but answers, and in a column
    `of_codes` of children what is like a word.

    `numbers` points from the cells into their distinct `texts`, -1 for blank; shapes (n,) as that of `moved`.
    """
    used, hidden, strange = (np.zeros(len(texts) + 1, dtype=bool) for _ in range(3))  # the last is for blank cells
    used[numbers] = True
    long = used[:-1] & pc.greater_equal(pc.utf8_length(texts), _DIGITS_OF_ID).to_numpy(zero_copy_only=False)
    hidden[:-1][long] = [_NATIONAL_ID.search(text) is not None for text in texts.filter(pa.array(long)).to_pylist()]
    if of_codes:
        used_texts = zip(used[:-1], texts.to_pylist(), strict=True)
        hidden[:-1] |= np.array([seen and not _LIKE_A_CODE.fullmatch(text) for seen, text in used_texts], dtype=bool)
    if moved.any():
        strange[numbers[moved]] = True
        words = texts.filter(pa.array(strange[:-1])).to_pylist()
        strange[:-1][strange[:-1]] = [not spells_answer(survey, word) for word in words]
        strange[-1] = False
    return np.asarray(hidden[numbers] | (moved & strange[numbers]), dtype=bool)
