"""Which distinct values of a column may fail a check: decided for whole columns, before pandera is asked.

A value that is not doubtful passes every check of its field. A doubtful one may pass as well: that is for the checks
to say. A check that is added to `columns` needs its line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.survey.era import CHRISTIAN_FROM, CHRISTIAN_TO, is_stored_date
from cpms_cli.survey.identifiers import has_cpms_check_letter, is_thai_id
from cpms_cli.survey.model.definition import Field, Survey

Flags = npt.NDArray[np.bool_]
_YEARS = pa.array([str(year) for year in range(CHRISTIAN_FROM, CHRISTIAN_TO + 1)], pa.string())
_DIGITS_OF_INT64 = 18
NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?"
"""The canonical form of a number with decimals."""


def legal_answers(survey: Survey, field: Field) -> list[str] | None:
    """Return what may stand in a field that has a code list; None for other fields."""
    if (codes := survey.codes(field)) is None:
        return None
    # What tells a row from others cannot be "don't know".
    return [*codes.by_code, *(() if field.constraints.required else survey.missing_words)]


@lru_cache(maxsize=512)
def _words(survey: Survey, field: Field) -> tuple[pa.Array, pa.Array]:
    """Return the words that need no check, since they are reasons for no answer, and the field's legal answers."""
    no_answers = () if field.constraints.required else survey.missing_words
    return pa.array(no_answers, pa.string()), pa.array(legal_answers(survey, field) or (), pa.string())


def may_fail(survey: Survey, field: Field, values: pa.Array) -> Flags:
    """Return which of a column's distinct values may fail a check of its field; blanks and missing words never do."""
    no_answers, legal = _words(survey, field)
    judged = _flags(pc.is_valid(values)) & ~_flags(pc.is_in(values, value_set=no_answers))
    if not judged.any():
        return judged
    doubtful = np.zeros(len(values), dtype=bool)
    for doubt in _doubts(survey, field, values, legal):
        doubtful |= doubt
    return judged & doubtful


def _flags(flags: pa.Array) -> Flags:
    plain: Flags = pc.fill_null(flags, False).to_numpy(zero_copy_only=False).astype(bool)
    return plain


def _doubts(survey: Survey, field: Field, values: pa.Array, legal: pa.Array) -> Iterator[Flags]:
    """Yield for each kind of check which values may fail it."""
    limits = field.constraints
    yield from _doubts_of_kind(field, values, legal)
    if limits.pattern:
        yield ~_flags(pc.match_substring_regex(values, f"^(?:{limits.pattern})$"))
    if limits.maxLength:
        yield _flags(pc.greater(pc.utf8_length(values), limits.maxLength))
    if limits.minimum is not None or limits.maximum is not None:
        pattern = NUMBER if field.type == "number" else rf"-?[0-9]{{1,{_DIGITS_OF_INT64}}}"
        of_kind = pa.float64() if field.type == "number" else pa.int64()
        yield _out_of_range(values, pattern, of_kind, limits.minimum, limits.maximum)
    if field.role == "household":
        yield _flags(pc.match_substring(values, "-"))
    if field.role == "village":
        known = pa.array([code for code in survey.areas if len(code) == 6], pa.string())
        yield ~_flags(pc.is_in(pc.utf8_slice_codeunits(values, 0, 6), value_set=known))


def _doubts_of_kind(field: Field, values: pa.Array, legal: pa.Array) -> Iterator[Flags]:
    """Yield which values may be no answer of the field's kind: its list, a number, a year, a date, an identifier."""
    if field.codelist is not None:
        yield _no_answers(field, values, legal)
    elif field.type == "integer":
        yield ~_flags(pc.match_substring_regex(values, rf"^-?[0-9]{{1,{_DIGITS_OF_INT64}}}$"))
    elif field.type == "number":
        yield ~_flags(pc.match_substring_regex(values, rf"^{NUMBER}$"))
    elif field.type == "year":
        yield ~_flags(pc.is_in(values, value_set=_YEARS))
    elif field.holds_dates:
        yield _no_dates(values.to_pylist(), field.type != "date")
    elif field.format == "thai-id":
        yield ~is_thai_id(_series(values))
    elif field.format == "cpms-id":
        yield ~has_cpms_check_letter(_series(values))


def _series(values: pa.Array) -> pd.Series:
    return pd.Series(values.to_pandas(), dtype="str").fillna("")


def _no_answers(field: Field, values: pa.Array, legal: pa.Array) -> Flags:
    """Return which values are no answers of the field's list; of several answers each must be one."""
    if not field.many:
        return ~_flags(pc.is_in(values, value_set=legal))
    answers = set(legal.to_pylist())
    return np.array([not answers.issuperset((value or "").split(";")) for value in values.to_pylist()], dtype=bool)


def _no_dates(values: Sequence[str | None], partial: bool) -> Flags:
    return np.array([value is not None and not is_stored_date(value, partial) for value in values], dtype=bool)


def _out_of_range(values: pa.Array, pattern: str, of_kind: pa.DataType, low: int | None, high: int | None) -> Flags:
    """Return which numbers lie outside the limits; what is no number, by its `pattern`, may lie anywhere."""
    is_number = pc.match_substring_regex(values, f"^{pattern}$")
    numbers = pc.cast(pc.if_else(is_number, values, pa.scalar(None, pa.string())), of_kind)
    outside = _flags(pc.is_null(numbers))
    if low is not None:
        outside |= _flags(pc.less(numbers, low))
    if high is not None:
        outside |= _flags(pc.greater(numbers, high))
    return outside
