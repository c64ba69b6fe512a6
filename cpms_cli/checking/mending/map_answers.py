"""The answers of some files that the survey does not know, each with what it may mean: the second sheet of a map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.findings import MASK
from cpms_cli.checking.mending.masking import to_mask
from cpms_cli.checking.proposing.answer_proposals import propose_answer
from cpms_cli.checking.proposing.column_proposals import fit, own_answers
from cpms_cli.reading.header.mapping import UNDECIDED
from cpms_cli.reading.header.split_questions import distinct
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey, folded

ANSWER_COLUMNS = ("header", "field", "answer", "count", "means", "match")
_LEAST_FIT, _MOST_LINES = 0.3, 60


def column_texts(source: SourceTable, index: int) -> list[str]:
    """The filled cells of a column, in the order of the sheet."""
    codes, texts = distinct(source, index)
    return [text for code in codes if (text := texts[code]) is not None and text.strip()]


@dataclass(frozen=True)
class AnsweredColumn:
    """A column of a sheet, and the field that it is or may be."""

    source: SourceTable
    index: int
    field: Field

    @property
    def header(self) -> str:
        """What stands above it."""
        return self.source.header[self.index]


def answer_lines(
    survey: Survey, column: AnsweredColumn, decided: Mapping[str, str], language: Language
) -> Iterator[tuple[str, str, str, int, str, str]]:
    """A line for each text of a column that is no answer to its field, the commonest first; `decided` are codes by
    folded text.

    Nothing of a column that may hold names, and no identifying number: whose cells are other than a list's answers is
    left to the officer.
    """
    field = column.field
    if field.codelist is None or field.personal:
        return
    texts = column_texts(column.source, column.index)
    if not own_answers(survey, field, texts) and (fit(survey, field, texts) or 0.0) < _LEAST_FIT:
        return
    counts = Counter(_open(survey, texts))
    unread = _unread(survey, field, list(counts))
    listed = [text for text in counts if text in unread or folded(text) in decided]
    for text in sorted(listed, key=lambda text: -counts[text])[:_MOST_LINES]:
        means, sure = _meaning(survey, field, text, decided, language)
        yield column.header, field.name, text, counts[text], means, sure


def _open(survey: Survey, texts: Sequence[str]) -> list[str]:
    """The texts without identifying numbers."""
    if not texts:
        return []
    numbers = np.arange(len(texts))
    hidden = to_mask(survey, numbers, pa.array(texts, pa.string()), np.zeros(len(texts), dtype=np.bool_))
    return [text for text, hide in zip(texts, hidden, strict=True) if not hide and text != MASK]


def _unread(survey: Survey, field: Field, texts: list[str]) -> set[str]:
    """The texts that are neither an answer to the field nor a reason for having none."""
    if not texts:
        return set()
    read = clean(survey, field, pd.Series(texts, dtype="str"))
    codes = survey.codes(field)
    legal = {*(codes.by_code if codes else ()), *survey.codelists["missing"].by_code}
    values = zip(texts, read.values, read.questions, strict=True)
    return {text for text, value, asked in values if pd.notna(asked) or (pd.notna(value) and not _legal(value, legal))}


def _legal(value: str, legal: set[str]) -> bool:
    return all(part in legal for part in value.split(";"))


def _meaning(
    survey: Survey, field: Field, text: str, decided: Mapping[str, str], language: Language
) -> tuple[str, str]:
    """The code that a text has or may have, with a question mark where it is to be asked, and how sure that is."""
    if folded(text) in decided:
        return decided[folded(text)], say("map_told", language)
    proposal = propose_answer(survey, field, text)
    if proposal is None:
        return "", say("map_answer_open", language)
    if proposal.sure:
        return proposal.code, say("map_answer_sure", language)
    return UNDECIDED + proposal.code, say("map_answer_perhaps", language)
