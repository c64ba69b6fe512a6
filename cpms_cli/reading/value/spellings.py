"""Whole columns of answers held against the spellings of a code list, on Arrow arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.survey.model.definition import CodeList, Survey


@dataclass(frozen=True)
class Spellings:
    """All spellings of a list, those of a missing answer among them; `values` is what each says, null for blank.

    `own` says which are the list's.
    """

    words: pa.Array
    values: pa.Array
    own: npt.NDArray[np.bool_]


@lru_cache(maxsize=256)
def spellings_of(survey: Survey, name: str) -> Spellings:
    """The spellings of the code list of this name, which go before those of a missing answer."""
    own, missing = survey.codelists[name].by_spelling, survey.codelists["missing"]
    blank = _blank(missing)
    codes_by_word = {**missing.by_spelling, **own}
    values = [None if code in blank and word in missing.by_spelling else code for word, code in codes_by_word.items()]
    is_own = np.array([word in own for word in codes_by_word])
    return Spellings(pa.array(codes_by_word, pa.string()), pa.array(values, pa.string()), is_own)


def _blank(missing: CodeList) -> set[str]:
    return {entry.code for entry in missing.codes if entry.missing == "blank"}


def places(texts: pa.Array, spellings: Spellings) -> pa.Array:
    """For each folded text its place among the spellings; null where it is none."""
    return pc.index_in(texts, value_set=spellings.words)
