"""Why a file waits for a map although it could be read as it is: what only a person can tell, and once for all rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from cpms_cli.checking.drafting.map_answers import first_texts
from cpms_cli.checking.proposing.column_proposals import is_filled_in, propose
from cpms_cli.checking.validation import Validation
from cpms_cli.reading.survey_table import Column, SurveyTable
from cpms_cli.reading.value.dates import ERA, years_in_doubt
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

SLIPS = 2
"""Rows: as few have an answer that was mistyped."""
_NO_ANSWER = "code"
_HALF = 0.5


def why_waits(survey: Survey, validation: Validation, mapping: Path | None, language: Language) -> str:
    """Return the sentence that says why the file of these tables waits for a map; "" where it does not.

    `mapping` is the map that it was read by. Where there is none, a column that surely is a question waits for a yes,
    and so does a file of which most rows have an answer that the survey does not know.
    """
    place = {"file": validation.tables[0].source.path.name} if validation.tables else {}
    if headers := _quoted(_dates_in_doubt(validation.tables)):
        return say("office_years", language, headers=headers, **place)
    if mapping is not None:
        return ""
    if headers := _quoted(_sure_columns(survey, validation.tables)):
        return say("office_sure", language, headers=headers, **place)
    if headers := _quoted(_strange_columns(survey, validation, language)):
        return say("office_answers_first", language, headers=headers, **place)
    return ""


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in dict.fromkeys(words))


def _dates_in_doubt(tables: Iterable[SurveyTable]) -> Iterator[str]:
    """The headers of dates whose years of two digits stand beside Buddhist ones, in more rows than slips are in."""
    for table in tables:
        for column in table.columns.values():
            if _asked_rows(column) > SLIPS and years_in_doubt(column.texts.to_pylist()):
                yield column.header.strip()


def _asked_rows(column: Column) -> int:
    """In how many rows the era of a date is a question."""
    asked = column.asked(ERA)
    return int(np.count_nonzero(asked[column.codes[column.codes >= 0]])) if asked.any() else 0


def _sure_columns(survey: Survey, tables: Iterable[SurveyTable]) -> Iterator[str]:
    """The headers of columns that nobody has decided on and that surely are a question which no other column is."""
    for table in tables:
        for column in table.unread:
            if not column.weighs or column.why != "unknown" or not column.header.strip():
                continue
            texts = first_texts(table.source, column.index)
            group = table.source.group(column.index)
            if is_filled_in(survey, propose(survey, column.header, texts, set(table.columns), group)):
                yield column.header.strip()


def _strange_columns(survey: Survey, validation: Validation, language: Language) -> list[str]:
    """The questions with answers that the survey does not know, where these keep most rows from the store, and each of
    them stands in many."""
    findings = validation.findings
    strange = findings[(findings["check"] == _NO_ANSWER) & (findings["severity"] == "error")]
    if strange.drop_duplicates(["source", "row"]).shape[0] <= max(SLIPS, _HALF * validation.rows):
        return []
    counts = strange.groupby(["field", "value"]).size()
    names = dict.fromkeys(str(name) for name, _ in counts[counts > SLIPS].index)
    return [survey.fields[name].label.in_(language) for name in names]
