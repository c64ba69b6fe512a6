"""The answers of some files that the survey does not know, each with what it may mean: the second sheet of a map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.drafting.legends import words_in_legend
from cpms_cli.checking.findings import MASK
from cpms_cli.checking.masking import MOVED, answers_elsewhere, spells_answer, to_mask
from cpms_cli.checking.proposing.answer_proposals import AnswerProposal, propose_answer
from cpms_cli.checking.proposing.cell_fit import ANSWER_LETTERS, MOST_ANSWERS, fit, own_answers
from cpms_cli.reading.header.choices.split_questions import distinct, separated
from cpms_cli.reading.header.mapping import UNDECIDED
from cpms_cli.reading.maps.map_lists import SHORT_YEARS
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.value.answers import answers_within
from cpms_cli.reading.value.dates import years_in_doubt
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey, folded
from cpms_cli.survey.proposals.unsure_words import is_unsure, perhaps_means, why_unsure

ANSWER_COLUMNS = ("header", "field", "answer", "count", "means", "match")
_LEAST_FIT, _MOST_LINES = 0.3, 60
# An answer of an office's own stands in many rows; a name that was moved into a column, in one or two.
_RARE = 2
_ENOUGH = 1_000  # cells


def column_texts(source: SourceTable, index: int) -> list[str]:
    """The filled cells of a column, in the order of the sheet."""
    codes, texts = distinct(source, index)
    return [text for code in codes if (text := texts[code]) is not None and text.strip()]


def first_texts(source: SourceTable, index: int) -> list[str]:
    """The first filled cells of a column: enough of them to tell what it holds."""
    return column_texts(source, index)[:_ENOUGH]


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

    @property
    def listed(self) -> bool:
        """Whether it holds answers of a list, which are nobody's name."""
        return self.field.codelist is not None and not self.field.personal


def rows_moved(survey: Survey, columns: Sequence[AnsweredColumn]) -> npt.NDArray[np.bool_]:
    """Which rows of a sheet may have been moved by a column; shape (rows,).

    Several of their cells are rare texts that are near to no answer, and one of them answers another question.
    """
    rows = len(columns[0].source.rows) if columns else 0
    rejected, elsewhere = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.bool_)
    for column in {column.index: column for column in columns if column.listed}.values():
        codes, texts = distinct(column.source, column.index)
        counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        rare = [text for text, count in zip(texts, counts, strict=True) if text and 0 < count <= _RARE]
        unread = _unread(survey, column.field, rare)
        strange = {text for text in unread if propose_answer(survey, column.field, text) is None}
        answering = set(answers_elsewhere(survey, pa.array(sorted(strange), pa.string())).to_pylist())
        rejected += np.array([text in strange for text in texts])[codes]
        elsewhere |= np.array([text in answering for text in texts])[codes]
    return (rejected >= MOVED) & elsewhere


def answer_lines(
    survey: Survey,
    column: AnsweredColumn,
    moved: npt.NDArray[np.bool_],
    decided: Mapping[str, str],
    language: Language,
) -> Iterator[tuple[str, str, str, int, str, str]]:
    """A line for each text of a column that is no answer to its field, the commonest first; `decided` are codes by
    folded text, and `moved` says of each row whether a name may stand where an answer should (`rows_moved`).

    Nothing of a column that may hold names, and no identifying number: whose cells are other than a list's answers is
    left to the officer.
    """
    field = column.field
    if field.holds_dates:
        yield from _era_line(column, decided, language)
    if not column.listed:
        return
    texts = _single(column, column_texts(column.source, column.index), decided)
    if not own_answers(survey, field, texts) and _answering(survey, field, texts) < _LEAST_FIT:
        return
    counts = Counter(_single(column, _shown(survey, column, moved), decided))
    unread = _unread(survey, field, list(counts))
    unread |= {
        text for text in counts if is_unsure(survey, field, column.header, text) or _means_other(survey, column, text)
    }
    listed = [text for text in counts if text in unread or folded(text) in decided]
    for text in sorted(listed, key=lambda text: -counts[text])[:_MOST_LINES]:
        means, sure = _meaning(survey, column, text, decided, language)
        yield column.header, field.name, text, counts[text], means, sure


def _single(column: AnsweredColumn, texts: Sequence[str], decided: Mapping[str, str]) -> list[str]:
    """The answers in the cells of a column, of a question of several each by itself; a cell that is decided as it is
    stays whole, and so does one whose answers are parted by spaces."""
    if not column.field.many:
        return list(texts)
    parts = ([text] if folded(text) in decided else answers_within(text) for text in texts)
    return [part for of_text in parts for part in of_text]


def _answering(survey: Survey, field: Field, texts: Sequence[str]) -> float:
    """The share of cells that are answers to the field or, where they are few texts, may be: of a small community each
    answer stands once or twice, and is nobody's name for that."""
    share, counts = fit(survey, field, texts) or 0.0, Counter(texts)
    if share >= _LEAST_FIT or not counts or len(counts) > MOST_ANSWERS:
        return share
    strange = [text for text in _unread(survey, field, list(counts)) if propose_answer(survey, field, text) is None]
    return max(share, 1 - sum(counts[text] for text in strange) / len(texts))


