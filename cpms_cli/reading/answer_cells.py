"""The answers that were written on today's list: each beside the question that the list names in a hidden column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
from cpms_cli.survey.plain_text import compared_text
from cpms_cli.survey.rules.response_log import response_log

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
    """An answer as it was written: where, and to which question (None where the row does not say); `moved` where the
    row shows the child, the house or the question of another row."""

    path: Path
    sheet: str | None
    row: int
    column: int
    text: str
    question: Question | None
    moved: bool = False

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
    texts, keys = _cells(source, column), _cells(source, key)
    questions = [Question.of_key(named, survey) for named in keys]
    shown = _Shown(survey, source, [question for question in questions if question is not None])
    return [
        WrittenAnswer(
            source.path, source.sheet, int(row), column, text.strip(), question, shown.is_of_another(place, question)
        )
        for place, (row, text, question) in enumerate(zip(source.rows, texts, questions, strict=True))
        if text.strip()
    ]


def _cells(source: SourceTable, place: int | None) -> list[str]:
    """The texts of a column, "" where it is blank or not there."""
    if place is None:
        return [""] * source.data.num_rows
    return [text or "" for text in source.data.column(str(place)).to_pylist()]


class _Shown:
    """What the rows of a list show beside the hidden key: a list that was sorted without its last column shows the
    child, the house or the question of another row. What was only written otherwise, as a house number that became a
    date, is not of another row."""

    def __init__(self, survey: Survey, source: SourceTable, questions: Sequence[Question]) -> None:
        labels = survey.role("household").label, survey.response_role("person").label
        house, person = ({folded(label.in_(spoken)) for spoken in survey.languages} for label in labels)
        places = [_headed(source.header, names) for names in (person, house)]
        self._cells = [_cells(source, place) for place in (*places, _place(source.header, "col_next_step"))]
        self._asked = {
            name: tuple(compared_text(survey.fields[name].question.in_(spoken)) for spoken in survey.languages)
            for name in {question.field for question in questions}
        }
        persons, houses = ({part(question) for question in questions} for part in (_person_of, _house_of))
        self._known: list[set[str]] = [persons, houses]

    def is_of_another(self, row: int, question: Question | None) -> bool:
        """Whether a row shows something of another question of the list than of its own."""
        if question is None:
            return False
        own = (_person_of(question), _house_of(question))
        for cells, part, known in zip(self._cells, own, self._known, strict=False):
            text = cells[row].strip()
            if part and text and text != part and text in known:
                return True
        asked = compared_text(self._cells[-1][row])
        own_words = self._asked[question.field]
        others = [words for name, words in self._asked.items() if name != question.field]
        return not asked.startswith(own_words) and any(asked.startswith(words) for words in others)


def _person_of(question: Question) -> str:
    return question.person


def _house_of(question: Question) -> str:
    return question.home[-1]


def _headed(header: Sequence[str], names: Collection[str]) -> int | None:
    return next((index for index, cell in enumerate(header) if folded(cell) in names), None)


def _place(header: Sequence[str], message: str) -> int | None:
    return _headed(header, {folded(name) for name in wordings(message)})


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
