"""What each column of a table of persons holds: a typed mapping, checked before anything is compared.

The words are the survey's own (`given_name`, `birth_date`, ...), and those that any register has (`address`, `phone`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Literal, get_args

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.reading.header.headers import header_spellings, near_miss, spelt
from cpms_cli.survey.model.definition import Field, Language, Survey

Held = Literal[
    "given_name",
    "family_name",
    "full_name",
    "other_name",
    "mother_name",
    "sex",
    "birth_date",
    "national_id",
    "person_number",
    "village_code",
    "household_no",
    "address",
    "suburb",
    "postcode",
    "phone",
]
Fields = Mapping[str, str]
HELD: tuple[str, ...] = get_args(Held)
# Without one of these nobody can be told from anybody; several columns of one table can hold a part of these.
TELLING = frozenset({"given_name", "full_name", "national_id", "person_number"})
_IN_PARTS = frozenset({"address"})


def held_label(survey: Survey, held: str, language: Language) -> str:
    """Return what a column holds, in words."""
    field, words = field_held(survey, held), survey.linking.tables.columns[held].label
    words = field.label if field else words
    return words.in_(language) if words else held


def field_held(survey: Survey, held: str) -> Field | None:
    """Return the question as whose answers a column is read; None where the survey has none for it, or does not ask it
    any longer."""
    name = survey.linking.tables.columns[held].field
    return None if name is None else survey.field_once_named(name)


@cache
def known_headers(survey: Survey) -> dict[str, str]:
    """Return every header that is known by itself, folded, and what such a column holds; the survey's headers first."""
    columns = survey.linking.tables.columns
    of_field = {field.name: held for held in columns if (field := field_held(survey, held)) is not None}
    by_survey = {header: of_field[name] for header, name in header_spellings(survey).items() if name in of_field}
    taken = header_spellings(survey)
    further = {
        spelt(header): held
        for held, column in columns.items()
        if held not in of_field.values()
        for header in (held, *column.headers)
        if spelt(header) not in taken
    }
    return by_survey | further


def held_by(survey: Survey, headers: Iterable[str]) -> dict[str, str]:
    """Return what the columns hold whose headers are known: header to one of `HELD`.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> held_by(load_survey(), ["ชื่อ", "birth_date", "Postcode", "remark"])
    {'ชื่อ': 'given_name', 'birth_date': 'birth_date', 'Postcode': 'postcode'}
    """
    known = known_headers(survey)
    return {header: known[spelt(header)] for header in headers if spelt(header) in known}


def checked_held(survey: Survey, word: str) -> str:
    """Return the one of `HELD` that a word names; raises UsageError for any other, with the nearest."""
    plain = word.strip().casefold()
    known = known_headers(survey)
    held = plain if plain in HELD else known.get(spelt(word))
    if held is not None:
        return held
    near = near_miss(word, {**known, **{name: name for name in HELD}})
    if near is not None:
        raise UsageError("link_held_near", held=word, near=near.field, known=", ".join(HELD))
    raise UsageError("link_held_unknown", held=word, known=", ".join(HELD))


def columns_held(survey: Survey, tables: Sequence[pd.DataFrame], fields: Fields) -> list[dict[str, list[Hashable]]]:
    """Return for each table its columns by what they hold, in the order of `fields`.

    Raises UsageError: a word that is unknown, a column that no table has, two columns of a table that hold one thing,
    two kinds of number, or a table without a name and without a number.
    """
    held = {column: checked_held(survey, word) for column, word in fields.items()}
    for column in held:
        if not any(column in table.columns for table in tables):
            known = ", ".join(str(name) for table in tables for name in table.columns)
            raise UsageError("link_column_missing", column=column, known=known)
    if {"national_id", "person_number"} <= set(held.values()):
        raise UsageError("link_two_numbers")
    return [_of_one(table, number, held) for number, table in enumerate(tables, start=1)]


def _of_one(table: pd.DataFrame, number: int, held: Mapping[str, str]) -> dict[str, list[Hashable]]:
    columns: dict[str, list[Hashable]] = {}
    for column, what in held.items():
        if column in table.columns:
            columns.setdefault(what, []).append(column)
    for what, names in columns.items():
        if len(names) > 1 and what not in _IN_PARTS:
            raise UsageError("link_held_twice", held=what, columns=", ".join(map(str, names)), table=number)
    if not TELLING & set(columns):
        raise UsageError("link_nothing_telling", table=number, known=", ".join(sorted(TELLING)))
    return columns
