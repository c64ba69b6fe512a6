"""The rows of any table of persons as evidence: every cell read as the survey's cells are."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence

import pandas as pd

from cpms_cli.linking.store_rows import as_evidence
from cpms_cli.linking.tables.held_columns import field_held
from cpms_cli.reading.value.digits import ascii_digits, whole_numbers
from cpms_cli.reading.value.values import clean, plain_texts
from cpms_cli.survey.model.definition import Survey

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_NO_WORD = re.compile(r"[\W_]+")
_SAME_DIGITS = re.compile(r"(.)\1*")
_SHORTEST_PHONE, _SHORTEST_NUMBER = 6, 3
_LAND = re.compile(r"^(?:00)?66(?=\d{8,9}$)")
_EPOCH = pd.Timestamp(0)

Columns = Mapping[str, Sequence[Hashable]]


def person_rows(survey: Survey, table: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Return the columns of `evidence.COLUMNS`, `national` (the number where it is a national ID), `street`, `suburb`
    and `phone`, a row per row of `table`, indexed 0..n-1; `columns` gives the table's columns by what they hold.

    What cannot be read is left blank: it says nothing of anybody.
    """
    texts = {held: [_texts(table[name]) for name in names] for held, names in columns.items()}
    blank = pd.Series(None, index=range(len(table)), dtype="str")

    def read(held: str) -> pd.Series:
        return _read(survey, held, texts[held][0]) if held in texts else blank

    def plain(held: str, form: Callable[[str], str | None]) -> pd.Series:
        return _changed(texts[held][0], form) if held in texts else blank

    names = read("full_name").str.extract(r"^(?P<given>\S+)\s*(?P<family>.*)$")
    postcode = plain("postcode", _words)
    village = read("village_code").fillna(postcode)
    born = read("birth_date")
    born = born.where(born.str.fullmatch(_DATE.pattern).fillna(False).astype(bool))
    born = born.where(_days(born, last=False).notna())
    sex = read("sex")
    codes = survey.codes(survey.role("sex"))
    rows = pd.DataFrame(
        {
            "round_": 1,
            "given": read("given_name").fillna(names["given"]),
            "family": read("family_name").fillna(names["family"].where(names["family"] != "")),
            "nickname": read("other_name"),
            "mother": read("mother_name"),
            "sex": sex.where(sex.isin([code.code for code in codes.codes])) if codes else sex,
            "born": born,
            "low": _days(born, last=False),
            "high": _days(born, last=True),
            "village": village,
            "home": village.fillna("") + "|" + read("household_no"),
            "number": read("national_id"),
        }
    )
    fillers = survey.linking.placeholder_houses
    number = plain("person_number", lambda text: _number(text, fillers))
    street = _street(texts.get("address", []), blank)
    evidence = as_evidence(rows, survey.linking)
    return evidence.assign(
        number=evidence["number"].fillna(number).astype("str"),
        national=evidence["number"],
        street=street,
        suburb=plain("suburb", _words),
        phone=plain("phone", _phone),
    )


def unread_cells(survey: Survey, table: pd.DataFrame, columns: Columns) -> dict[Hashable, int]:
    """Return by column how many of its filled cells cannot be read: no date, no word for a sex, no national number."""
    rows = person_rows(survey, table, columns)
    counts = {}
    for held, column in (("birth_date", "born"), ("sex", "sex"), ("national_id", "number"), ("phone", "phone")):
        for name in columns.get(held, ()):
            written = _texts(table[name])
            if held in survey.linking.tables.columns and field_held(survey, held) is not None:
                written = _read(survey, held, written)
            counts[name] = int((written.notna() & rows[column].isna()).sum())
    return {name: count for name, count in counts.items() if count}


def _texts(column: pd.Series) -> pd.Series:
    """The cells as text, NA where they are blank; dates as dates, whole numbers without a decimal point."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    texts = pd.Series(column.astype("str").to_numpy(), dtype="str")
    texts = texts.where(column.notna().to_numpy())
    texts = whole_numbers(ascii_digits(plain_texts(texts)))
    return texts.where(texts.str.strip() != "")


def _changed(texts: pd.Series, form: Callable[[str], str | None]) -> pd.Series:
    forms = {text: form(text) or None for text in texts.dropna().unique()}
    return texts.map(forms).astype("str")


def _read(survey: Survey, held: str, texts: pd.Series) -> pd.Series:
    """The cells as the survey reads them; "don't know" and the like are blank."""
    field = field_held(survey, held) or survey.role("given_name")
    distinct = pd.Series(texts.dropna().unique(), dtype="str")
    values = clean(survey, field, distinct).values
    values = values.mask(values.isin(survey.missing_words))
    return texts.map(dict(zip(distinct, values, strict=True))).astype("str")


def _words(text: str) -> str | None:
    return " ".join(_NO_WORD.sub(" ", text.casefold()).split()) or None


def _number(text: str, fillers: frozenset[str]) -> str | None:
    """A number of a register: letters and digits; nothing where it is a filler."""
    plain = _NO_WORD.sub("", text).upper()
    filler = len(plain) < _SHORTEST_NUMBER or _SAME_DIGITS.fullmatch(plain)
    return None if filler or plain.casefold() in fillers else plain


def _phone(text: str) -> str | None:
    """A telephone number with the zero of its own country; nothing where it is too short, or one digit throughout."""
    digits = _LAND.sub("0", re.sub(r"\D", "", text))
    return None if len(digits) < _SHORTEST_PHONE or _SAME_DIGITS.fullmatch(digits[1:]) else digits


def _street(parts: Sequence[pd.Series], blank: pd.Series) -> pd.Series:
    """The parts of an address one after another, as words."""
    joined = blank.fillna("")
    for part in parts:
        joined = joined + " " + _changed(part, _words).fillna("")
    joined = joined.str.strip()
    return joined.where(joined != "").astype("str")


def _days(born: pd.Series, *, last: bool) -> pd.Series:
    """The first or the last day, since 1970, on which somebody was born of whom a day, a month or a year is known."""
    length = born.str.len()
    day = born.mask(length == 4, born + ("-12-31" if last else "-01-01")).mask(length == 7, born + "-01")
    days = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")
    if last:
        days = days.mask(length == 7, days + pd.offsets.MonthEnd(0))
    return (days - _EPOCH) / pd.Timedelta(days=1)
