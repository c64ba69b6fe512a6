"""Which question a column is that no known header names: by the words of its header, and by what its cells hold.

A wrong proposal that is taken puts one child's answer under another question, so each has a confidence, and what is
less sure than `schemas/proposals.yaml` demands waits for a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from cpms_cli.checking.proposing.cell_fit import fit, is_telling, own_answers
from cpms_cli.checking.proposing.header_likeness import header_likeness, known_spellings, names_another
from cpms_cli.reading.header.headers import split_repeated
from cpms_cli.reading.value.personal_names import end_in_family_names, more_than_family_names
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.proposals.header_words import asks_of_family, known_meanings, meanings, names_child, without_legend
from cpms_cli.survey.proposals.proposal_settings import proposal_settings

_MOSTLY, _HARDLY = 0.8, 0.3
_BOTH = 2
_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_UNKNOWN_ANSWERS = 0.9  # the share of a likeness where the cells are answers, and none of them is the question's


@dataclass(frozen=True)
class Proposal:
    """A question that a column may be, and how sure that is, from 0 to 1; `from_cells` where no word says so."""

    field: str
    confidence: float
    from_cells: bool = False


def _with_cells(survey: Survey, field: Field, likeness: float, texts: Sequence[str]) -> float:
    """How sure a likeness of words is once the cells have been looked at."""
    confidence = proposal_settings().confidence
    share = fit(survey, field, texts)
    if share is None or (field.role == "family_name" and more_than_family_names(survey, texts)):
        return min(likeness, confidence.unsure_cells)
    if share >= _MOSTLY:
        # Yes and no, numbers and names answer many questions; a list of its own, a day or an identifier only this one.
        telling = 0.5 if is_telling(survey, field) else 0.2
        return likeness + (1 - likeness) * telling * share
    if share >= _HARDLY:
        telling = 0.2 if is_telling(survey, field) else 0.0
        return min(likeness + (1 - likeness) * telling * share, confidence.unsure_cells)
    if own_answers(survey, field, texts):
        return min(likeness, confidence.unsure_cells) * _UNKNOWN_ANSWERS
    return likeness * confidence.other_cells


def propose(
    survey: Survey, header: str, texts: Sequence[str], taken: Collection[str] = (), group: str = ""
) -> tuple[Proposal, ...]:
    """The questions that a column may be, surest first, none of those `taken`; at most three, none below `shown`.

    `texts` are the column's cells, as many of them as are there; none where nothing is known of them. `group` is the
    name of the group of columns above the header: of its words those count that a question has too. A header in two
    scripts is one question in two languages, where its parts do not say two.
    """
    header = without_legend(header)
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
    for spelling in known_spellings(survey):
        likeness = header_likeness(survey, words | (around & spelling.words), spelling.words)
        if likeness > best.get(spelling.field, 0.0):
            best[spelling.field] = likeness
    of_family = asks_of_family(f"{group} {header}", words | around)
    dates = _dates_named(survey, around)
    likely = {
        name: likeness
        for name, likeness in best.items()
        if likeness >= confidence.shown / 2
        and not names_another(survey, words, around, name)
        and not (of_family and _is_childs(survey, name))
        and (not dates or name in dates)
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
    # Several years are a file of several rounds, or those in which the children were born.
    unsure = unsure or (survey.fields[ranked[0][0]].role == "round" and len(set(map(str.strip, texts))) > 1)
    most = confidence.unsure_cells if unsure else confidence.most
    return tuple(Proposal(name, min(value, most)) for name, value in ranked if name not in taken)[:3]


def _dates_named(survey: Survey, around: frozenset[str]) -> frozenset[str]:
    """The questions for a date that the group above a column names: day, month and year below it are parts of it."""
    named = {spelling.field for spelling in known_spellings(survey) if around and spelling.words == around}
    return frozenset(name for name in named if survey.fields[name].holds_dates)


def _names_somebody(header: str) -> bool:
    return bool(meanings(header) & proposal_settings().other_persons)


def _is_childs(survey: Survey, name: str) -> bool:
    """Whether a question is one about the child of the row."""
    return name not in {field.name for field in survey.household.fields}


def _name_fields(survey: Survey) -> frozenset[str]:
    return frozenset(field.name for field in survey.name_fields)


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
        if field.codelist is None or not is_telling(survey, field) or len(set(texts)) < 2:
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
        of_names = {spelling.field for spelling in known_spellings(survey) if spelling.words < words}
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
