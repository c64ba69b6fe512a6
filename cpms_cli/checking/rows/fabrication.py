"""Patterns in the interviews of one volunteer that honest work rarely shows: signs of answers that nobody gave.

Each measure is a figure per volunteer, held against the limit in the definition and against the same figure of all
other volunteers of the files, since a village where nearly all is well gives nearly the same answers everywhere.
Heaping on preferred days and ages: Whipple's and Myers' indices (United Nations, Principles and Recommendations for
Population Censuses), here as a plain share.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.checking.rows.row_rules import largest_staged
from cpms_cli.survey.model.definition import Field, Pattern, Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted


@dataclass(frozen=True)
class PatternFault:
    """One volunteer's pattern: the first table in which he or she appears, and the figures behind it."""

    check: str
    field: str
    source: int
    value: str
    figures: str


def pattern_faults(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[PatternFault]:
    """Every pattern of the definition found in the staged tables, by volunteer."""
    if not survey.plays("interviewer"):
        return
    who = survey.role("interviewer").name
    rows = largest_staged(connection)
    for pattern in survey.patterns:
        # An interview leaves a row at least, so that none of fewer rows can stand out.
        least = max(pattern.at_least, pattern.limit) if pattern.measure == "interviews_a_day" else pattern.at_least
        if rows < least:
            continue
        measured = connection.execute(_MEASURES[pattern.measure](survey, pattern)).df()
        for measures in measured.to_dict("records"):
            figures = _figures(measures)
            yield PatternFault(pattern.id, who, int(measures["source"]), str(measures[who]), figures)


def _figures(measures: Mapping[Hashable, object]) -> str:
    """The figures that the sentence fills in; shares in per cent."""
    shown: dict[str, str] = {}
    for name, figure in measures.items():
        if name in ("share", "others") and isinstance(figure, float):
            shown[str(name)] = "–" if pd.isna(figure) else f"{figure:.0%}"
        elif name == "expected" and isinstance(figure, float):
            shown[str(name)] = f"{figure:.0f}"
        elif name == "count":
            shown[str(name)] = f"{float(str(figure)):.0f}"  # the engine gives a sum of whole numbers as 54.0
        elif name == "date":
            shown[str(name)] = str(figure)
    return json.dumps(shown)


def _coded(survey: Survey, table: Table) -> list[Field]:
    """The questions of a table that are answered from a list, consent apart."""
    schema = survey.household if table == "household" else survey.child
    return [field for field in schema.fields if field.codelist is not None and field.role != "consent"]


def _of_one_volunteer(survey: Survey, rows: str, pattern: Pattern) -> str:
    """SELECT of the volunteers whose share of `hits` in `total` stands out.

    `rows` selects source, interviewer, interviews, hits, total: one row per volunteer.
    """
    who, alone = survey.role("interviewer").name, "NULL" if pattern.alone is None else f"{pattern.alone}"
    return f"""
        WITH own AS ({rows}),
        beside AS (
            SELECT
                *,
                hits / total AS share,
                sum(interviews) OVER () - interviews AS their_interviews,
                (sum(hits) OVER () - hits) / nullif(sum(total) OVER () - total, 0) AS their_share
            FROM own
            WHERE total > 0
        )
        SELECT source, {who}, interviews AS count, share, their_share AS others
        FROM beside
        WHERE interviews >= {pattern.at_least}
            AND CASE
                WHEN their_interviews >= {pattern.at_least}
                THEN share >= {pattern.limit} AND share - their_share >= {pattern.apart}
                ELSE share >= {alone}
            END
        ORDER BY {who}"""


def _one_household_each(survey: Survey, columns: str) -> str:
    """SELECT of the first child's record in each household that was interviewed."""
    key, line = ", ".join(survey.key("household")), survey.role("line").name
    return f"""
        SELECT _source, {survey.role("interviewer").name}, {columns}
        FROM record
        WHERE {survey.role("interviewer").name} IS NOT NULL AND {_willing(survey)}
        QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {line}) = 1"""


def _willing(survey: Survey) -> str:
    refused = ", ".join(quoted(answer) for answer in survey.no_consent)
    return f"coalesce({survey.role('consent').name}, '') NOT IN ({refused})"


def _same_answers(survey: Survey, pattern: Pattern) -> str:
    """How many households give the very answers that most of the volunteer's households give."""
    who = survey.role("interviewer").name
    names = ", ".join(field.name for table in ("household", "child") for field in _coded(survey, table))
    return _of_one_volunteer(
        survey,
        f"""
        SELECT min(source) AS source, {who}, sum(n) AS interviews, max(n) AS hits, sum(n) AS total
        FROM (
            SELECT min(_source) AS source, {who}, answers, count(*) AS n
            FROM ({_one_household_each(survey, f"hash({names}) AS answers")})
            GROUP BY {who}, answers
        )
        GROUP BY {who}""",
        pattern,
    )


def _heaped(pattern: Pattern) -> str:
    return ", ".join(str(value) for value in pattern.heaped)


def _heaped_rows(survey: Survey, pattern: Pattern, figure: str, known: str) -> str:
    """How many rows of those that are `known` have a figure that comes to mind first."""
    who = survey.role("interviewer").name
    return _of_one_volunteer(
        survey,
        f"""
        SELECT
            min(_source) AS source,
            {who},
            count(*) AS interviews,
            count(*) AS total,
            count(*) FILTER ({figure} IN ({_heaped(pattern)})) AS hits
        FROM record
        WHERE {who} IS NOT NULL AND {known}
        GROUP BY {who}""",
        pattern,
    )


def _birth_days(survey: Survey, pattern: Pattern) -> str:
    """How many birth dates fall on the days of the month that come to mind first."""
    return _heaped_rows(survey, pattern, "day(birth_from)", f"length({survey.role('born').name}) = 10")


def _ages(survey: Survey, pattern: Pattern) -> str:
    """How many ages, where ages were asked, are round ones."""
    age = survey.role("age").name
    return _heaped_rows(survey, pattern, age, f"{age} IS NOT NULL")


def _no_unknowns(survey: Survey, pattern: Pattern) -> str:
    """Volunteers without one "don't know", where the others' rate makes so many to be expected."""
    who, key = survey.role("interviewer").name, ", ".join(survey.key("household"))

    def counts(table: Table) -> str:
        fields = _coded(survey, table)
        unknown = " + ".join(
            f"CASE WHEN {field.name} IN ({', '.join(map(quoted, survey.missing_codes(field)))}) THEN 1 ELSE 0 END"
            for field in fields
        )
        given = " + ".join(f"CASE WHEN {field.name} IS NOT NULL THEN 1 ELSE 0 END" for field in fields)
        return f"""
            SELECT {key}, sum({unknown}) AS unknown_{table}, sum({given}) AS given_{table}
            FROM staged_{table}
            GROUP BY {key}"""

    whose = f"SELECT {key}, any_value({who}) AS {who}, min(_source) AS source FROM staged_household GROUP BY {key}"
    return f"""
        WITH own AS (
            SELECT
                min(source) AS source,
                {who},
                count(*) AS interviews,
                sum(unknown_household + coalesce(unknown_child, 0)) AS hits,
                sum(given_household + coalesce(given_child, 0)) AS total
            FROM ({whose})
            JOIN ({counts("household")}) USING ({key})
            LEFT JOIN ({counts("child")}) USING ({key})
            WHERE {who} IS NOT NULL
            GROUP BY {who}
        ),
        beside AS (
            SELECT
                *,
                sum(interviews) OVER () - interviews AS their_interviews,
                total * (sum(hits) OVER () - hits) / nullif(sum(total) OVER () - total, 0) AS expected
            FROM own
        )
        SELECT source, {who}, interviews AS count, expected::DOUBLE AS expected
        FROM beside
        WHERE hits = 0
            AND interviews >= {pattern.at_least}
            AND their_interviews >= {pattern.at_least}
            AND expected >= {pattern.limit}
        ORDER BY {who}"""


def _interviews_a_day(survey: Survey, pattern: Pattern) -> str:
    """The day on which the volunteer says to have interviewed most households."""
    who, day = survey.role("interviewer").name, survey.role("visited").name
    return f"""
        SELECT min(source) AS source, {who}, max(n) AS count, strftime(arg_max({day}, n), '%Y-%m-%d') AS date
        FROM (
            SELECT min(_source) AS source, {who}, {day}, count(*) AS n
            FROM home
            WHERE {who} IS NOT NULL AND {day} IS NOT NULL
            GROUP BY {who}, {day}
        )
        GROUP BY {who}
        HAVING max(n) >= {pattern.at_least} AND max(n) > {pattern.limit}
        ORDER BY {who}"""


_MEASURES: dict[str, Callable[[Survey, Pattern], str]] = {
    "same_answers": _same_answers,
    "no_unknowns": _no_unknowns,
    "birth_days": _birth_days,
    "ages": _ages,
    "interviews_a_day": _interviews_a_day,
}
