"""The definition that a round was merged under, or with which a run was made."""

from __future__ import annotations

from pathlib import Path

import duckdb

from cpms_cli.errors import UsageError
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.run_tables import kept_definition
from cpms_cli.survey.era import christian_year, era_of
from cpms_cli.survey.model.definition import Survey


def definition_of_round_or_run(store: str | Path, named: str) -> Survey:
    """Return the definition under which a round was merged last, or with which a run was made.

    `named` is a round as a year of either era, or the number of a run. Raises UsageError where the store has neither,
    or the definition was not kept; DefinitionError, StoreError, UnreadableFile.
    """
    current = definition_in_use(store)
    number = int(named) if named.isdecimal() else -1
    with open_store(Path(store), current) as connection:
        era = era_of(number)
        digest = (
            _of_run(connection, number) if era is None else _of_round(connection, current, christian_year(number, era))
        )
        if digest is None:
            raise UsageError("definition_of_no_round", value=named)
        return current if digest == current.digest else kept_definition(connection, digest)


def _of_run(connection: duckdb.DuckDBPyConnection, run: int) -> str | None:
    row = connection.execute("SELECT definition FROM score_run WHERE run = ?", [run]).fetchone()
    return str(row[0]) if row else None


def _of_round(connection: duckdb.DuckDBPyConnection, survey: Survey, year: int) -> str | None:
    row = connection.execute(
        f"""
        SELECT b.definition
        FROM batch b
        SEMI JOIN (
            SELECT batch_id
            FROM household_observation
            WHERE {survey.role("round").name} = ?
        ) o ON o.batch_id = b.batch_id
        ORDER BY b.batch_id DESC
        LIMIT 1""",
        [str(year)],
    ).fetchone()
    return str(row[0]) if row else None
