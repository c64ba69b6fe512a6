"""Which questions a round asked somebody, and which some of its rows were not asked, anywhere in the store."""

from __future__ import annotations

import duckdb

from cpms_cli.store.definitions.current_rows import BATCH, CURRENT, all_answers, unasked_in_store
from cpms_cli.store.tables.store_tables import TABLES, identity_column
from cpms_cli.survey.model.definition import Field, Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted

_FEW = 2_000
"""So many rows of a round show nearly all questions that it asked."""


def questions_asked_in(connection: duckdb.DuckDBPyConnection, survey: Survey, round_: int) -> frozenset[str]:
    """Return the questions that a round asked somebody, by what the store's rows say.

    A few rows answer it of most questions. Those that these were not asked are looked for in all.
    """
    asked = set[str]()
    identities = {identity_column(survey, table) for table in TABLES}
    for table in TABLES:
        own = {field.name for field in _fields(survey, table)}
        rows = f"""
            FROM ({all_answers(connection, survey, table)})
            WHERE {survey.role("round").name} = {quoted(str(round_))}"""
        few = f"FROM (SELECT * {rows} LIMIT {_FEW})"
        answered = _answered(connection, survey, sorted(own - identities), few)
        if answered is None:
            continue
        # Whatever row there is has its identifiers, which nobody is asked for.
        asked |= {*answered, *(own & identities)}
        if waiting := sorted(own - asked):
            asked.update(_answered(connection, survey, waiting, rows) or ())
    return frozenset(asked)


def _fields(survey: Survey, table: Table) -> tuple[Field, ...]:
    return tuple((survey.household if table == "household" else survey.child).fields)


def _answered(connection: duckdb.DuckDBPyConnection, survey: Survey, names: list[str], rows: str) -> set[str] | None:
    """Return which of these questions some of the rows were asked; None where there are no rows."""
    flags = ", ".join(f"bool_or({name} IS DISTINCT FROM {quoted(survey.not_asked)})" for name in names)
    held = connection.execute(f"SELECT count(*), {flags} {rows}").fetchone()
    if held is None or not held[0]:
        return None
    return {name for name, holds in zip(names, held[1:], strict=True) if holds}


def questions_partly_asked_in(connection: duckdb.DuckDBPyConnection, survey: Survey, round_: int) -> frozenset[str]:
    """Return the questions that some rows of a round were not asked, as far as the store's definitions say.

    That hangs on the row's batch alone.
    """
    conditions = dict(unasked_in_store(connection, survey))
    unasked = set[str]()
    for table in TABLES:
        names = [field.name for field in _fields(survey, table) if field.name in conditions]
        if names:
            unasked |= _unasked(connection, survey, table, round_, {name: conditions[name] for name in names})
    return frozenset(unasked)


def _unasked(
    connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, round_: int, conditions: dict[str, str]
) -> set[str]:
    flags = ", ".join(f"bool_or({condition})" for condition in conditions.values())
    year = survey.role("round").name
    held = connection.execute(f"""
        SELECT {flags}
        FROM (
            SELECT DISTINCT o.{year}, o.{BATCH}
            FROM {table}_observation o
            WHERE {CURRENT} AND o.{year} = {quoted(str(round_))}
        )""").fetchone()
    return {name for name, holds in zip(conditions, held or (), strict=True) if holds}
