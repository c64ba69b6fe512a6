"""Dates as people write them in Thailand, over the distinct texts of one column.

The era comes first: a year from 2400 is Buddhist (Christian + 543). Two-digit years from 43 are Buddhist, since
19xx births of 1943 and later are no children; below 43 both eras are possible, and the date is left as a question.
"""

from __future__ import annotations

import pandas as pd

from cpms_cli.survey.era import BUDDHIST_FROM, BUDDHIST_OFFSET

_CHRISTIAN_FROM, _CHRISTIAN_TO, _BUDDHIST_TO = 1900, 2200, 2743
_SHORT_BUDDHIST_FROM = 43

_MONTH_NAMES: tuple[tuple[str, ...], ...] = (
    ("มกราคม", "มค", "january", "jan"), ("กุมภาพันธ์", "กพ", "february", "feb"), ("มีนาคม", "มีค", "march", "mar"),
    ("เมษายน", "เมย", "april", "apr"), ("พฤษภาคม", "พค", "may"), ("มิถุนายน", "มิย", "june", "jun"),
    ("กรกฎาคม", "กค", "july", "jul"), ("สิงหาคม", "สค", "august", "aug"), ("กันยายน", "กย", "september", "sep", "sept"),
    ("ตุลาคม", "ตค", "october", "oct"), ("พฤศจิกายน", "พย", "november", "nov"), ("ธันวาคม", "ธค", "december", "dec"),
)  # fmt: skip
_MONTHS = {name: str(number) for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

_YMD = r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[ T]00:00(?::00)?)?$"
_DMY = r"^(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4}|\d{2})$"
_NAMED = r"^(?:(?P<d>\d{1,2})[ .-]*)?(?P<n>[^\d\s.-][^\d]*?)[ .-]*(?P<y>\d{4}|\d{2})$"
_YM = r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})$"
_MY = r"^(?P<m>\d{1,2})[-/.](?P<y>\d{4})$"
_Y = r"^(?P<y>\d{4})$"


def ascii_digits(texts: pd.Series) -> pd.Series:
    """The texts with Thai digits written as 0-9."""
    return texts.str.translate(_THAI_DIGITS)


def _plain(texts: pd.Series) -> pd.Series:
    plain = ascii_digits(texts).str.strip().str.lower()
    plain = plain.str.replace(r"พ\.?\s*ศ\.?|ค\.?\s*ศ\.?|เดือน|วันที่", " ", regex=True)
    return plain.str.replace(r"\s+", " ", regex=True).str.strip()


def _parts(plain: pd.Series) -> pd.DataFrame:
    parts = pd.DataFrame({"y": None, "m": None, "d": None}, index=plain.index, dtype="object")
    for pattern in (_YMD, _DMY, _YM, _MY, _Y, _NAMED):
        open_ = parts["y"].isna()
        if not open_.any():
            break
        found = plain[open_].str.extract(pattern)
        if "n" in found:
            found["m"] = found["n"].str.replace(r"[.\s]", "", regex=True).map(_MONTHS)
            found.loc[found["m"].isna(), "y"] = None
        hits = found[found["y"].notna()]
        for column in ("y", "m", "d"):
            if column in hits:
                parts.loc[hits.index, column] = hits[column].astype(object)
    return parts


def _month_first(plain: pd.Series) -> bool:
    """Whether a column of numeric dates can only be month/day/year: some second part is over 12 and no first is."""
    found = plain.str.extract(_DMY)
    first = pd.to_numeric(found["d"], errors="coerce")
    second = pd.to_numeric(found["m"], errors="coerce")
    return bool((second > 12).any() and not (first > 12).any())


def christian_year(years: pd.Series, short: pd.Series) -> pd.Series:
    """Years of either era as Christian years; NA where the era cannot be told or the year is out of all bounds.

    `years` are numbers, `short` says which of them had two digits only.
    """
    full = years.mask(short & (years >= _SHORT_BUDDHIST_FROM), years + 2500)
    full = full.mask(full.between(BUDDHIST_FROM, _BUDDHIST_TO), full - BUDDHIST_OFFSET)
    return full.where(full.between(_CHRISTIAN_FROM, _CHRISTIAN_TO))


def parse_dates(texts: pd.Series, partial: bool) -> tuple[pd.Series, pd.Series]:
    """Distinct texts to ISO dates: (dates, doubtful era), both indexed as `texts`; NA where it is no date.

    With `partial`, a month (2016-03) or a year (2016) alone is a date of that precision; nothing is invented.
    """
    plain = _plain(texts)
    parts = _parts(plain)
    if _month_first(plain):
        numeric = plain.str.match(_DMY)
        parts.loc[numeric, ["m", "d"]] = parts.loc[numeric, ["d", "m"]].to_numpy()
    short = parts["y"].str.len().eq(2).fillna(False).astype(bool)
    numbers = parts.apply(pd.to_numeric, errors="coerce")
    year = christian_year(numbers["y"], short)
    doubtful = short & (numbers["y"] < _SHORT_BUDDHIST_FROM)
    whole = pd.DataFrame({"year": year, "month": numbers["m"].fillna(1), "day": numbers["d"].fillna(1)})
    known = whole.notna().all(axis=1)
    real = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[s]")
    real[known] = pd.to_datetime(whole[known].astype("int64"), errors="coerce").astype("datetime64[s]")
    iso = real.dt.strftime("%Y-%m-%d").astype("str")
    width = 10 - 3 * parts["d"].isna().astype(int) - 3 * parts["m"].isna().astype(int)
    cut = iso.where(width == 10, iso.str.slice(0, 7).where(width == 7, iso.str.slice(0, 4)))
    return cut if partial else cut.where(width == 10), doubtful