def _era_line(
    column: AnsweredColumn, decided: Mapping[str, str], language: Language
) -> Iterator[tuple[str, str, str, int, str, str]]:
    """The line of a column of dates in which years of two digits may be of either era; none of other columns."""
    count = years_in_doubt(column_texts(column.source, column.index))
    if count or SHORT_YEARS in decided:
        era = decided.get(SHORT_YEARS, "")
        sure = say("map_told" if era else "map_short_years_open", language)
        yield column.header, column.field.name, say("map_short_years", language), count, era, sure


def open_answer_lines(
    survey: Survey, source: SourceTable, index: int, language: Language
) -> Iterator[tuple[str, str, str, int, str, str]]:
    """A line for each text of a column whose question a person decides on the sheet of headers, the commonest first.

    Of a few short words that stand in many rows, so that nobody's name is among them. Yes and no are listed too, as
    lines that need no answer: a question with a list of its own may be chosen, which does not read them.
    """
    counts = Counter(column_texts(source, index))
    few = [text for text in counts if counts[text] > _RARE or spells_answer(survey, text)]
    yes_or_no, missing = survey.codes(survey.role("consent")), survey.codelists["missing"].by_spelling
    if len(few) > MOST_ANSWERS:
        return
    plain = yes_or_no.by_spelling if yes_or_no else {}
    are_plain = all(folded(text) in plain or folded(text) in missing for text in few)
    sure = say("map_answer_yes_no" if are_plain else "map_answer_later", language)
    if (fit(survey, survey.role("visited"), few) or 0.0) > _LEAST_FIT:
        return  # days
    for text in sorted(few, key=lambda text: -counts[text]):
        if len(text) <= ANSWER_LETTERS and folded(text) not in missing:
            yield source.header[index], "", text, counts[text], "", sure


def _shown(survey: Survey, column: AnsweredColumn, moved: npt.NDArray[np.bool_]) -> list[str]:
    """The filled cells of a column without identifying numbers and what may be a name."""
    codes, texts = distinct(column.source, column.index)
    hidden = to_mask(survey, codes.astype(np.int64), pa.array(texts[:-1], pa.string()), moved)
    filled = (texts[code] for code in codes[~hidden])
    return [text for text in filled if text is not None and text.strip() and text != MASK]


def _unread(survey: Survey, field: Field, texts: list[str]) -> set[str]:
    """The texts that are neither an answer to the field nor a reason for having none."""
    if not texts:
        return set()
    codes, known = survey.codes(field), survey.spellings(field)
    plain = [separated(text, known) for text in texts] if field.many else texts
    read = clean(survey, field, pd.Series(plain, dtype="str"))
    legal = {*(codes.by_code if codes else ()), *survey.codelists["missing"].by_code}
    values = zip(texts, read.values, read.questions, strict=True)
    return {text for text, value, asked in values if pd.notna(asked) or (pd.notna(value) and not _legal(value, legal))}


def _means_other(survey: Survey, column: AnsweredColumn, text: str) -> bool:
    """Whether a legend says of a number that it is another answer than the one it is read as: 1 where 1 is no."""
    known = survey.spellings(column.field)
    words = words_in_legend(survey, column.source, column.index, column.field, text)
    return bool(words) and {known.get(word) for word in words} != {known.get(folded(text))}


def _legal(value: str, legal: set[str]) -> bool:
    return all(part in legal for part in value.split(";"))


def _meaning(
    survey: Survey, column: AnsweredColumn, text: str, decided: Mapping[str, str], language: Language
) -> tuple[str, str]:
    """The code that a text has or may have, with a question mark where it is to be asked, and how sure that is."""
    field = column.field
    if folded(text) in decided:
        return decided[folded(text)], say("map_told", language)
    by_word = words_in_legend(survey, column.source, column.index, field, text)
    word = next(iter(by_word)) if len(by_word) == 1 else None
    if is_unsure(survey, field, column.header, word or text):
        why = why_unsure(survey, field, column.header)
        return UNDECIDED + perhaps_means(survey, field, column.header, word or text), say(f"map_answer_{why}", language)
    if word in survey.spellings(field):
        return survey.spellings(field)[word], say("map_answer_legend", language)
    proposal = propose_answer(survey, field, word or text)
    if word:
        return UNDECIDED + proposal.code if proposal else "", say("map_answer_word", language, word=word)
    return _proposed(proposal, language)


def _proposed(proposal: AnswerProposal | None, language: Language) -> tuple[str, str]:
    if proposal is None:
        return "", say("map_answer_open", language)
    if proposal.sure:
        return proposal.code, say("map_answer_sure", language)
    return UNDECIDED + proposal.code, say("map_answer_perhaps", language)
