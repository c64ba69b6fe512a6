"""Headers of files in which one row is a household and its children stand side by side.

Each child has columns of its own, told apart by a number: `given_name_2`, `sex[2]`, `ชื่อ (คนที่ ๒)`, `child2_name`,
`เด็กคนที่ 2 ชื่อ`. The words that may stand with the number are in `schemas/exports.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from cpms_cli.reading.header.export_layouts import child_words
from cpms_cli.reading.header.headers import HeaderMatch, field_of, spelt
from cpms_cli.survey.model.definition import Role, Survey
from cpms_cli.survey.plain_text import plain_digits

_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_LAST = re.compile(r"[\s_.\-/#:|(\[{（【]*(?<!\d)(\d{1,2})[\s)\]}）】.]*$")
_OPENING, _CLOSING = " _.-/#:|([{（【\n", " _.-/#:|)]}）】\n"
_PLACE = "..."  # R puts a column's own place behind three points where headers repeat: given_name...7
_STEP = re.compile(r"[/.|:]")
_LONGEST = 300  # letters of a header: a cell of megabytes names no question, and takes long to look through
_SURE_WORD = 4  # letters from which a word may have others before it: "ข้อมูลเด็กคนที่ 1"
_WHO: tuple[Role, ...] = ("given_name", "family_name", "nickname", "sex", "born", "age", "national_id", "person")


@dataclass(frozen=True)
class Numbered:
    """A header that names a field of one child among several; `by_place` where the number only says which column."""

    field: str
    number: int
    by_place: bool = False


@dataclass(frozen=True)
class SideBySide:
    """`children` has, by column, the child's number and the field; `loose` columns are numbered, and are no children's.

    `match` is what remains of the headers besides.
    """

    match: HeaderMatch
    children: dict[int, tuple[int, str]]
    loose: dict[int, str]


@cache
def _words() -> tuple[str, ...]:
    return tuple(spelt(word) for word in child_words())


def _before_number(rest: str, spellings: Mapping[str, str]) -> str | None:
    """The field of what stands before the number, without the word that stands with the number."""
    if not rest.strip():
        return None
    plain = spelt(rest)
    for word in _words():
        if plain.endswith(word) and len(plain) > len(word) and (name := spellings.get(plain[: -len(word)])):
            return name
    return field_of(rest, spellings)


def _says_child(before: str) -> bool:
    """Whether a text ends in a word that stands with a child's number, as a part of its own."""
    last = spelt(_STEP.split(before.rstrip(_OPENING))[-1])
    return last != "" and any(last == word or (len(word) >= _SURE_WORD and last.endswith(word)) for word in _words())


def numbered(header: str, spellings: Mapping[str, str]) -> Numbered | None:
    """The field and the child's number that a header says; None where it says no such thing.

    >>> spellings = {"givenname": "given_name", "sex": "sex"}
    >>> headers = ("given_name_2", "Given name (3)", "child4_sex", "children[5]/sex", "sex")
    >>> [told.number for told in (numbered(header, spellings) for header in headers) if told]
    [2, 3, 4, 5]
    """
    if len(header) > _LONGEST:
        return None
    plain = plain_digits(header)
    if not _NUMBER.search(plain):
        return None
    last = _LAST.search(plain)
    if last is not None and (name := _before_number(plain[: last.start()], spellings)):
        return Numbered(name, int(last.group(1)), _PLACE in last.group())
    for number in _NUMBER.finditer(plain):
        if _says_child(plain[: number.start()]):
            name = field_of(plain[number.end() :].lstrip(_CLOSING), spellings)
            if name:
                return Numbered(name, int(number.group()))
    return None


def child_apart(header: str) -> tuple[str, int] | None:
    """Return a header without the words that number its child, and that number; None where it has none.

    >>> child_apart("เด็กคนที่ ๒ กำลังเรียน"), child_apart("ชื่อ-สกุล (คนที่ 1)"), child_apart("ข้อ 2 เพศ")
    (('กำลังเรียน', 2), ('ชื่อ-สกุล', 1), None)
    """
    plain = plain_digits(header)
    for number in _NUMBER.finditer(plain) if len(header) <= _LONGEST else ():
        before, after = plain[: number.start()], plain[number.end() :].strip(_OPENING + _CLOSING)
        if not _says_child(before):
            continue
        if after:
            return after, int(number.group())
        bare = before.rstrip(_OPENING)
        word = next((word for word in child_words() if bare.casefold().endswith(word.casefold())), "")
        rest = bare[: len(bare) - len(word)].rstrip(_OPENING)
        return (rest, int(number.group())) if word and rest else None
    return None


