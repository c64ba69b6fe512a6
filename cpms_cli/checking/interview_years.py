"""The years of a file's interviews against the round that its rows say: last year's form, filled in this year.

A survey may run past the end of its year, so interviews of the year after are told, and refuse nothing. Only where a
store has most of the file's homes in that round, interviewed in the round's own year, is there hardly another meaning:
stored, this year's answers would take the place of last year's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from cpms_cli.checking.rows.houses import StoredRows
from cpms_cli.checking.values.columns import TableFault
from cpms_cli.survey.model.definition import Survey

LAST_YEARS_FORM = "last_years_form"
INTERVIEWS_AFTER_ROUND = "interviews_after_round"
_BEFORE = "interviews_before_round"


def interview_year_faults(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    stored: StoredRows | None,
    *,
    passed: Sequence[int] = (),
    round_is_sure: bool = False,
) -> Iterator[TableFault]:
    """Yield a fault for each table and round of which most dated interviews are of a later or an earlier year.

    `stored` has the store's rows, if there is a store; `passed` are the tables that change nothing; `round_is_sure`
    where somebody says that the rows are of the round that they name, whatever the store has.
    """
    dates = survey.role("visited").name
    for row in _years(connection, survey, stored):
        if row["source"] in passed:
            continue
        after, before, again = row.pop("after"), row.pop("before"), row.pop("again")
        check, count = (INTERVIEWS_AFTER_ROUND, after) if after > before else (_BEFORE, before)
        if again * 2 > row["dated"] and not round_is_sure:
            check, count = LAST_YEARS_FORM, again
        if count * 2 > row["dated"]:
            source = row.pop("source")
            yield TableFault(check, dates, source, json.dumps({**row, "count": count}))


def _years(
    connection: duckdb.DuckDBPyConnection, survey: Survey, stored: StoredRows | None
) -> Iterator[dict[str, Any]]:
    """Each staged table and round: how many homes have a dated interview (`dated`), how many of these are of a year
    after the round (`after`) or of one before it (`before`), the `year` of most of them, and how many of `after` the
    store has as interviewed in the round's own year (`again`)."""
    dates, round_ = survey.role("visited").name, survey.role("round").name
    again = _known_in_their_year(survey, stored)
    rows = connection.execute(f"""
        WITH dated AS (
            SELECT *, year({dates}) AS visited_in
            FROM home
            WHERE {dates} IS NOT NULL AND {round_} IS NOT NULL
        )
        SELECT
            _source::INTEGER AS source,
            {round_}::INTEGER AS round,
            count(*) AS dated,
            count(*) FILTER (visited_in > {round_}) AS after,
            count(*) FILTER (visited_in < {round_}) AS before,
            mode(visited_in) FILTER (visited_in <> {round_})::INTEGER AS year,
            {again} AS again
        FROM dated
        GROUP BY ALL
        HAVING after + before > 0
        ORDER BY ALL""")
    names = [column[0] for column in rows.description or ()]
    for row in rows.fetchall():
        yield dict(zip(names, row, strict=True))


def _known_in_their_year(survey: Survey, stored: StoredRows | None) -> str:
    """SQL that counts the homes which the store has in the same round, interviewed in that round's year."""
    if stored is None:
        return "0"
    dates, round_ = survey.role("visited").name, survey.role("round").name
    key = ", ".join(survey.key("household"))
    return f"""
            count(*) FILTER (
                visited_in > {round_}
                AND ({", ".join(f"{name}::VARCHAR" for name in survey.key("household"))}) IN (
                    SELECT ({key})
                    FROM {stored[1]}
                    WHERE left({dates}, 4) = {round_}
                )
            )"""
