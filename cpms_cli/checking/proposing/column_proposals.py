"""Which question a column is that no known header names: by the words of its header, and by what its cells hold.

A wrong proposal that is taken puts one child's answer under another question, so each has a confidence, and what is
less sure than `schemas/proposals.yaml` demands waits for a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from cpms_cli.checking.proposing.answer_proposals import is_sure_answer, offices_answers
from cpms_cli.reading.header.headers import split_repeated
from cpms_cli.reading.value.digits import ascii_digits
from cpms_cli.reading.value.personal_names import end_in_family_names, more_than_family_names
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.identifiers import has_thai_form
from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.plain_text import plain_digits
from cpms_cli.survey.speech.header_words import asks_of_family, known_meanings, meanings, names_child
from cpms_cli.survey.speech.proposal_settings import proposal_settings

_MOSTLY, _HARDLY = 0.8, 0.3
_MOST_TEXTS = 200
MOST_ANSWERS, ANSWER_LETTERS, _HALF = 12, 30, 0.5
_CODE = re.compile(r"\d{1,2}(?:\.0)?")  # the number of an answer, where a question has a list
_ISO = r"(?:19|20)\d{2}(?:-\d{2}){0,2}"
_SIGNED = r"[-+]?\d+(?:[.,]\d+)?"
_BOTH = 2
_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_UNKNOWN_ANSWERS = 0.9  # the share of a likeness where the cells are answers, and none of them is the question's
_WITHIN = 0.8  # the share of a likeness where one side has all words of the other


@dataclass(frozen=True)
class Proposal:
    """A question that a column may be, and how sure that is, from 0 to 1; `from_cells` where no word says so."""

    field: str
    confidence: float
    from_cells: bool = False


@dataclass(frozen=True)
class _Spelling:
    field: str
    words: frozenset[str]


@lru_cache(maxsize=8)
def _spellings(survey: Survey) -> tuple[_Spelling, ...]:
    return tuple(
        dict.fromkeys(
            _Spelling(name, words)
            for name, field in survey.fields.items()
            for text in (*field.label.written().values(), *field.headers, *field.label.translated(), name)
            if (words := meanings(text))
        )
    )


@lru_cache(maxsize=8)
def _field_words(survey: Survey) -> dict[str, frozenset[str]]:
    """All words that a question's headers have."""
    words: dict[str, frozenset[str]] = {}
    for spelling in _spellings(survey):
        words[spelling.field] = words.get(spelling.field, frozenset()) | spelling.words
    return words


@lru_cache(maxsize=8)
def _weights(survey: Survey) -> dict[str, float]:
    """What a word weighs: the less, the more questions have it."""
    often = Counter(word for words in _field_words(survey).values() for word in words)
    return {word: 1 / (1 + 0.15 * (count - 1)) for word, count in often.items()}


def _likeness(survey: Survey, header: frozenset[str], spelling: frozenset[str]) -> float:
    """How much of the words of two headers is the same, from 0 to 1."""
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


def _names_another(survey: Survey, words: frozenset[str], around: frozenset[str], field: str) -> bool:
    """Whether a header, or where it names nobody the group above it, names a person or a subject that the question is
    not about; or nobody, where the question is about others of the family."""
    settings, asked = proposal_settings(), _field_words(survey)[field]
    if survey.fields[field].topic in settings.always_asked_topics and not (words | around) & settings.of_members:
        return True
    if words & (settings.other_persons | settings.other_subjects) - asked:
        return True
    of_group = around & settings.other_persons
    if not of_group or words & settings.other_persons:
        return False
    return not asked & of_group.union(*(settings.together.get(person, frozenset()) for person in of_group))


def fit(survey: Survey, field: Field, texts: Sequence[str]) -> float | None:
    """The share of cells that are answers to a question, from 0 to 1; None where there is no answer to go by."""
    missing = survey.codelists["missing"].by_spelling
    answers = [text for text in texts if text.strip() and folded(text) not in missing][:_MOST_TEXTS]
    if not answers:
        return None
    column = pd.Series(answers, dtype="str")
    values = clean(survey, field, column).values.fillna("")
    listed = survey.codes(field)
    if listed is not None:
        real = set(listed.by_code) - set(survey.missing_words)
        listed_as_sure = column.map(lambda text: is_sure_answer(survey, field, text))
        return float((values.str.split(";").str[0].isin(real) | listed_as_sure).mean())
    plain = ascii_digits(column).str.strip()
    if field.holds_dates:
        return float((values.str.fullmatch(_ISO) & ~plain.str.fullmatch(r"\d{1,3}|\d{5,7}|\d{9,}")).mean())
    if field.type == "year":
        return float(values.str.fullmatch(r"(?:19|20)\d{2}").mean())
    if field.type in ("integer", "number"):
        numbers = pd.to_numeric(values, errors="coerce")
        limits = field.constraints
        low, high = limits.minimum, limits.maximum
        return float((numbers.notna() & (numbers >= (0 if low is None else low)) & (numbers <= (high or 10**9))).mean())
    return _fit_of_text(survey, field, column, plain, values)


