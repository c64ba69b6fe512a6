"""Columns whose header is itself an answer: "male" and "female" with a tick in one of them.

Only the answers of the questions in `headed_by_answers` of `schemas/proposals.yaml` are headers of this kind, and only
where every cell says yes, no or nothing: "disability" is a question of its own, not why a child is out of school.
"""

from __future__ import annotations

from functools import lru_cache

from cpms_cli.reading.header.flags import has_ticks, read_flag
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.speech.proposal_settings import proposal_settings


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


def read_answer_header(survey: Survey, header: str, texts: list[str | None]) -> tuple[str, str] | None:
    """Return the question and the code of a column that says of one answer whether it is so; None of other columns."""
    answer = _answers_of_one(survey).get(folded(header))
    if answer is None:
        return None
    name, code = answer
    known, ticked = survey.spellings(survey.fields[name]), has_ticks(texts)
    flags = [read_flag(survey, text, code, known, ticked) for text in texts]
    return answer if any(flag.chosen for flag in flags) and not any(flag.unread for flag in flags) else None
