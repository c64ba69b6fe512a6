"""Questions with several answers, as programs for phones export them: one text for the cleaning of values to read.

KoboToolbox and ODK write the chosen codes into one column, separated by spaces, or give each choice a column of its
own with 1 and 0 (`services_received/home_visit`), or both. Where all are 0 nothing was chosen: that is no answer, and
never "none". Where the two ways disagree, or a cell says neither yes nor no, what stands there is written into the cell
of the question, which is then told as a fault.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.reading.header.choices.answer_headers import answers_alone, answers_under_groups, crosses_deny
from cpms_cli.reading.header.choices.flags import has_ticks, read_flag
from cpms_cli.reading.header.headers import MOST_STEPS, field_of, header_spellings, spelt
from cpms_cli.reading.header.side_by_side import numbered
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.value.answers import BETWEEN_ANSWERS
from cpms_cli.survey.model.definition import Survey, folded

_DISAGREE = " ≠ "


@dataclass(frozen=True)
class Choices:
    """The columns of one question: `whole` has the text of all answers, `parts` say yes or no to one answer each."""

    field: str
    whole: int | None
    parts: dict[int, str]
    header: str

    @property
    def place(self) -> int:
        """The column that stands for the question."""
        return min(self.parts) if self.whole is None else self.whole


def _question(header: str, spellings: Mapping[str, str]) -> tuple[str, int | None] | None:
    """The field that a header names, and the child's number where children stand side by side."""
    numbered_field = None if spelt(header) in spellings else numbered(header, spellings)
    if numbered_field is not None:
        return numbered_field.field, numbered_field.number
    name = field_of(header, spellings, exported=True)
    return (name, None) if name else None


@dataclass(frozen=True)
class ChoiceColumn:
    """A column about one answer of a question of several; `asked` is the question's own header."""

    question: tuple[str, int | None]
    answer: str
    asked: str


def _part(header: str, survey: Survey, spellings: Mapping[str, str]) -> ChoiceColumn | None:
    """What a header says that is written `question/answer`."""
    for step in reversed(deque(re.finditer("/", header), MOST_STEPS)):
        question = _question(header[: step.start()], spellings)
        if question and survey.fields[question[0]].many:
            answer = header[step.end() :].strip()
            code = survey.spellings(survey.fields[question[0]]).get(folded(answer), answer)
            return ChoiceColumn(question, code, header[: step.start()])
    return None


def _answer_parts(survey: Survey, source: SourceTable, spellings: Mapping[str, str]) -> dict[int, ChoiceColumn]:
    """The columns whose headers are answers by themselves, or under the name of their question."""
    read = {**answers_alone(survey, source), **answers_under_groups(survey, source, spellings)}
    return {index: ChoiceColumn((name, None), code, name) for index, (name, code) in read.items()}


def find_choices(
    survey: Survey, source: SourceTable, spellings: Mapping[str, str], map_fields: Mapping[int, str | None]
) -> tuple[Choices, ...]:
    """The questions of a sheet whose answers have columns of their own.

    `map_fields` are the columns of which a map says which field they are: where that is another, they are none of
    these.
    """
    columns = choice_columns(survey, source, spellings, map_fields)
    parts: dict[tuple[str, int | None], dict[int, str]] = {}
    headers: dict[tuple[str, int | None], str] = {}
    for index, column in columns.items():
        if _is_flag(survey, source, index, column.question[0], column.answer):
            parts.setdefault(column.question, {})[index] = column.answer
            headers.setdefault(column.question, column.asked)
    used = {index for places in parts.values() for index in places}
    whole = {
        _question(header, spellings): index
        for index, header in enumerate(source.header)
        if header and map_fields.get(index, "") is not None and index not in used
    }
    return tuple(
        Choices(question[0], whole.get(question), places, headers[question]) for question, places in parts.items()
    )


def choice_columns(
    survey: Survey, source: SourceTable, spellings: Mapping[str, str], map_fields: Mapping[int, str | None]
) -> dict[int, ChoiceColumn]:
    """The columns of a sheet that are about one answer of a question of several.

    Those of which a map says that they are another field's, or are left out, are none.
    """
    own = header_spellings(survey)
    by_answer = _answer_parts(survey, source, spellings)
    parts = {
        index: _part(header, survey, spellings) or by_answer.get(index)
        for index, header in enumerate(source.header)
        if header.strip() and spelt(header) not in own
    }
    return {
        index: part
        for index, part in parts.items()
        if part and map_fields.get(index, part.question[0]) == part.question[0]
    }


