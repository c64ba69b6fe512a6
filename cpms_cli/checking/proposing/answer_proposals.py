"""What an answer may mean that is no spelling of the question's list.

Near is not good enough here: "not enough" holds "enough" and says the opposite. A negation that only one side has
rules a proposal out, and all that is not listed as sure waits for a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.proposals.proposal_settings import AnswerWords, proposal_settings
from cpms_cli.survey.speech.numbered_words import split_number

_SHORTEST, _LETTERS_PER_EDIT = 4, 5


@dataclass(frozen=True)
class AnswerProposal:
    """A code that a text may mean; `sure` where it is filled in without asking."""

    code: str
    sure: bool


@lru_cache(maxsize=1)
def _negation() -> re.Pattern[str]:
    return re.compile("|".join(proposal_settings().negations))


@lru_cache(maxsize=512)
def _listed(survey: Survey, name: str) -> dict[str, AnswerProposal]:
    """What is listed for a question, by folded text."""
    field = survey.fields[name]
    answers = proposal_settings().answers
    words = answers.get(name) or answers.get(field.codelist or "") or AnswerWords()
    kinds = ((words.perhaps, False), (words.sure, True))
    known = {
        folded(text): AnswerProposal(code, sure)
        for listed, sure in kinds
        for code, texts in listed.items()
        for text in texts
    }
    codes = survey.codes(field)
    legal = set(codes.by_code) if codes else set()
    return {text: proposal for text, proposal in known.items() if proposal.code in legal}


@lru_cache(maxsize=1)
def offices_answers() -> frozenset[str]:
    """All that offices write for an answer to some question, folded: none of it is a name."""
    return frozenset(
        folded(text)
        for words in proposal_settings().answers.values()
        for texts in (*words.sure.values(), *words.perhaps.values())
        for text in texts
    )


def _yes_or_no(survey: Survey, plain: str) -> str:
    """The code of a text that says yes or no in any of its ways, else ""."""
    codes = survey.codes(survey.role("consent"))
    return codes.by_spelling.get(plain, "") if codes else ""


def is_sure_answer(survey: Survey, field: Field, text: str) -> bool:
    """Whether a text is listed as surely meaning an answer to a field."""
    listed = _listed(survey, field.name).get(folded(text))
    return listed is not None and listed.sure


def propose_answer(survey: Survey, field: Field, text: str) -> AnswerProposal | None:
    """The code that a text may mean as an answer to a field, None where nothing is near."""
    plain = folded(text)
    listed, codes = _listed(survey, field.name), survey.codes(field)
    if proposal := listed.get(plain) or listed.get(_yes_or_no(survey, plain)):
        return proposal
    number, words = split_number(plain)
    if number and codes is not None:  # what its number is, a person knows
        known = propose_answer(survey, field, words)
        code = known.code if known else codes.by_spelling.get(words)
        return AnswerProposal(code, sure=False) if code else None
    if codes is None or len(plain) < _SHORTEST:
        return None
    near = {code for spelling, code in codes.by_spelling.items() if _is_near(plain, spelling)}
    return AnswerProposal(near.pop(), sure=False) if len(near) == 1 else None


def _is_near(text: str, spelling: str) -> bool:
    """Whether two texts differ by a slip, or one has the other among its words, and both or none deny."""
    if len(spelling) < _SHORTEST or bool(_negation().search(text)) != bool(_negation().search(spelling)):
        return False
    return spelling in text or OSA.distance(text, spelling) <= len(spelling) // _LETTERS_PER_EDIT
