"""How many of a column's cells are answers to a question, or may be an office's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from cpms_cli.checking.proposing.answer_proposals import is_sure_answer, offices_answers
from cpms_cli.reading.value.answers import answers_within
from cpms_cli.reading.value.digits import ascii_digits
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.identifiers import has_thai_form
from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.plain_text import plain_digits

_MOST_TEXTS = 200
MOST_ANSWERS, ANSWER_LETTERS, _HALF = 12, 30, 0.5
_CODE = re.compile(r"\d{1,2}(?:\.0)?")  # the number of an answer, where a question has a list
_ISO = r"(?:19|20)\d{2}(?:-\d{2}){0,2}"


def fit(survey: Survey, field: Field, texts: Sequence[str]) -> float | None:
    """The share of cells that are answers to a question, from 0 to 1; None where there is no answer to go by."""
    missing = survey.codelists["missing"].by_spelling
    answers = [text for text in texts if text.strip() and folded(text) not in missing][:_MOST_TEXTS]
    if not answers:
        return None
    column = pd.Series(answers, dtype="str")
    values = clean(survey, field, column).values.fillna("")
    listed = survey.codes(field)
    if listed is not None:
        real = set(listed.by_code) - set(survey.missing_words)
        listed_as_sure = column.map(lambda text: is_sure_answer(survey, field, text))
        return float((values.str.split(";").str[0].isin(real) | listed_as_sure).mean())
    plain = ascii_digits(column).str.strip()
    if field.holds_dates:
        return float((values.str.fullmatch(_ISO) & ~plain.str.fullmatch(r"\d{1,3}|\d{5,7}|\d{9,}")).mean())
    if field.type == "year":
        return float(values.str.fullmatch(r"(?:19|20)\d{2}").mean())
    if field.type in ("integer", "number"):
        numbers = pd.to_numeric(values, errors="coerce")
        limits = field.constraints
        low, high = limits.minimum, limits.maximum
        return float((numbers.notna() & (numbers >= (0 if low is None else low)) & (numbers <= (high or 10**9))).mean())
    return _fit_of_text(survey, field, column, plain, values)


def _fit_of_text(survey: Survey, field: Field, column: pd.Series, plain: pd.Series, values: pd.Series) -> float:
    if field.role == "national_id":
        return float(has_thai_form(values).mean())
    if field.format == "digits":
        return float(plain.str.fullmatch(r"[\d\s+\-()]{8,}").mean())
    if field.role == "village":
        return float(values.str.fullmatch(field.constraints.pattern or ".+").mean())
    if field.role == "household":
        return float(plain.str.fullmatch(r"[^\d]{0,6}\d{1,4}(?:\s*/\s*\d{1,4})?[^\d]{0,6}").mean())
    if field.format is not None:
        return 0.0
    answers = set(survey.answer_spellings) | offices_answers()
    is_word = ~plain.str.contains(r"\d") & (plain.str.len() > 1) & ~column.map(folded).isin(answers)
    return float(is_word.mean())


def own_answers(survey: Survey, field: Field, texts: Sequence[str]) -> bool:
    """Whether cells may be an office's own answers to choose from: a few short words or codes, each of them often."""
    if field.codelist is None:
        return False
    cells = [part for text in texts for part in answers_within(text)] if field.many else texts
    plain = [text.strip() for text in cells if text.strip()]
    distinct = set(plain)
    dated = fit(survey, survey.role("visited"), plain) or 0.0
    codes = all(_CODE.fullmatch(plain_digits(text)) for text in distinct)
    few = len(distinct) <= (MOST_ANSWERS if codes else max(2, min(MOST_ANSWERS, len(plain) // 2)))
    return few and max(map(len, distinct), default=0) <= ANSWER_LETTERS and dated < _HALF


@lru_cache(maxsize=1024)
def is_telling(survey: Survey, field: Field) -> bool:
    """Whether answers tell a question by themselves: a list that no other has, days, a village or an identifier."""
    if field.codelist:
        return sum(other.codelist == field.codelist for other in survey.fields.values()) == 1
    return field.holds_dates or field.role in ("national_id", "village")
