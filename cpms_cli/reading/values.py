"""Cells to canonical text, over the distinct texts of one column; what cannot be read stays as it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from cpms_cli.reading.dates import ascii_digits, christian_year, parse_dates
from cpms_cli.survey.definition import CodeList, Field, Survey, folded

_SPLIT = re.compile(r"[;,/|\n]")
_SPACE = r"[\s\v\x{00}-\x{1f}\p{Z}\x{85}\x{200b}\x{feff}]"  # for Arrow's expressions, where \s is ASCII only
_SPACES = "[\\s\u00a0\u200b\ufeff]+"


@dataclass(frozen=True)
class Cleaned:
    """`values`: canonical text, NA for blank. `doubtful`: which of them the reader could not decide."""

    values: pd.Series
    doubtful: pd.Series


def clean(survey: Survey, field: Field, texts: pd.Series) -> Cleaned:
    """The canonical text of each distinct text written in a field's column."""
    plain = _is_plain(survey, field, texts)
    if not plain.any():
        return _clean(survey, field, texts)
    others = _clean(survey, field, texts[~plain])
    values, doubtful = texts.copy(), pd.Series(False, index=texts.index)
    values[~plain], doubtful[~plain] = others.values, others.doubtful
    return Cleaned(values, doubtful)


def _is_plain(survey: Survey, field: Field, texts: pd.Series) -> pd.Series:
    """Which texts are canonical as they stand: digits in a column of codes or numbers that are kept as text.

    Identifiers are the one kind of column with as many distinct texts as rows, and nearly all of them are plain.
    """
    if field.codelist is not None or field.type != "string" or field.format == "partial-date":
        return pd.Series(False, index=texts.index)
    return texts.str.fullmatch("[0-9]+") & ~texts.isin(list(survey.codelists["missing"].by_spelling))


def _clean(survey: Survey, field: Field, texts: pd.Series) -> Cleaned:
    trimmed = _trimmed(texts)
    spelt = trimmed.map(folded)
    reason = _by_spelling(spelt, survey.codelists["missing"])
    codes = survey.codes(field)
    doubtful = pd.Series(False, index=texts.index)
    if codes is not None:
        answers = _many(trimmed, survey, field, codes) if field.many else _by_spelling(spelt, codes)
    elif field.type == "date" or field.format == "partial-date":
        answers, doubtful = parse_dates(trimmed, field.format == "partial-date")
    elif field.type in ("integer", "year"):
        answers = _number(trimmed, field.type == "year")
    elif field.personal and field.format is None:
        answers = trimmed
    else:
        answers = ascii_digits(trimmed)
        if field.format is not None or field.constraints.pattern:
            answers = answers.str.replace(r"[\s\-]", "", regex=True).str.upper()
    values = answers.where(answers.notna(), reason).where(answers.notna() | reason.notna(), trimmed)
    if codes is None:
        values = values.where(reason.isna(), reason)
    blank = {entry.code for entry in survey.codelists["missing"].codes if entry.missing == "blank"}
    return Cleaned(values.mask(values.isin(blank) & reason.notna() | (trimmed == ""), None).astype("str"), doubtful)


def _trimmed(texts: pd.Series) -> pd.Series:
    spaced = texts.str.contains(_SPACE, regex=True)
    if not spaced.any():
        return texts
    return texts.mask(spaced, texts[spaced].str.replace(_SPACES, " ", regex=True).str.strip())


def _by_spelling(spelt: pd.Series, codes: CodeList) -> pd.Series:
    return spelt.map(codes.by_spelling).astype("str")


def _many(texts: pd.Series, survey: Survey, field: Field, codes: CodeList) -> pd.Series:
    spelt = {**survey.codelists["missing"].by_spelling, **codes.by_spelling}
    missing = survey.missing_codes(field)
    alone = {entry.code for entry in codes.codes if entry.missing == "exclusive"}

    def read(text: str) -> str | None:
        found = {spelt.get(folded(part)) for part in _SPLIT.split(text) if part.strip()}
        if not found or None in found:
            return None
        if found & set(missing):
            # "None, don't know" is not a no: what was not known outweighs what stands alone.
            found = (found - set(missing) - alone) or (found & set(missing))
        return ";".join(code for code in dict.fromkeys((*codes.by_code, *missing)) if code in found)

    whole = texts.map(folded).map(spelt)
    read_parts = texts.map(read, na_action="ignore")
    return read_parts.where(read_parts.notna(), whole).astype("str")


def _number(texts: pd.Series, is_year: bool) -> pd.Series:
    plain = ascii_digits(texts).str.replace(r"\s*(?:ปี|years?|yrs?|คน|ครั้ง|ชั่วโมง|ชม\.?|hours?)$", "", regex=True)
    plain = plain.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)
    if is_year:
        plain = plain.str.replace(r"^(?:พ\.?\s*ศ\.?|ค\.?\s*ศ\.?)\s*", "", regex=True)
    numbers = pd.to_numeric(plain.where(plain.str.fullmatch(r"-?\d{1,9}")), errors="coerce").astype("Int64")
    if is_year:
        years = numbers.astype("float64")
        numbers = christian_year(years, years < 100).astype("Int64")
    return numbers.astype("string").astype("str")
