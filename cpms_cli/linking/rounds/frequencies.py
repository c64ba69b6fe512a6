"""How common each name is, among the children of a round: what an exact agreement in it is worth.

A term is taken to be as common as terms are on the whole until enough rows say otherwise: in a store of two rows every
name would be everybody's.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.linking.kept.link_rows import digest
from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.linking.rounds.linking_state import RoundModel

# What is a family's own.
_OF_ONE_HOME = ("reach",)


def note_frequencies(connection: duckdb.DuckDBPyConnection, model: Model, weight: float) -> None:
    """Create `term_frequency`: how common each term of `features` is.

    `weight`: how many rows the usual frequency is worth.
    """
    kinds = "\nUNION ALL\n".join(
        f"""
        SELECT
            '{name}' AS kind,
            {column} AS term,
            (count(*) / any_value(rounds) + {model.shares[name]["exact"][1] * weight})
            / (any_value(known_{name}) / any_value(rounds) + {weight}) AS frequency
        FROM features, size
        WHERE {column} IS NOT NULL
        GROUP BY {column}"""
        for name, column in model.weighed.items()
    )
    known = ", ".join(f"count({column}) AS known_{name}" for name, column in model.weighed.items())
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE term_frequency AS
        WITH size AS (SELECT count(DISTINCT round) AS rounds, {known} FROM features)
        SELECT * FROM ({kinds})""")


def note_round_frequencies(
    rows: duckdb.DuckDBPyConnection, names: duckdb.DuckDBPyConnection, of_round: RoundModel, largest_home: int
) -> None:
    """Create `term_frequency` for the terms of the rows of `row_pair`, by the rounds before the one that is linked.

    Rounded to half a step of the scale (log2), so that a few rows more change no weight. A telephone number of more
    children than live in a home (`largest_home`) is a village head's or an employer's, and tells nobody apart.
    """
    kinds = "\nUNION\n".join(
        f"""
        SELECT '{name}' AS kind, {column} AS term, {digest(f"'{name}|' || {column}")} AS digest
        FROM features
        SEMI JOIN asked USING (id)
        WHERE {column} IS NOT NULL"""
        for name, column in of_round.model.weighed.items()
    )
    terms = names.execute(f"""
        WITH asked AS (SELECT id_l AS id FROM row_pair)
        SELECT * FROM ({kinds})""").df()
    rows.register("asked_term", terms[["digest"]].drop_duplicates())
    counts = rows.execute(f"""
        SELECT term AS digest, count(*) AS rows
        FROM link_term
        WHERE round < {of_round.round} AND term IN (SELECT digest FROM asked_term)
        GROUP BY term""").df()
    rows.unregister("asked_term")
    terms = terms.merge(counts, on="digest", how="left")
    usual = terms["kind"].map({name: of_round.model.shares[name]["exact"][1] for name in of_round.model.weighed})
    known = terms["kind"].map(of_round.known).astype("float64").fillna(0)
    seen = half_steps(terms["rows"].fillna(0) / of_round.rounds + usual * of_round.weight)
    frequency = seen / (half_steps(known / of_round.rounds + 1) + of_round.weight)
    everybody = terms["kind"].isin(_OF_ONE_HOME) & (seen > largest_home)
    frequency = frequency.mask(everybody, 1.0)
    names.register("frequency", terms[["kind", "term"]].assign(frequency=frequency))
    names.execute("CREATE OR REPLACE TEMP TABLE term_frequency AS FROM frequency")
    names.unregister("frequency")


def half_steps(values: pd.Series) -> pd.Series:
    """Return positive values rounded to the nearest power of the square root of two."""
    return pd.Series(np.exp2(np.round(2 * np.log2(values.astype("float64"))) / 2), index=values.index)


def half_step(value: float) -> float:
    """Return a positive value rounded as `half_steps` rounds."""
    return float(half_steps(pd.Series([value])).to_numpy()[0])
