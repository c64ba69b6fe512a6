"""The children of a store who may have come from another province, or gone to one, as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.linking.store_rows import as_evidence, child_evidence
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class Years:
    """The first and the last round of all the stores that are compared."""

    first: int
    last: int


def rounds_of(connection: duckdb.DuckDBPyConnection, survey: Survey) -> tuple[int, int] | None:
    """Return the first and the last round of a store; None where it has no children."""
    round_ = survey.role("round").name
    row = connection.execute(f"SELECT min({round_}::INTEGER), max({round_}::INTEGER) FROM current_child").fetchone()
    return None if row is None or row[0] is None else (int(row[0]), int(row[1]))


def may_move(connection: duckdb.DuckDBPyConnection, survey: Survey, years: Years) -> pd.DataFrame:
    """Return the first and last rows of the children of a store who were not there from the first round of all stores
    to the last, with all who live with them, and empty rows for the rounds between.

    Columns: `evidence.COLUMNS`, `identifier`, `first` (the child came after the first round), `last` (it was not in the
    last one), and the key of the row.
    """
    person, round_ = survey.role("person").name, survey.role("round").name
    key, home = ", ".join(survey.key("child")), ", ".join(survey.key("household"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE moving_row AS
        WITH seen AS (
            SELECT
                {key},
                {person} AS identifier,
                {round_}::INTEGER AS year,
                min({round_}::INTEGER) OVER (PARTITION BY {person}) AS came,
                max({round_}::INTEGER) OVER (PARTITION BY {person}) AS went
            FROM current_child
        )
        SELECT
            {key},
            identifier,
            year,
            year = came AND came > {years.first} AS first,
            year = went AND went < {years.last} AS last
        FROM seen
        WHERE came > {years.first} OR went < {years.last}""")
    asked = f"""
        (
            FROM current_child
            SEMI JOIN (FROM moving_row WHERE first OR last) USING ({home})
        )"""
    compared = connection.execute(f"""
        WITH evidence AS ({child_evidence(survey, asked, "current_household")})
        SELECT
            e.*,
            coalesce(m.identifier, concat_ws('|', {", ".join(f"e.{name}" for name in survey.key("child"))}))
                AS identifier,
            coalesce(m.first, FALSE) AS first,
            coalesce(m.last, FALSE) AS last
        FROM evidence e
        LEFT JOIN moving_row m USING ({key})
        ORDER BY {", ".join(f"e.{name}" for name in survey.key("child"))}""").df()
    between = connection.execute(f"""
        SELECT {", ".join(_place(survey))}, year AS round, identifier, FALSE AS first, FALSE AS last
        FROM moving_row
        ANTI JOIN (FROM moving_row WHERE first OR last) near USING ({home})
        ORDER BY {key}""").df()
    connection.execute("DROP TABLE moving_row")
    return pd.concat([as_evidence(compared, survey.linking), between], ignore_index=True)


def _place(survey: Survey) -> list[str]:
    """Return the columns by which the rows of a round are told apart, whichever store they are in."""
    return [name for name in survey.key("child") if name != survey.role("round").name]


def holders(connection: duckdb.DuckDBPyConnection, survey: Survey, numbers: Sequence[str]) -> pd.DataFrame:
    """Return who has these national IDs in a store: number, round, identifier."""
    number = next(iter(survey.names_of("national_id")), "NULL::VARCHAR")
    person, round_ = survey.role("person").name, survey.role("round").name
    return connection.execute(
        f"""
        SELECT DISTINCT {number} AS number, {round_}::INTEGER AS round, {person} AS identifier
        FROM current_child
        WHERE {number} IN (SELECT unnest(?))
        ORDER BY ALL""",
        [list(numbers)],
    ).df()


def in_one_frame(survey: Survey, by_store: Sequence[pd.DataFrame], held: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all stores as `pair_moved` takes them: by round, `store` and `person` noted.

    They are in the order of their places: identifiers are drawn, and what the model learns goes by the order of rows.
    `held` has the `holders` of each store: a number that two children have in one round is no evidence of either,
    whichever their stores are.
    """
    rows = pd.concat([rows.assign(store=number) for number, rows in enumerate(by_store)], ignore_index=True)
    rows = rows.sort_values(["round", *_place(survey), "store"], kind="stable", ignore_index=True)
    children = pd.concat([frame.assign(store=number) for number, frame in enumerate(held)], ignore_index=True)
    several = children.groupby(["number", "round"]).size()
    shared = several[several > 1].index.get_level_values("number")
    first = pd.Series(np.arange(len(rows))).groupby([rows["store"], rows["identifier"]]).transform("first")
    return rows.assign(
        number=rows["number"].mask(rows["number"].isin(shared)),
        person=first.astype("int64"),
        first=rows["first"].astype(bool),
        last=rows["last"].astype(bool),
    )
