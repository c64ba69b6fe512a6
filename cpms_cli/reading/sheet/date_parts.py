"""A date whose day, month and year have columns of their own, as "วันเดือนปีเกิด" over "วัน", "เดือน", "พ.ศ.".

The three become one date in the first of the columns, where the header over them names a question for a date, or the
first of them does and the others say what they are of it. Without that nobody knows whose day it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import pandas as pd
import pyarrow as pa

from cpms_cli.reading.header.headers import field_of, spelt
from cpms_cli.reading.source import SourceTable, text_table
from cpms_cli.reading.value.digits import whole_number
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

DATE_PARTS = "date_parts"
"""The evidence of a sheet with such columns: the date's header, and the headers of its parts, a date a line."""
_PARTS = ("day", "month", "year")
_FORMS = {"day": r"0?[1-9]|[12]\d|3[01]", "month": r"0?[1-9]|1[0-2]|[^\W\d][^\d]*", "year": r"\D{0,8}\d{2}(?:\d{2})?"}
_MOSTLY = 0.8
_NUMBER, _UNKNOWN = re.compile(r"\d+"), "?"


def with_whole_dates(survey: Survey, source: SourceTable, spellings: Mapping[str, str]) -> SourceTable:
    """The sheet with each date of three columns in the first of them; the others are blank."""
    header, groups = list(source.header), list(source.groups or ("",) * len(source.header))
    columns = [source.data.column(str(index)) for index in range(len(header))]
    joined: list[str] = []
    for first in range(len(header) - len(_PARTS) + 1):
        places = range(first, first + len(_PARTS))
        parts = {part: index for index in places if (part := _part_of(source.header[index]))}
        name = _date_over(survey, source, places, spellings) if len(parts) == len(_PARTS) else None
        if name is None or not all(_fits(survey, source, parts[part], part) for part in _PARTS):
            continue
        joined.append(f"{name}: " + ", ".join(source.header[index] for index in places))
        texts = [_texts(survey, source, parts[part]) for part in _PARTS]
        columns[first] = pa.array(list(map(_whole, *texts)), pa.string())
        header[first], groups[first] = name, ""
        for index in places[1:]:
            header[index], groups[index], columns[index] = "", "", pa.nulls(len(source.rows), pa.string())
    if not joined:
        return source
    plain = [column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column for column in columns]
    data, evidence = text_table(tuple(header), plain), {**source.evidence, DATE_PARTS: "\n".join(joined)}
    return replace(source, header=tuple(header), data=data, groups=tuple(groups), evidence=evidence)


def _date_over(survey: Survey, source: SourceTable, places: Sequence[int], spellings: Mapping[str, str]) -> str | None:
    """The header of the date that these columns are parts of; None where none says it, or not of all of them."""
    group = {source.group(index) for index in places}
    own = source.header[places[0]]
    for text in (*group, own) if len(group) == 1 else ():
        name = field_of(text, spellings) if text else None
        if name is not None and name in survey.fields and survey.fields[name].holds_dates:
            return text
    return None


@cache
def _words() -> dict[str, str]:
    return {spelt(word): part for part, words in proposal_settings().parts_of_dates.items() for word in words}


def _part_of(header: str) -> str | None:
    return _words().get(spelt(header))


def _texts(survey: Survey, source: SourceTable, index: int) -> list[str]:
    """The cells of a column in digits of 0-9; "" where there is no answer."""
    missing = survey.codelists["missing"].by_spelling
    texts = source.data.column(str(index)).to_pylist()
    plain = [whole_number(plain_digits(text or "").strip()) for text in texts]
    return ["" if folded(text) in missing else text for text in plain]


def _fits(survey: Survey, source: SourceTable, index: int, part: str) -> bool:
    """Whether most cells of a column are such a part of a date."""
    filled = pd.Series([text for text in _texts(survey, source, index) if text], dtype="str")
    return bool(len(filled)) and bool(filled.str.fullmatch(_FORMS[part]).mean() >= _MOSTLY)


def _whole(day: str, month: str, year: str) -> str | None:
    """A date as it would stand in one cell, a question mark for a part that is missing under a smaller one: day 4 of an
    unknown month of 2563 is not the fourth month."""
    month = month or (_UNKNOWN if day else "")
    year = year or (_UNKNOWN if month else "")
    between = " " if month and month != _UNKNOWN and not _NUMBER.fullmatch(month) else "/"
    return between.join(part for part in (day, month, year) if part) or None
