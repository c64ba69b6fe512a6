"""How much a pair speaks for one child: the sum, over all comparisons, of the log2 of how much oftener its level is
seen in pairs of one child than in pairs of two (the model of Fellegi and Sunter, 1969).

An exact agreement in a name weighs by how common that name is (Winkler, 2000). The same settings given to splink give
the same weights, which a test holds.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.linking.pairs.comparison_levels import (
    CERTAIN,
    CHILDREN,
    IDENTICAL,
    LEAST_FREQUENCY,
    PARTED,
    UNKNOWN,
    UNNAMED,
    UNTOLD,
    WEIGHED_BY_FREQUENCY,
    Comparing,
    level_of,
)
from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.linking.pairs.name_levels import MOTHER_LIKENED

LEAST_WEIGHT = -7.0
"""Pairs under these odds (log2) are nobody's rival."""


def block_pairs(connection: duckdb.DuckDBPyConnection, rows: str, comparing: Comparing, of_pair: str) -> None:
    """Create `row_pair`: the pairs of `rows` (id_l < id_r) that share a block; `of_pair` says which of them count."""
    blocks = "\nUNION\n".join(
        f"""
        SELECT l.id AS id_l, r.id AS id_r
        FROM {rows} l
        JOIN {rows} r ON l.block_{name} = r.block_{name}
        WHERE l.id < r.id AND {of_pair}"""
        for name in comparing.blocks
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE row_pair AS {blocks}")


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    rows: str = "features",
    comparing: Comparing = CHILDREN,
    least: float = LEAST_WEIGHT,
) -> pd.DataFrame:
    """Return the pairs of `row_pair` whose weight is at least `least`, by id_l and id_r.

    Columns: id_l, id_r, weight (log2 of the odds), the level of each comparison by its name, `one_script`, `identical`,
    `certain`, `unnamed`, `untold`, `parted` and `likened`. `term_frequency` says how common each term of
    `rows` is.
    """
    columns = [
        str(name) for (name, *_) in connection.execute(f"DESCRIBE {rows}").fetchall() if not name.startswith("block_")
    ]
    sides = ", ".join(f"{side}.{name} AS {name}_{side}" for name in columns if name != "id" for side in "lr")
    levels = ", ".join(
        f"{level_of(name, list(of), comparing.conditions)} AS {name}" for name, of in model.shares.items()
    )
    silent = "".join(f"'{UNKNOWN}' AS {name}, " for name in comparing.conditions if name not in model.shares)
    prior = float(np.log2(model.prior / (1 - model.prior)))
    weights = " + ".join([_double(prior), *(_weight_of(name, of) for name, of in model.shares.items())])
    names = ", ".join(f"p.{name}" for name in model.shares)
    common = "".join(
        f"""
        LEFT JOIN term_frequency of_{name} ON of_{name}.kind = '{name}' AND of_{name}.term = p.{column}_l"""
        for name, column in model.weighed.items()
    )
    return connection.execute(f"""
        WITH pair AS (
            SELECT
                c.id_l,
                c.id_r,
                {sides},
                l.script = r.script AS one_script,
                {IDENTICAL} AS identical,
                {CERTAIN} AS certain,
                {UNNAMED} AS unnamed,
                {PARTED} AS parted,
                {UNTOLD} AS untold
            FROM row_pair c
            JOIN {rows} l ON l.id = c.id_l
            JOIN {rows} r ON r.id = c.id_r
        ),
        compared AS (
            SELECT
                id_l,
                id_r,
                one_script,
                identical,
                certain,
                unnamed,
                parted,
                untold,
                {MOTHER_LIKENED} AS likened,
                {", ".join(f"{column}_l" for column in model.weighed.values())},
                {levels}
            FROM pair
        ),
        weighed AS (
            SELECT
                {silent}p.id_l,
                p.id_r,
                round({weights}, 6) AS weight,
                {names},
                p.one_script,
                p.identical,
                p.certain,
                p.unnamed,
                p.parted,
                p.untold,
                p.likened
            FROM compared p{common}
        )
        SELECT *
        FROM weighed
        WHERE weight >= {least}
        ORDER BY id_l, id_r""").df()


def _weight_of(name: str, shares: dict[str, tuple[float, float]]) -> str:
    """SQL for what the level of one comparison adds to the weight of a pair `p`."""
    cases = " ".join(f"WHEN '{level}' THEN {_double(float(np.log2(m / u)))}" for level, (m, u) in shares.items())
    weight = f"CASE p.{name} WHEN '{UNKNOWN}' THEN {_double(0.0)} {cases} END"
    if name not in WEIGHED_BY_FREQUENCY:
        return weight
    usual = shares["exact"][1]
    rare = (
        f"coalesce(log2({_double(usual)} / greatest(of_{name}.frequency, {_double(LEAST_FREQUENCY)})), {_double(0.0)})"
    )
    return f"{weight} + CASE p.{name} WHEN 'exact' THEN {rare} ELSE {_double(0.0)} END"


def _double(value: float) -> str:
    """SQL for a number: with its digits alone it would be a decimal, and sums of them do not fit."""
    return f"{value!r}::DOUBLE"