def _fit_of_text(survey: Survey, field: Field, column: pd.Series, plain: pd.Series, values: pd.Series) -> float:
    if field.role == "national_id":
        return float(has_thai_form(values).mean())
    if field.format == "digits":
        return float(plain.str.fullmatch(r"[\d\s+\-()]{8,}").mean())
    if field.role == "village":
        return float(values.str.fullmatch(field.constraints.pattern or ".+").mean())
    if field.role == "household":
        return float(plain.str.fullmatch(r"[^\d]{0,6}\d{1,4}(?:\s*/\s*\d{1,4})?[^\d]{0,6}").mean())
    if field.format is not None:
        return 0.0
    answers = set(survey.answer_spellings) | offices_answers()
    is_word = ~plain.str.contains(r"\d") & (plain.str.len() > 1) & ~column.map(folded).isin(answers)
    return float(is_word.mean())


def own_answers(survey: Survey, field: Field, texts: Sequence[str]) -> bool:
    """Whether cells may be an office's own answers to choose from: a few short words or codes, each of them often."""
    if field.codelist is None:
        return False
    plain = [text.strip() for text in texts if text.strip()]
    distinct = set(plain)
    dated = fit(survey, survey.role("visited"), plain) or 0.0
    codes = all(_CODE.fullmatch(plain_digits(text)) for text in distinct)
    few = len(distinct) <= (MOST_ANSWERS if codes else max(2, min(MOST_ANSWERS, len(plain) // 2)))
    return few and max(map(len, distinct), default=0) <= ANSWER_LETTERS and dated < _HALF


def _with_cells(survey: Survey, field: Field, likeness: float, texts: Sequence[str]) -> float:
    """How sure a likeness of words is once the cells have been looked at."""
    confidence = proposal_settings().confidence
    share = fit(survey, field, texts)
    if share is None or (field.role == "family_name" and more_than_family_names(survey, texts)):
        return min(likeness, confidence.unsure_cells)
    if share >= _MOSTLY:
        # Yes and no, numbers and names answer many questions; a list of its own, a day or an identifier only this one.
        telling = 0.5 if _is_telling(survey, field) else 0.2
        return likeness + (1 - likeness) * telling * share
    if share >= _HARDLY:
        telling = 0.2 if _is_telling(survey, field) else 0.0
        return min(likeness + (1 - likeness) * telling * share, confidence.unsure_cells)
    if own_answers(survey, field, texts):
        return min(likeness, confidence.unsure_cells) * _UNKNOWN_ANSWERS
    return likeness * confidence.other_cells


@lru_cache(maxsize=1024)
def _is_telling(survey: Survey, field: Field) -> bool:
    if field.codelist:
        return sum(other.codelist == field.codelist for other in survey.fields.values()) == 1
    return field.holds_dates or field.role in ("national_id", "village")


def propose(
    survey: Survey, header: str, texts: Sequence[str], taken: Collection[str] = (), group: str = ""
) -> tuple[Proposal, ...]:
    """The questions that a column may be, surest first, none of those `taken`; at most three, none below `shown`.

    `texts` are the column's cells, as many of them as are there; none where nothing is known of them. `group` is the
    name of the group of columns above the header: of its words those count that a question has too. A header in two
    scripts is one question in two languages, where its parts do not say two.
    """
    parts = split_repeated(header)
    if len(parts) == _BOTH and len({part.isascii() for part in parts}) == _BOTH:
        each = [_propose(survey, part, texts, taken, group) for part in parts]
        firsts = {proposals[0].field for proposals in each if proposals}
        if any(not proposals and _names_somebody(part) for part, proposals in zip(parts, each, strict=True)):
            return ()  # where one language names another person, so does the other, in words that nobody knows
        if len(firsts) == 1:
            return max(each, key=lambda proposals: proposals[0].confidence if proposals else 0.0)
    return _propose(survey, header, texts, taken, group)


def _propose(
    survey: Survey, header: str, texts: Sequence[str], taken: Collection[str], group: str
) -> tuple[Proposal, ...]:
    """As `propose`, of a header in one language."""
    confidence, words = proposal_settings().confidence, meanings(header)
    around = meanings(group) if group else frozenset[str]()
    names = _name_fields(survey)
    outside = meanings(_IN_BRACKETS.sub(" ", header))  # a nickname in brackets stands behind the name
    if _is_whole_name(survey, outside, texts) and not (
        names & set(taken) or around & proposal_settings().other_persons
    ):
        return tuple(Proposal(name, confidence.most) for name in sorted(names))
    best: dict[str, float] = {}
    for spelling in _spellings(survey):
        likeness = _likeness(survey, words | (around & spelling.words), spelling.words)
        if likeness > best.get(spelling.field, 0.0):
            best[spelling.field] = likeness
    of_family = asks_of_family(f"{group} {header}", words | around)
    likely = {
        name: likeness
        for name, likeness in best.items()
        if likeness >= confidence.shown / 2
        and not _names_another(survey, words, around, name)
        and not (of_family and _is_childs(survey, name))
    }
    sure = {name: _with_cells(survey, survey.fields[name], likeness, texts) for name, likeness in likely.items()}
    ranked = sorted(sure.items(), key=lambda item: -item[1])
    # A question that has its column already is no rival to be asked about; but what is as likely is not this one.
    ranked = [(name, value) for name, value in ranked if value >= confidence.shown]
    if not ranked:
        return _by_cells(survey, words, texts, taken)
    rivals = [value for _, value in ranked[1:] if value >= confidence.rival * ranked[0][1]]
    of_home = not _is_childs(survey, ranked[0][0])
    # Related to the child are the guardian and the head of the house as well.
    whoever = words & proposal_settings().of_whoever and not (words | around) & proposal_settings().other_persons
    unsure = rivals or whoever or (of_home and names_child(header))
    most = confidence.unsure_cells if unsure else confidence.most
    return tuple(Proposal(name, min(value, most)) for name, value in ranked if name not in taken)[:3]


def _names_somebody(header: str) -> bool:
    return bool(meanings(header) & proposal_settings().other_persons)


def _is_childs(survey: Survey, name: str) -> bool:
    """Whether a question is one about the child of the row."""
    return name not in {field.name for field in survey.household.fields}


def _name_fields(survey: Survey) -> frozenset[str]:
    return frozenset(survey.role(role).name for role in ("given_name", "family_name"))


def _is_whole_name(survey: Survey, words: frozenset[str], texts: Sequence[str]) -> bool:
    """Whether a column has both names of a child: the header says both and nothing else, and most cells have a family
    name behind the first word."""
    return words == proposal_settings().of_names and end_in_family_names(survey, texts)


def _by_cells(
    survey: Survey, words: frozenset[str], texts: Sequence[str], taken: Collection[str]
) -> tuple[Proposal, ...]:
    """The one question whose list of answers is that of the cells, where the header says nothing that is known."""
    settings = proposal_settings()
    if words & (known_meanings() | settings.other_subjects):
        return ()
    fitting = []
    for name, field in survey.fields.items():
        if field.codelist is None or not _is_telling(survey, field) or len(set(texts)) < 2:
            continue
        values = clean(survey, field, pd.Series(list(texts), dtype="str")).values
        share = fit(survey, field, texts)
        if share is not None and share >= _MOSTLY and values.nunique() > 1:
            fitting.append(name)
    if len(fitting) != 1 or fitting[0] in taken:
        return ()
    return (Proposal(fitting[0], settings.confidence.from_cells, from_cells=True),)


def also(survey: Survey, header: str, proposals: Sequence[Proposal], texts: Sequence[str]) -> tuple[Proposal, ...]:
    """Those of some proposals that a column answers beside the first: both names where the header says both, both
    parents where its answers name them."""
    words, listed = meanings(_IN_BRACKETS.sub(" ", header)), proposal_settings().answers
    first, *others = proposals or (None,)
    if first is None:
        return ()
    names = _name_fields(survey)
    if first.field in names:
        of_names = {spelling.field for spelling in _spellings(survey) if spelling.words < words}
        return tuple(other for other in others if other.field in names and {first.field, other.field} <= of_names)
    cells = set(map(folded, texts))

    def says(name: str) -> bool:
        sure = listed[name].sure if name in listed else {}
        return any(folded(text) in cells for answers in sure.values() for text in answers)

    near = proposal_settings().confidence.rival * first.confidence
    return tuple(other for other in others if other.confidence >= near and says(first.field) and says(other.field))


def is_filled_in(survey: Survey, proposals: Sequence[Proposal]) -> bool:
    """Whether the surest of some proposals is sure enough to be filled in without asking."""
    if not proposals:
        return False
    settings, field = proposal_settings(), survey.fields[proposals[0].field]
    if field.role in settings.always_asked or field.topic in settings.always_asked_topics:
        return False
    return proposals[0].confidence >= settings.confidence.filled_in
