"""What pandera checks of the values of a question.

Loading pandera takes longer than to read a clean file: `columns` asks for this module once a value may be at fault.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from cpms_cli.checking.values.doubtful_values import NUMBER, legal_answers
from cpms_cli.survey.era import CHRISTIAN_FROM, CHRISTIAN_TO, is_stored_date
from cpms_cli.survey.identifiers import (
    has_cpms_check_letter,
    has_thai_check_digit,
    has_thai_form,
    is_placeholder_number,
)
from cpms_cli.survey.model.definition import Field, Survey

with warnings.catch_warnings():
    # Where PySpark is installed, pandera's checks load it, and it warns of today's pandas: no line for an officer.
    warnings.simplefilter("ignore", FutureWarning)
    import pandera.pandas as pandera
    from pandera.backends.pandas import builtin_checks  # noqa: F401 - what a first check would load

_SHORTENED = r"\d(?:[.,]\d+)?E\+?\d+"
# How Excel shows a number like 12/3, in its Thai and English editions, or hands it on as a date.
_MONTH = r"(?:\S{1,3}\.\S{1,2}\.|[A-Z][a-z]{2})"
_EXCEL_DATE = rf"\d{{4}}-\d{{2}}-\d{{2}}(?: .*)?|\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{1,4}}"
_ONE_DIGIT = "|".join(f"{digit}+" for digit in range(10))


def _options(name: str) -> dict[str, Any]:
    """How pandera names a check, and that one case of its failure is told in words: all are in its output."""
    return {"name": name, "error": name, "n_failure_cases": 1}


def _series_check(name: str, test: Any) -> pandera.Check:
    return pandera.Check(lambda values: pd.Series(test(values), index=values.index, dtype=bool), **_options(name))


def _lost_zero(numbers: pd.Series) -> pd.Series:
    """Which numbers have 12 digits and would be right with a 0 in front, which spreadsheets take off."""
    short = numbers.str.len() == 12
    right = pd.Series(False, index=numbers.index)
    right[short] = has_thai_check_digit("0" + numbers[short])
    return right


def _shortened(numbers: pd.Series) -> pd.Series:
    """Which numbers a spreadsheet has shortened, as 1.10199E+12."""
    return _also(numbers.str.contains("E", regex=False), numbers, _SHORTENED)


def _has_digit(texts: pd.Series) -> pd.Series:
    """Which texts are not words alone."""
    return texts.str.contains("[0-9]", regex=True)


def _also(likely: pd.Series, numbers: pd.Series, pattern: str) -> pd.Series:
    """Which of the likely ones match, too; of a million identifiers hardly any is likely."""
    matching = likely.copy()
    matching[likely] = numbers[likely].str.fullmatch(pattern)
    return matching


def _national_id_checks() -> Iterator[pandera.Check]:
    yield _series_check("national_id_words", _has_digit)
    yield _series_check(
        "national_id_form",
        lambda numbers: (
            has_thai_form(numbers) | _lost_zero(numbers) | _shortened(numbers) | ~_has_digit(numbers) | _filler(numbers)
        ),
    )
    yield _series_check("national_id_placeholder", lambda numbers: ~_filler(numbers))
    yield _series_check("national_id_zero_lost", lambda numbers: ~_lost_zero(numbers))
    yield _series_check("number_shortened", lambda numbers: ~_shortened(numbers))
    yield _series_check(
        "national_id_check_digit",
        lambda numbers: has_thai_check_digit(numbers) | ~has_thai_form(numbers) | _filler(numbers),
    )


def _filler(numbers: pd.Series) -> pd.Series:
    """Which numbers are typed where a number must stand: made up, or one digit alone or repeated."""
    return numbers.str.fullmatch(_ONE_DIGIT) | is_placeholder_number(numbers)


def _value_checks(survey: Survey, field: Field) -> Iterator[pandera.Check]:
    limits = field.constraints
    if (legal := legal_answers(survey, field)) is not None:
        pattern = "|".join(legal)
        yield (
            pandera.Check.str_matches(rf"^(?:{pattern})(?:;(?:{pattern}))*$", **_options("code"))
            if field.many
            else pandera.Check.isin(legal, **_options("code"))
        )
    elif field.type == "integer":
        yield pandera.Check.str_matches(r"^-?\d+$", **_options("integer"))
    elif field.type == "number":
        yield pandera.Check.str_matches(rf"^{NUMBER}$", **_options("number"))
    elif field.type == "year":
        years = [str(year) for year in range(CHRISTIAN_FROM, CHRISTIAN_TO + 1)]
        yield pandera.Check.isin(years, **_options("year"))
    elif field.holds_dates:
        partial = field.type != "date"
        yield _series_check("date", lambda values: values.map(lambda text: is_stored_date(text, partial)))
    elif field.format == "thai-id":
        yield from _national_id_checks()
    elif field.format == "cpms-id":
        yield _series_check("cpms_id_form", has_cpms_check_letter)
    if limits.pattern:
        yield pandera.Check.str_matches(f"^(?:{limits.pattern})$", **_options("pattern"))
    if limits.maxLength:
        yield pandera.Check.str_length(max_value=limits.maxLength, **_options("length"))
    yield from _place_checks(survey, field)


def _excel_date(texts: pd.Series) -> pd.Series:
    """Which house numbers a spreadsheet has made a date of."""
    return _also(texts.str.contains("-", regex=False), texts, _EXCEL_DATE)


def _place_checks(survey: Survey, field: Field) -> Iterator[pandera.Check]:
    if field.role == "household":
        yield _series_check("house_number_as_date", lambda texts: ~_excel_date(texts))
    if field.role == "village":
        known = {code for code in survey.areas if len(code) == 6}
        yield _series_check("area", lambda codes: codes.str.slice(0, 6).isin(known) | ~codes.str.fullmatch(r"\d{8}"))


@lru_cache(maxsize=512)
def checks_of_values(survey: Survey, field: Field) -> tuple[tuple[pandera.Check, ...], pandera.Check | None]:
    """Return pandera's checks for the distinct values of a field: of the canonical text, and of the number in it."""
    limits = field.constraints
    of_text = tuple(_value_checks(survey, field))
    if limits.minimum is None and limits.maximum is None:
        return of_text, None
    low = -np.inf if limits.minimum is None else limits.minimum
    high = np.inf if limits.maximum is None else limits.maximum
    name = "number_range" if field.type == "number" else "range"
    return of_text, pandera.Check.in_range(low, high, **_options(name))


def fails(check: pandera.Check, values: pd.Series) -> pd.Series:
    """Return which values fail a check, indexed as they are."""
    if values.empty:
        return pd.Series(False, index=values.index)
    failing: pd.Series = ~check(values).check_output.astype(bool)
    return failing
