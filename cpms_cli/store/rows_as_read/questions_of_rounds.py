"""Which questions a round asked somebody, and which some of its rows were not asked, anywhere in the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import duckdb

from cpms_cli.store.rows_as_read.current_rows import BATCH, CURRENT, all_answers, unasked_in_store
from cpms_cli.store.tables.store_tables import TABLES, identity_column
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted

_FEW = 2_000
"""So many rows of a round show nearly all questions that it asked."""

ByRound = dict[int, frozenset[str]]
"""Questions by round."""


def questions_asked_in(connection: duckdb.DuckDBPyConnection, survey: Survey, rounds: Collection[int]) -> ByRound:
    """Return the questions that each of these rounds asked somebody, by what the store's rows say.

    A few rows answer it of most questions. Those that these were not asked are looked for in all.
    """
    asked: ByRound = {round_: frozenset() for round_ in rounds}
    identities = {identity_column(survey, table) for table in TABLES}
    for table in TABLES:
        own, rows = _questions(survey, table), all_answers(connection, survey, table)
        answered = _answered(
            connection, survey, own - identities, [_of_rounds(survey, rows, [each]) for each in rounds]
        )
        # Whatever row there is has its identifiers, which nobody is asked for.
        known = {round_: names | (own & identities) for round_, names in answered.items()}
        waiting = {round_: own - names for round_, names in known.items() if own - names}
        if waiting:
            every = _of_rounds(survey, rows, waiting)
            others = _answered(connection, survey, frozenset().union(*waiting.values()), [every], few=False)
            known = {round_: names | others.get(round_, frozenset()) for round_, names in known.items()}
        asked = {round_: names | known.get(round_, frozenset()) for round_, names in asked.items()}
    return asked


def _questions(survey: Survey, table: Table) -> frozenset[str]:
    return frozenset(field.name for field in (survey.household if table == "household" else survey.child).fields)


def _of_rounds(survey: Survey, rows: str, rounds: Iterable[int]) -> str:
    years = ", ".join(quoted(str(round_)) for round_ in rounds)
    return f"SELECT * FROM ({rows}) WHERE {survey.role('round').name} IN ({years})"


def _answered(
    connection: duckdb.DuckDBPyConnection, survey: Survey, names: frozenset[str], parts: list[str], few: bool = True
) -> ByRound:
    """Return which of these questions some rows of each part, or some of the first `few`, were asked; no round of which
    there are no rows."""
    wanted = sorted(names)
    flags = ", ".join(f"bool_or({name} IS DISTINCT FROM {quoted(survey.not_asked)})" for name in wanted)
    rows = " UNION ALL ".join(f"({part} LIMIT {_FEW})" if few else part for part in parts)
    held = connection.execute(f"""
        SELECT {survey.role("round").name}::INTEGER, {flags}
        FROM ({rows})
        GROUP BY 1""").fetchall()
    return {int(row[0]): frozenset(name for name, holds in zip(wanted, row[1:], strict=True) if holds) for row in held}


def questions_partly_asked_in(
    connection: duckdb.DuckDBPyConnection, survey: Survey, rounds: Collection[int]
) -> ByRound:
    """Return the questions that some rows of each of these rounds were not asked, as far as the definitions say.

    That hangs on the row's round and batch alone.
    """
    conditions = dict(unasked_in_store(connection, survey))
    unasked: ByRound = {round_: frozenset() for round_ in rounds}
    for table in TABLES:
        of_table = {name: conditions[name] for name in sorted(_questions(survey, table) & conditions.keys())}
        if of_table:
            held = _unasked(connection, survey, table, of_table)
            unasked = {round_: names | held.get(round_, frozenset()) for round_, names in unasked.items()}
    return unasked


def _unasked(
    connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, conditions: Mapping[str, str]
) -> ByRound:
    flags, year = ", ".join(f"bool_or({condition})" for condition in conditions.values()), survey.role("round").name
    held = connection.execute(f"""
        SELECT {year}::INTEGER, {flags}
        FROM (
            SELECT DISTINCT o.{year}, o.{BATCH}
            FROM {table}_observation o
            WHERE {CURRENT}
        )
        GROUP BY 1""").fetchall()
    return {
        int(row[0]): frozenset(name for name, holds in zip(conditions, row[1:], strict=True) if holds) for row in held
    }
