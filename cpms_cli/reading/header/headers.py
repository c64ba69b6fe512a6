"""Which column of a sheet is which field of the survey.

A header is matched by the definition's spellings. What is nearly one of them is proposed, never taken: a column of
mothers' birth dates read as the children's would do more harm than one that is left out and told.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from rapidfuzz import process
from rapidfuzz.distance import OSA

from cpms_cli.reading.header.export_layouts import layout_of
from cpms_cli.survey.model.definition import Field, Language, Survey, folded_header
from cpms_cli.survey.proposals.header_words import LONGEST_HEADER, without_date_form
from cpms_cli.survey.speech.languages import programme_languages

_MARKS = re.compile("[\u0e47-\u0e4c]")
_GROUPS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[/.\-][A-Za-z_][A-Za-z0-9_]*)*")
_STEP = re.compile(r"[/.\-]")
# "1. เพศ", "๒) เพศ", "3.1 เพศ": the number of a question, as online forms put it before the words. Bracket or point
# must be there, so that a number which counts children or years ("2 เพศ") is never taken away.
_QUESTION_NUMBER = re.compile(r"\s*\d{1,3}(?:(?:\.\d{1,2})*\s*[.)]\s*|(?:\.\d{1,2})+\s+)(?=\D)")
_PART_BORDERS = re.compile(r"[/|()\n]")
MOST_STEPS = 50
"""In so many ways at most a header is taken apart into groups, question and answer."""
_SHORTEST, _LETTERS_PER_EDIT = 3, 4
_BEHIND_GROUPS = 0.95  # at most: a spelling behind something that may be a group, or a person ("mother/Age")


@dataclass(frozen=True)
class HeaderMatch:
    """Column index to field name, in the sheet's order; `twice` has fields that two columns claim.

    `apart` are those of the unknown columns whose answers another column gathers.
    """

    fields: dict[int, str]
    unknown: tuple[int, ...]
    twice: dict[str, tuple[int, ...]]
    apart: tuple[int, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """The field that a header nearly names; `likeness` is the share of letters that agree, below 1."""

    field: str
    likeness: float


@lru_cache(maxsize=65_536)
def spelt(header: str) -> str:
    """A header as spellings are compared: as `folded_header`."""
    return folded_header(header)


def headed(field: Field) -> str:
    """What stands above the field's column in the survey's own sheets."""
    return field.label.in_(programme_languages().headed)


@lru_cache(maxsize=8)
def header_spellings(survey: Survey) -> Mapping[str, str]:
    """Every accepted header, folded, to the field it names.

    The question itself is one: an export with labels has the words that the form showed for its headers. So is a name
    that the field had before: files of earlier rounds have it; and its label in a language that a translation adds.
    """
    added = {
        spelt(spelling): name
        for name, field in survey.fields.items()
        for spelling in (*field.label.translated(), *field.question.translated())
    }
    known = {
        spelt(spelling): name
        for name, field in survey.fields.items()
        for spelling in (*field.question.written().values(), name, *field.formerly, *field.headers)
    }
    further = {spelling: name for spelling, name in added.items() if spelling not in known}
    return MappingProxyType({**known, **further})


def _tails(header: str) -> Iterator[tuple[str, str, str]]:
    """The ways to take group names off a header, as (groups, separator, rest), longest rest first."""
    for step in deque(_STEP.finditer(header), MOST_STEPS):
        yield header[: step.start()], step.group(), header[step.end() :].strip()


def field_of(header: str, spellings: Mapping[str, str], exported: bool = False) -> str | None:
    """The field that a header names, itself or behind the groups of a form; None where it names none. The number of a
    question before it ("4. Sex") says nothing.

    Behind group names only a field's own name counts, as `household/members_total`; in an export of KoboToolbox
    (`exported`) the spellings count as well, since it can write labels. Otherwise "mother/Age" would be a child's age.
    """
    header = header.strip()
    if len(header) > LONGEST_HEADER:
        return None
    plain = without_date_form(_without_number(header))
    whole = _whole_field(header, spellings) or _whole_field(plain, spellings)
    if whole is not None:
        return whole
    for groups, separator, rest in _tails(header):
        name = spellings.get(spelt(rest))
        if name is None:
            continue
        if rest.casefold() == name and (exported or _GROUPS.fullmatch(groups)):
            return name
        if exported and separator == "/":
            return name
    return None


def _without_number(header: str) -> str:
    """The header without the number of its question."""
    number = _QUESTION_NUMBER.match(header)
    return header[number.end() :] if number else header


def _whole_field(header: str, spellings: Mapping[str, str]) -> str | None:
    """The field that a header names with all its words, in one language or in two."""
    return spellings.get(spelt(header)) or _repeated_field(header, spellings)


def split_repeated(header: str) -> list[str]:
    """Return the parts of a header that may each say the whole, as in two languages: "เพศ / Sex", "อายุ (Age)"."""
    return [part.strip() for part in _PART_BORDERS.split(header) if part.strip()]


def is_headed(header: str, words: Iterable[str], exported: bool = False) -> bool:
    """Whether a header is one of these words, in one language or in two; in an export behind the groups of its form."""
    header = _without_number(header.rpartition("/")[2] if exported else header)
    spellings, parts = set(map(spelt, words)), set(map(spelt, split_repeated(header)))
    return spelt(header) in spellings or (bool(parts) and parts <= spellings)


def _repeated_field(header: str, spellings: Mapping[str, str]) -> str | None:
    """The field that every part of a header names; None where a part names none, or another."""
    parts = split_repeated(header)
    fields = {spellings.get(spelt(part)) for part in parts}
    return fields.pop() if len(parts) > 1 and len(fields) == 1 else None


def match_headers(cells: Sequence[str], spellings: Mapping[str, str]) -> HeaderMatch:
    """Match one row of cells against the accepted spellings; nothing is guessed from a near miss."""
    claimed: dict[str, list[int]] = {}
    unknown: list[int] = []
    exported = layout_of(cells) is not None
    whole = {spelt(cell) for cell in cells} if exported else set()
    for index, cell in enumerate(cells):
        name = field_of(cell, spellings, exported) if cell and not _is_choice(cell, whole) else None
        if name:
            claimed.setdefault(name, []).append(index)
        elif cell.strip():
            unknown.append(index)
    apart = _set_apart(cells, claimed) if exported else []
    unknown += apart
    fields = {places[0]: name for name, places in claimed.items() if len(places) == 1}
    twice = {name: tuple(places) for name, places in claimed.items() if len(places) > 1}
    return HeaderMatch(dict(sorted(fields.items())), tuple(sorted(unknown)), twice, tuple(apart))


def _is_choice(header: str, whole: Collection[str]) -> bool:
    """Whether a header is one answer of a question that has a column of its own (`whole`, as headers are compared): of
    "what do you drink" the answer "alcohol" is no question about alcohol."""
    return (
        bool(whole)
        and len(header) <= LONGEST_HEADER
        and any(separator == "/" and spelt(groups) in whole for groups, separator, _ in _tails(header.strip()))
    )


def _set_apart(cells: Sequence[str], claimed: dict[str, list[int]]) -> list[int]:
    """Take from what was claimed the columns that only have a field's words where another has its name.

    A form may ask one thing by several questions with the same words and bring the answers together in a field without
    words, which an export with labels shows under its name: a birth date by day, month or year.
    """
    apart: list[int] = []
    for name, places in claimed.items():
        named = [index for index in places if _STEP.split(cells[index])[-1].strip().casefold() == name]
        if len(places) > 1 and len(named) == 1:
            apart += [index for index in places if index not in named]
            claimed[name] = named
    return apart


def find_header(rows: Sequence[Sequence[str]], spellings: Mapping[str, str], least: int = 3) -> int | None:
    """The index of the row that holds the most known headers; None when no row holds `least` of them."""
    counts = [len(set(match_headers(row, spellings).fields.values())) for row in rows]
    best = max(counts, default=0)
    return counts.index(best) if best >= least else None


@lru_cache(maxsize=4096)
def _bare(spelling: str) -> str:
    return _MARKS.sub("", spelling)


def near_miss(header: str, spellings: Mapping[str, str]) -> Proposal | None:
    """The field whose spelling differs from a header by a slip: one letter in four, at least one.

    Letters left out, doubled, mistyped or swapped (optimal string alignment distance); Thai tone marks weigh little.
    None where nothing is near, or two fields are equally so.
    """
    own_spelling = spelt(header.rpartition("/")[2] or header)
    if len(own_spelling) < _SHORTEST:
        return None
    edits = max(1, len(own_spelling) // _LETTERS_PER_EDIT)
    near = process.extract(own_spelling, list(spellings), scorer=OSA.distance, score_cutoff=edits, limit=None)
    distances = {spelling: float(distance) for spelling, distance, _ in near}
    bare = {spelling: _bare(spelling) for spelling in spellings}
    for _, distance, spelling in process.extract(
        _bare(own_spelling), bare, scorer=OSA.distance, score_cutoff=edits - 1, limit=None
    ):
        distances[spelling] = min(distances.get(spelling, distance + 0.5), distance + 0.5)
    if not distances:
        return None
    least = min(distances.values())
    best = [spelling for spelling, distance in distances.items() if distance == least]
    fields = {spellings[spelling] for spelling in best}
    if len(fields) > 1:
        return None
    longest = max(len(own_spelling), *(len(spelling) for spelling in best))
    return Proposal(fields.pop(), min(1 - least / longest, _BEHIND_GROUPS))


def mentions(header: str, name: str, spellings: Mapping[str, str]) -> Proposal | None:
    """The field `name` for a header that says one of its spellings among other words; None where it does not."""
    header_spelling = spelt(header)
    within = [len(spelling) for spelling, field in spellings.items() if field == name and spelling in header_spelling]
    return Proposal(name, min(max(within) / len(header_spelling), _BEHIND_GROUPS)) if within else None


def own_header(survey: Survey, field: Field, header: str, language: Language) -> str:
    """The header under which any later reading knows this field: the one it has, else the field's label or name."""
    spellings = header_spellings(survey)
    label = field.label.in_(language)
    return next(
        (candidate for candidate in (header, label) if spellings.get(spelt(candidate)) == field.name), field.name
    )
