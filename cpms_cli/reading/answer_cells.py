"""The answers that were written on today's list: each beside the question that the list names in a hidden column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pandas as pd
import pyarrow as pa

from cpms_cli.reading.sheet.sheets import understand
from cpms_cli.reading.source import SourceTable, column_letter, text_table
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import read_sources, survey_table
from cpms_cli.survey.messages import wordings
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.model.response_log import response_log

_FIRST, _BETWEEN = "cpms1", "|"  # the first word of a key says how it is written


@dataclass(frozen=True)
class Question:
    """A question about a household, or about a child of it: `line` and `person` are empty for the household."""

    home: tuple[str, ...]
    line: str
    person: str
    field: str

    def as_key(self) -> str:
        """Return what stands in the hidden column of today's list.

        >>> Question(("2026", "85010501", "12|3"), "1", "C6PKN93YB89M", "sex").as_key()
        'cpms1|2026|85010501|12%7C3|1|C6PKN93YB89M|sex'
        """
        return _BETWEEN.join([_FIRST, *(quote(part, safe="") for part in self._parts())])

    def _parts(self) -> tuple[str, ...]:
        return (*self.home, self.line, self.person, self.field)

    @classmethod
    def of_key(cls, text: str, survey: Survey) -> Question | None:
        """Return the question of such a key; None where it is none, or the definition does not ask it."""
        first, *parts = text.strip().split(_BETWEEN)
        homes = len(survey.key("household"))
        if first != _FIRST or len(parts) != homes + 3:
            return None
        plain = [unquote(part) for part in parts]
        question = cls(tuple(plain[:homes]), *plain[homes:])
        return question if question.field in survey.columns("child" if question.line else "household") else None


@dataclass(frozen=True)
class WrittenAnswer:
    """An answer as it was written: where, and to which question (None where the row does not say)."""

    path: Path
    sheet: str | None
    row: int
    column: int
    text: str
    question: Question | None

    @property
    def cell(self) -> str:
        """The cell's name in a spreadsheet."""
        return f"{column_letter(self.column)}{self.row}"


def answers_written(paths: Iterable[Path], survey: Survey, encoding: str | None = None) -> list[WrittenAnswer]:
    """Return every answer in the lists among these files, sheet by sheet. Raises UnreadableFile."""
    log = response_log(survey)
    return [
        answer
        for path in paths
        for source in read_sources(path, log, encoding, None)
        for answer in _of_sheet(survey, source)
    ]


def _of_sheet(survey: Survey, source: SourceTable) -> list[WrittenAnswer]:
    column, key = (_place(source.header, message) for message in ("col_answer", "today_key"))
    if column is None:
        return []
    texts = source.data.column(str(column)).to_pylist()
    keys = [None] * len(texts) if key is None else source.data.column(str(key)).to_pylist()
    return [
        WrittenAnswer(source.path, source.sheet, int(row), column, text.strip(), Question.of_key(named or "", survey))
        for row, text, named in zip(source.rows, texts, keys, strict=True)
        if text and text.strip()
    ]


def _place(header: Sequence[str], message: str) -> int | None:
    names = {folded(name) for name in wordings(message)}
    return next((index for index, cell in enumerate(header) if folded(cell) in names), None)


def answer_tables(survey: Survey, answers: Sequence[WrittenAnswer]) -> list[SurveyTable]:
    """Return the answers as tables of the survey, one for each sheet and question, so that each cell keeps its place
    and is read as in any file. Every answer must have its question."""
    groups: dict[tuple[Path, str | None, str, bool], list[WrittenAnswer]] = {}
    for answer in answers:
        question = _known(answer)
        groups.setdefault((answer.path, answer.sheet, question.field, bool(question.line)), []).append(answer)
    return [_table(survey, of_question) for of_question in groups.values()]


def _table(survey: Survey, answers: Sequence[WrittenAnswer]) -> SurveyTable:
    first = answers[0]
    of_child = bool(_known(first).line)
    key = survey.key("child" if of_child else "household")
    cells = pd.DataFrame([(*_known(answer).home, _known(answer).line)[: len(key)] for answer in answers], columns=key)
    header, columns = [""] * (first.column + 1), [pa.nulls(len(answers), pa.string())] * (first.column + 1)
    # The keys stand in columns before the answer's, so that this one keeps its letter.
    for place, name in enumerate(key):
        header[place], columns[place] = name, pa.array(cells[name].tolist(), pa.string())
    header[first.column] = _known(first).field
    columns[first.column] = pa.array([answer.text for answer in answers], pa.string())
    return table_of(survey, (first.path, first.sheet), header, columns, [answer.row for answer in answers])


def table_of(
    survey: Survey,
    place: tuple[Path, str | None],
    header: Sequence[str],
    columns: list[pa.Array],
    rows: Sequence[int],
) -> SurveyTable:
    """Return columns of text under names of fields as a table that stands at these rows of a file's sheet."""
    path, sheet = place
    names = tuple(header)
    source = SourceTable(path, sheet, names, 1, text_table(names, columns), np.array(rows, dtype=np.int64))
    return survey_table(survey, understand(survey, source))


def _known(answer: WrittenAnswer) -> Question:
    if answer.question is None:
        raise ValueError("an answer without its question")
    return answer.question
