"""What a column looks like that no header names: answers of a code list, days, or identifying numbers.

This is decided by the definition itself: its code lists, its dates and its numbers, through the one function that reads
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.value.digits import ascii_digits
from cpms_cli.reading.value.values import clean, read_texts
from cpms_cli.survey.identifiers import has_cpms_check_letter, has_thai_form
from cpms_cli.survey.model.definition import Field, Role, Survey, folded

IdForm = Callable[[pd.Series], npt.NDArray[np.bool_]]
DATE, ID_NUMBER = "date", "id_number"
_NUMBER = re.compile(r"\d+(?:\.0+)?")
_MOST_TEXTS = 500  # of a column's distinct texts, the commonest: free text of a large file has a million
_ISO = r"\d{4}-\d{2}-\d{2}"
_MOSTLY = 0.5
_FLAGS = ({0, 1}, {1}, {1, 2})


def kind_of(survey: Survey, source: SourceTable, index: int, *, counted: bool) -> str | None:
    """Return what most of a column's cells are: the name of a code list, "date" or "id_number"; None for other words.

    A column that is `counted`, by its header, holds counts: 1 and 0 are no answers in it.
    """
    codes, distinct = source.encoded(index)
    texts = pd.Series(distinct.to_pylist(), dtype="str")
    times = pd.Series(np.bincount(codes[codes >= 0], minlength=len(texts)), index=texts.index)
    missing = survey.codelists["missing"].by_spelling
    is_answer = (texts.str.strip() != "") & ~texts.map(folded).isin(missing) & (times > 0)
    times = times[is_answer].nlargest(_MOST_TEXTS)
    texts = texts[times.index]
    if texts.empty:
        return None
    plain = ascii_digits(texts).str.strip()
    numbers = plain.str.fullmatch(_NUMBER.pattern).fillna(False)
    flags = not counted and _are_flags(plain[numbers], bool((~numbers).any()), codes, len(source.rows))
    words, is_word = pa.array(texts[~numbers], pa.string(), from_pandas=True), ~numbers.to_numpy(dtype=bool)
    kinds: dict[str, npt.NDArray[np.bool_]] = {
        name: _answers_of(survey, field, words, is_word) for name, field in _of_lists(survey).items()
    }
    if flags and (name := _of_flags(survey)):
        kinds[name] |= ~is_word
    kinds[DATE] = _dates(survey, texts, numbers).to_numpy(dtype=bool)
    kinds[ID_NUMBER] = _id_numbers(survey, texts).to_numpy(dtype=bool)
    counts = times.to_numpy()
    shares = {name: float(counts[hit].sum() / counts.sum()) for name, hit in kinds.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > _MOSTLY else None


@lru_cache(maxsize=8)
def _of_lists(survey: Survey) -> dict[str, Field]:
    """A field for each code list that one has, the commonest list first."""
    tables = (survey.child, survey.household, survey.response)
    fields = [field for table in tables for field in table.fields if field.codelist]
    often: dict[str, int] = {}
    for field in fields:
        often[field.codelist or ""] = often.get(field.codelist or "", 0) + 1
    first = {field.codelist or "": field for field in reversed(fields)}
    return {name: first[name] for name in sorted(often, key=lambda name: -often[name])}


def _of_flags(survey: Survey) -> str | None:
    """The list whose answers are written 1 and 0: the commonest."""
    return next((name for name in _of_lists(survey) if "1" in survey.codelists[name].by_spelling), None)


def _answers_of(survey: Survey, field: Field, words: pa.Array, is_word: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which texts are answers of a field's list; numbers, which are no `words`, may be anything."""
    is_answer = np.zeros(len(is_word), dtype=bool)
    legal = _legal_answers(survey)[field.codelist or ""]
    read = read_texts(survey, field, words).values.to_pylist()
    is_answer[is_word] = [value is not None and value.partition(";")[0] in legal for value in read]
    return is_answer


@lru_cache(maxsize=8)
def _legal_answers(survey: Survey) -> dict[str, frozenset[str]]:
    """By code list, the codes that are answers."""
    lists = {name: survey.codes(field) for name, field in _of_lists(survey).items()}
    blank = frozenset(survey.missing_words)
    return {name: frozenset(listed.by_code if listed else ()) - blank for name, listed in lists.items()}


def _are_flags(numbers: pd.Series, beside_words: bool, codes: npt.NDArray[np.int32], rows: int) -> bool:
    """Whether numbers are marks for yes and no, rather than counts or the rows' own numbers."""
    if numbers.empty:
        return False
    values = pd.to_numeric(numbers).astype("int64")
    distinct = set(values)
    if beside_words:
        return distinct <= _FLAGS[0]
    if distinct not in _FLAGS:
        return False
    in_order = values.reindex(range(int(codes.max()) + 1)).to_numpy()[codes[codes >= 0]]
    if rows > 1 and len(in_order) == rows and list(in_order) == list(range(1, rows + 1)):
        return False
    # 1 in every row is a village's number or a count; here and there it marks what is so.
    return distinct != {1} or rows == 1 or int((codes >= 0).sum()) < rows


def _dates(survey: Survey, texts: pd.Series, numbers: pd.Series) -> pd.Series:
    """Which texts are days; a number alone may be a sum of money as well."""
    words = texts[~numbers]
    if words.empty:
        return pd.Series(False, index=texts.index)
    cleaned = clean(survey, survey.role("visited"), words)
    days = cleaned.values.str.fullmatch(_ISO).fillna(False).astype(bool) | cleaned.questions.notna()
    return days.reindex(texts.index, fill_value=False)


def _id_numbers(survey: Survey, texts: pd.Series) -> pd.Series:
    is_id_number = pd.Series(False, index=texts.index)
    forms: tuple[tuple[Role, IdForm], ...] = (("national_id", has_thai_form), ("person", has_cpms_check_letter))
    for role, has_form in forms:
        if not survey.plays(role):
            continue
        values = clean(survey, survey.role(role), texts).values
        is_id_number |= has_form(values.fillna(""))
    return is_id_number
