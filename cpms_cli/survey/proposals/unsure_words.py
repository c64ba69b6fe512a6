"""Words that are sure under one header and not under another: "none" under "health insurance" is no insurance, and
under "gold card" only no gold card; "yes" under "father has died" is no to the question whether he is alive.

Such a header is none of the question's own: a person has said by a map that its column is this question. What the words
mean there, the person says as well.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.plain_text import compared_text
from cpms_cli.survey.proposals.header_words import meanings, without_legend
from cpms_cli.survey.proposals.proposal_settings import proposal_settings
from cpms_cli.survey.speech.numbered_words import split_number

Unsure = Literal["one_answer", "reversed", "two_subjects", "other_subject"]
_SHORTEST = 4  # letters: shorter spellings stand in other words


def is_unsure(survey: Survey, field: Field, header: str, text: str) -> bool:
    """Whether a text that answers a field may mean something else in a column with this header."""
    why, text = why_unsure(survey, field, header), split_number(text)[1]
    if why is None:
        return False
    if why == "other_subject":
        codes, missing = survey.codes(field), survey.missing_codes(field)
        return codes is not None and codes.by_spelling.get(folded(text), missing[0] if missing else "") not in missing
    answer = _yes_or_no(survey, text)
    return answer == "no" if why == "one_answer" else answer in ("yes", "no")


def perhaps_means(survey: Survey, field: Field, header: str, text: str) -> str:
    """Return the code that such a text may have: what it says elsewhere, the opposite of yes and no where the header
    asks the opposite, "" where the list has none."""
    text = split_number(text)[1]
    codes, answer = survey.codes(field), _yes_or_no(survey, text)
    if codes is None:
        return ""
    if why_unsure(survey, field, header) == "reversed":
        return {"yes": "no", "no": "yes"}[answer] if codes.by_code.keys() >= {"yes", "no"} else ""
    return codes.by_spelling.get(folded(text), "")


@lru_cache(maxsize=4_096)
def why_unsure(survey: Survey, field: Field, header: str) -> Unsure | None:
    """Return why words that answer a field may say something else under a header; None where they do not.

    one_answer: it names one answer of the list, so that "no" speaks of that one alone. reversed: it asks the opposite.
    two_subjects: it asks of two things at once. other_subject: it is about something that no question asks.
    """
    header = without_legend(header)
    if survey.codes(field) is None or _plain(header) in {_plain(own) for own in _own_headers(survey, field)}:
        return None
    settings, asked = proposal_settings(), _asked(header)
    header_words, own = meanings(asked), _own_meanings(survey, field)
    if _opposes(header_words, own) or (_denies(header) and not any(map(_denies, _own_headers(survey, field)))):
        return "reversed"
    if len(_subjects(header_words)) > 1 and _subjects(header_words) - own:
        return "two_subjects"
    if header_words & settings.other_subjects - own:
        return "other_subject"
    return "one_answer" if _names_one_answer(survey, field, header) else None


def _plain(text: str) -> str:
    return "".join(compared_text(text).split())


@lru_cache(maxsize=512)
def _own_headers(survey: Survey, field: Field) -> tuple[str, ...]:
    languages = survey.languages
    words = (*(field.label.in_(spoken) for spoken in languages), *(field.question.in_(spoken) for spoken in languages))
    return (field.name, *field.headers, *words)


@lru_cache(maxsize=512)
def _own_meanings(survey: Survey, field: Field) -> frozenset[str]:
    return frozenset(word for own in _own_headers(survey, field) for word in meanings(own))


@cache
def _signs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = proposal_settings().unsure
    return re.compile("|".join(words.asking)), re.compile("|".join(words.denying))


def _denies(header: str) -> bool:
    """Whether a header denies: "does not go to school", and not "goes to school, yes or no"."""
    asked = _asked(header)
    return len(asked) <= proposal_settings().unsure.longest and _signs()[1].search(asked) is not None


def _asked(header: str) -> str:
    """A header without the words by which it asks for yes or no."""
    return _signs()[0].sub(" ", compared_text(header)).strip()


def _opposes(header_words: frozenset[str], own: frozenset[str]) -> bool:
    """Whether a header has a word whose opposite is in the field's own headers, and that is not there itself."""
    pairs = [*proposal_settings().unsure.opposites, *(pair[::-1] for pair in proposal_settings().unsure.opposites)]
    return any(word in header_words and word not in own and opposite in own for word, opposite in pairs)


def _subjects(header_words: frozenset[str]) -> frozenset[str]:
    """What a header asks of, a word for several people as these people."""
    settings = proposal_settings()
    apart = {part for word in header_words for part in settings.together.get(word, {word})}
    return frozenset(apart & settings.unsure.subjects)


def _names_one_answer(survey: Survey, field: Field, header: str) -> bool:
    """Whether a header has the spelling of one answer of the field's list, as "gold card", and of no other."""
    codes, plain = survey.codes(field), _plain(header)
    if codes is None or field.codelist not in proposal_settings().unsure.one_of_many:
        return False
    missing = set(survey.missing_codes(field))
    named = {
        code
        for spelling, code in codes.by_spelling.items()
        if code not in missing and len(spelling) >= _SHORTEST and spelling in folded(plain)
    }
    return len(named) == 1


def _yes_or_no(survey: Survey, text: str) -> str:
    codes = survey.codes(survey.role("consent"))
    return codes.by_spelling.get(folded(text), "") if codes else ""
