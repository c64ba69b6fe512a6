"""Columns whose header is itself an answer: "male" and "female" with a tick in one of them.

By themselves only the answers of the questions in `headed_by_answers` of `schemas/proposals.yaml` are headers of this
kind: "disability" is a question of its own, not why a child is out of school. Under a group that has the name of a
question any of its answers is, where two or more stand there: "formal" and "none" under "schooling". And only where
every cell says yes, no or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

import numpy as np

from cpms_cli.reading.header.choices.flags import has_ticks, read_flag
from cpms_cli.reading.header.headers import MOST_STEPS, field_of
from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_GAP = re.compile(r"\s+")


@lru_cache(maxsize=8)
def _answers_of_one(survey: Survey) -> dict[str, tuple[str, str]]:
    """Question and code by each folded way to write an answer that one of these questions alone has."""
    missing, wanted = set(survey.missing_words), proposal_settings().headed_by_answers
    having: dict[str, list[tuple[str, str]]] = {}
    for name, field in survey.fields.items():
        codes = survey.codes(field)
        for spelling, code in codes.by_spelling.items() if codes else ():
            if code not in missing and name in wanted:
                having.setdefault(spelling, []).append((name, code))
    return {spelling: entries[0] for spelling, entries in having.items() if len(entries) == 1}


def answers_under_groups(
    survey: Survey, source: SourceTable, spellings: Mapping[str, str]
) -> dict[int, tuple[str, str]]:
    """Return question and code of each column whose header is one answer to the question that the group above it
    names, where a row has one answer alone."""
    known: dict[str, dict[int, str]] = {}
    for index, header in enumerate(source.header):
        for question, answer in _question_and_answer(header, source.group(index)):
            name = field_of(question, spellings)
            code = _code_of(survey, name, answer) if name else None
            if name and code:
                known.setdefault(name, {})[index] = code
                break
    return {
        index: (name, code)
        for name, codes in known.items()
        if len(codes) > 1 and len(set(codes.values())) == len(codes) and _are_flags(survey, source, name, codes)
        for index, code in codes.items()
    }


def _question_and_answer(header: str, group: str) -> Iterator[tuple[str, str]]:
    """The group and the header below it; or both in one text, as they are where the header stands more than once."""
    if group:
        yield group, header
        return
    for gap in islice(_GAP.finditer(header), MOST_STEPS):
        yield header[: gap.start()], header[gap.end() :]


def _code_of(survey: Survey, name: str, answer: str) -> str | None:
    """The code of an answer to a question that has one answer, also where a cell broke the words into lines."""
    field = survey.fields[name]
    if field.many or survey.codes(field) is None:
        return None
    known = survey.spellings(field)
    return known.get(folded(answer)) or known.get(folded(_GAP.sub("", answer)))


def _are_flags(survey: Survey, source: SourceTable, name: str, codes: Mapping[int, str]) -> bool:
    """Whether each cell of these columns says that its answer is chosen or not, or nothing."""
    texts = {index: [*source.encoded(index)[1].to_pylist(), None] for index in codes}
    ticked = crosses_deny(source, codes, [text for words in texts.values() for text in words])
    known = survey.spellings(survey.fields[name])
    return not any(
        read_flag(survey, text, code, known, ticked).unread for index, code in codes.items() for text in texts[index]
    )


def crosses_deny(source: SourceTable, places: Collection[int], texts: Iterable[str | None]) -> bool:
    """Whether a cross in one of these columns may say that its answer is not chosen: where ticks stand there too, and
    a row has more than one mark. A row with one mark has that answer, however it was marked; of one column alone,
    nobody knows."""
    if not has_ticks(texts):
        return False
    filled = sum((source.encoded(place)[0] >= 0).astype(np.int64) for place in places)
    return len(places) == 1 or bool(np.any(np.asarray(filled) > 1))


def answers_alone(survey: Survey, source: SourceTable) -> dict[int, tuple[str, str]]:
    """Return question and code of each column whose header by itself is an answer, of which its cells say whether it
    is so."""
    known = _answers_of_one(survey)
    headed: dict[str, dict[int, str]] = {}
    for index, header in enumerate(source.header):
        if answer := known.get(folded(header)):
            headed.setdefault(answer[0], {})[index] = answer[1]
    read: dict[int, tuple[str, str]] = {}
    for name, codes in headed.items():
        texts = {place: [*source.encoded(place)[1].to_pylist(), None] for place in codes}
        ticked = crosses_deny(source, codes, [text for words in texts.values() for text in words])
        chosen = {place for place, code in codes.items() if _is_chosen(survey, name, code, texts[place], ticked)}
        # Of two sexes, one alone says nothing of the rows in which the other is marked; nor does a column of no marks.
        if len(codes) == 1 or all(place in chosen or not any(texts[place]) for place in codes):
            read |= {place: (name, codes[place]) for place in codes if place in chosen}
    return read


def _is_chosen(survey: Survey, name: str, code: str, texts: list[str | None], crosses: bool) -> bool:
    """Whether a column of these texts says of one answer that it is so, or not, and of some row that it is; `crosses`:
    whether a cross beside ticks may deny."""
    known, ticked = survey.spellings(survey.fields[name]), crosses and has_ticks(texts)
    flags = [read_flag(survey, text, code, known, ticked) for text in texts]
    return any(flag.chosen for flag in flags) and not any(flag.unread for flag in flags)