def distinct(source: SourceTable, index: int) -> tuple[npt.NDArray[np.int32], list[str | None]]:
    """One column of a sheet as codes into its distinct texts; the code -1, of a blank cell, finds the last: None."""
    codes, texts = source.encoded(index)
    return codes, [*texts.to_pylist(), None]


def _is_flag(survey: Survey, source: SourceTable, index: int, name: str, answer: str) -> bool:
    """Whether a column says yes or no to one answer: of an answer that the list has, any column under its header does,
    and what cannot be read there is told; else one in which every cell is a yes, a no, or nothing."""
    known = survey.spellings(survey.fields[name])
    if answer in known.values():
        return True
    return not any(read_flag(survey, text, answer, known).unread for text in distinct(source, index)[1])


def _one_text(whole: str | None, chosen: list[tuple[str, str]], known: Mapping[str, str]) -> str | None:
    """The answers of one row; `chosen` has the code and the header of each choice whose column says yes."""
    codes = [code for code, _ in chosen]
    if whole is None or not whole.strip():
        return ";".join(codes) if codes else None
    apart = separated(whole, known)
    read = (
        {known.get(folded(part)) for part in BETWEEN_ANSWERS.split(apart)}
        if folded(apart) not in known
        else {known[folded(apart)]}
    )
    if not codes or read == set(codes):
        return apart
    if None in read and len(folded(whole)) == sum(len(folded(header)) for _, header in chosen):
        return ";".join(codes)  # labels of several words, one after the other, that only the columns can tell apart
    return f"{whole}{_DISAGREE}{';'.join(codes)}"


def separated(text: str, known: Mapping[str, str]) -> str:
    """Answers on lines of their own, or separated by spaces, as answers separated by semicolons; else as it is."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and folded(" ".join(lines)) not in known and all(folded(line) in known for line in lines):
        return ";".join(lines)
    parts = text.split()
    if folded(text) in known or BETWEEN_ANSWERS.search(text) or len(parts) < 2:
        return text
    return ";".join(parts) if all(folded(part) in known for part in parts) else text


def _joined(survey: Survey, source: SourceTable, choices: Choices) -> pa.Array:
    known = survey.spellings(survey.fields[choices.field])
    columns = [*([] if choices.whole is None else [choices.whole]), *choices.parts]
    read = [distinct(source, index) for index in columns]
    texts_of_all = [text for _, words in read for text in words]
    many = survey.fields[choices.field].many
    ticked = has_ticks(texts_of_all) if many else crosses_deny(source, choices.parts, texts_of_all)
    kinds = np.zeros(source.data.num_rows, dtype=np.int64)
    for codes, words in read:
        kinds, _ = pd.factorize(kinds * (len(words) + 1) + codes)
    _, firsts = np.unique(kinds, return_index=True)
    texts: list[str | None] = []
    for row in firsts:
        cells = [words[codes[row]] for codes, words in read]
        whole, flags = (None, cells) if choices.whole is None else (cells[0], cells[1:])
        named = [(code, source.header[index].rpartition("/")[2]) for index, code in choices.parts.items()]
        marks = [read_flag(survey, flag, code, known, ticked) for (code, _), flag in zip(named, flags, strict=True)]
        yes = [choice for choice, flag in zip(named, marks, strict=True) if flag.chosen]
        strange = [f"{code}={flags[position]}" for position, (code, _) in enumerate(named) if marks[position].unread]
        reasons = {flag.reason for flag in marks if flag.reason}
        if strange:
            texts.append(";".join([*(code for code, _ in yes), *strange]))
        elif whole is None and not yes and len(reasons) == 1 and not any(flag.chosen is False for flag in marks):
            texts.append(reasons.pop())
        else:
            texts.append(_one_text(whole, yes, known))
    return pa.array(texts, pa.string()).take(pa.array(kinds)).dictionary_encode()


def fold_choices(
    survey: Survey, source: SourceTable, spellings: Mapping[str, str], map_fields: Mapping[int, str | None]
) -> tuple[SourceTable, dict[int, int]]:
    """The sheet with one column for each question that has several answers.

    With it the columns that only say yes or no to one answer, each with the column that now stands for its question.
    """
    data, header, into = source.data, list(source.header), dict[int, int]()
    for choices in find_choices(survey, source, spellings, map_fields):
        data = data.set_column(choices.place, str(choices.place), _joined(survey, source, choices))
        if choices.whole is None:
            header[choices.place] = choices.header
        into |= dict.fromkeys(choices.parts, choices.place)
    return (replace(source, data=data, header=tuple(header)), into) if into else (source, into)