def of_any_child(survey: Survey, name: str) -> str:
    """Return the field of a name as a map writes it, without the number of the child: `sex` of `sex_2`."""
    field, _, number = name.rpartition("_")
    return field if name not in survey.fields and number.isdecimal() and field in survey.fields else name


@dataclass(frozen=True)
class Settled:
    """Columns whose header need not be asked: of those in `by_map` a map says child and field; `otherwise` the rest."""

    by_map: Mapping[int, Numbered]
    otherwise: Collection[int] = ()


def find_side_by_side(
    survey: Survey,
    header: Sequence[str],
    match: HeaderMatch,
    spellings: Mapping[str, str],
    settled: Settled,
) -> SideBySide:
    """Return the columns of a sheet that belong to its first, second, third ... child, where it is laid out so."""
    by_map = settled.by_map
    own = {field.name for field in survey.child.fields} - set(survey.child.shared)
    numbered_columns = {
        index: column
        for index, cell in enumerate(header)
        if index not in settled.otherwise and cell.strip() and spelt(cell) not in spellings
        if (column := numbered(cell, spellings)) is not None and column.field in own
    }
    numbered_columns |= by_map
    base = {index: name for index, name in match.fields.items() if name in own and index not in numbered_columns}
    base |= {
        left[0]: name
        for name, places in match.twice.items()
        if name in own and len(left := [place for place in places if place not in numbered_columns]) == 1
    }
    line, apart = survey.role("line").name, dict[int, str]()
    if not {column.field for column in numbered_columns.values()} & set(base.values()):
        # These are said of all of the row's children: the first has columns with a number too. A line is nobody's then.
        base, apart = {}, {index: name for index, name in base.items() if name == line}
    if not by_map and not _is_laid_out_so(survey, list(numbered_columns.values()), after_base=bool(base)):
        return SideBySide(
            match, {}, {index: column.field for index, column in numbered_columns.items() if index in match.unknown}
        )
    numbers = _child_numbers(numbered_columns, bool(base))
    children = {index: (numbers[index], column.field) for index, column in numbered_columns.items()}
    children |= {index: (1, name) for index, name in base.items()}
    return SideBySide(_without(match, {*children, *apart}), dict(sorted(children.items())), apart)


def _is_laid_out_so(survey: Survey, numbered_columns: Sequence[Numbered], *, after_base: bool) -> bool:
    """Whether numbered headers are those of children: they say who a child is, and a number has more than one field.

    "1" behind one header, "2" behind the next are numbers of questions.
    """
    fields, numbers = {column.field for column in numbered_columns}, {column.number for column in numbered_columns}
    if fields.isdisjoint(survey.names_of(*_WHO)):
        return False
    if len(fields) == 1:
        return len(numbers) > 1 and not after_base
    return len(numbered_columns) > len(fields) or len(numbers) == 1


def _child_numbers(numbered_columns: Mapping[int, Numbered], after_base: bool) -> dict[int, int]:
    """The number of the child that each column belongs to, from 1; columns without a number are the first child's."""
    if any(column.by_place for column in numbered_columns.values()):
        seen: dict[str, int] = {}
        numbers = {}
        for index, column in sorted(numbered_columns.items()):
            numbers[index] = seen[column.field] = seen.get(column.field, 0) + 1
    else:
        numbers = {index: column.number for index, column in numbered_columns.items()}
    first = 2 if after_base else 1
    shift = max(0, first - min(numbers.values()))
    return {index: number + shift for index, number in numbers.items()}


def _without(match: HeaderMatch, taken: set[int]) -> HeaderMatch:
    fields = {index: name for index, name in match.fields.items() if index not in taken}
    left = {name: [place for place in places if place not in taken] for name, places in match.twice.items()}
    fields |= {places[0]: name for name, places in left.items() if len(places) == 1}
    twice = {name: tuple(places) for name, places in left.items() if len(places) > 1}
    unknown = tuple(index for index in match.unknown if index not in taken)
    return HeaderMatch(dict(sorted(fields.items())), unknown, twice, match.apart)


def twice_for_one_child(side_by_side: SideBySide) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Each field that two columns claim for the same child, with the columns."""
    claimed: dict[tuple[int, str], list[int]] = {}
    for index, place in side_by_side.children.items():
        claimed.setdefault(place, []).append(index)
    return ((name, tuple(places)) for (_, name), places in claimed.items() if len(places) > 1)
