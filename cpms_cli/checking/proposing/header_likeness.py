"""How much the words of a header are those of a question, and whether they are about somebody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.proposals.header_words import meanings
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_WITHIN = 0.8  # the share of a likeness where one side has all words of the other


@dataclass(frozen=True)
class Spelling:
    """A known header of a question, as the words that it means."""

    field: str
    words: frozenset[str]


@lru_cache(maxsize=8)
def known_spellings(survey: Survey) -> tuple[Spelling, ...]:
    """Return every known header of every question, in all languages."""
    return tuple(
        dict.fromkeys(
            Spelling(name, words)
            for name, field in survey.fields.items()
            for text in (*field.label.written().values(), *field.headers, *field.label.translated(), name)
            if (words := meanings(text))
        )
    )


@lru_cache(maxsize=8)
def _field_words(survey: Survey) -> dict[str, frozenset[str]]:
    """All words that a question's headers have."""
    words: dict[str, frozenset[str]] = {}
    for spelling in known_spellings(survey):
        words[spelling.field] = words.get(spelling.field, frozenset()) | spelling.words
    return words


@lru_cache(maxsize=8)
def _weights(survey: Survey) -> dict[str, float]:
    """What a word weighs: the less, the more questions have it."""
    often = Counter(word for words in _field_words(survey).values() for word in words)
    return {word: 1 / (1 + 0.15 * (count - 1)) for word, count in often.items()}


def header_likeness(survey: Survey, header: frozenset[str], spelling: frozenset[str]) -> float:
    """Return how much of the words of two headers is the same, from 0 to 1."""
    weights = _weights(survey)

    def weight(words: Iterable[str]) -> float:
        return sum(weights.get(word, 1.0) for word in words)

    settings = proposal_settings()
    if spelling <= settings.other_persons and header & settings.other_persons:
        header -= settings.of_whoever  # the question is who that person is
    both, vague = weight(header & spelling), settings.other_persons | settings.weak
    if not both or (header & spelling <= vague and not header <= vague):
        return 0.0  # a person alone, or "number", says nothing of what is asked
    alike = 2 * both / (weight(header) + weight(spelling))
    if header < spelling or spelling < header:
        alike = max(alike, _WITHIN * alike**0.5)
    return alike * settings.confidence.other_person if (spelling - header) & settings.other_persons else alike


def names_another(survey: Survey, words: frozenset[str], around: frozenset[str], field: str) -> bool:
    """Return whether a header, or where it names nobody the group above it, names a person or a subject that the
    question is not about; or nobody, where the question is about others of the family."""
    settings, asked = proposal_settings(), _field_words(survey)[field]
    if survey.fields[field].topic in settings.always_asked_topics and not (words | around) & settings.of_members:
        return True
    if words & (settings.other_persons | settings.other_subjects) - asked:
        return True
    of_group = around & settings.other_persons
    if not of_group or words & settings.other_persons:
        return False
    return not asked & of_group.union(*(settings.together.get(person, frozenset()) for person in of_group))
