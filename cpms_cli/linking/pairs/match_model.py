"""The model's parameters: shares of each level among pairs of one child and of two, counted where the store knows.

Pairs of one child are those that identifiers made sure; pairs of two children are drawn by a hash among the rows of
one round, where nobody stands twice, so that the same rows always give the same parameters, in whatever order they
were merged. Both are added to the shipped shares, which weigh as much as `weight_of_defaults` pairs: in a village of
forty children the defaults decide, in a province the data. (splink's own estimation has no such prior, and by
sampling and expectation maximisation it would depend on the number of threads.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cpms_cli.linking.pairs.comparison_levels import (
    CHILDREN,
    RARE_BY_DEFAULT,
    TAUGHT_BY_DEFAULTS_ONLY,
    UNKNOWN,
    WEIGHED_BY_FREQUENCY,
    Comparing,
    level_of,
)
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

_LARGEST_LESSON = 10_000
_BUCKET = 25

Levels = dict[str, tuple[float, float]]
Shares = dict[str, Levels]


@dataclass(frozen=True)
class Taught:
    """The relation of rows by which a model is taught, and the share of pairs that are one person (`prior`)."""

    rows: str
    prior: float


@dataclass(frozen=True)
class Model:
    """(m, u) by comparison and level, the share of pairs that are one child, and how many pairs taught it."""

    shares: Shares
    prior: float
    sure_pairs: int
    random_pairs: int

    @property
    def weighed(self) -> dict[str, str]:
        """The columns that are weighed by how common what they say is, by comparison."""
        return {name: column for name, column in WEIGHED_BY_FREQUENCY.items() if name in self.shares}

    def document(self) -> dict[str, Any]:
        """The parameters as they are kept in the store with the run that used them."""
        return {
            "prior": self.prior,
            "sure_pairs": self.sure_pairs,
            "random_pairs": self.random_pairs,
            "shares": {name: {level: list(pair) for level, pair in of.items()} for name, of in self.shares.items()},
        }


def _defaults(settings: LinkingSettings, comparing: Comparing) -> Shares:
    """Return the shipped shares; a definition of an earlier version does not weigh all that is compared now."""
    return {
        name: {level: (share.m, share.u) for level, share in settings.comparisons[name].items()}
        for name in comparing.conditions
        if name in settings.comparisons
    }


def _counted(connection: duckdb.DuckDBPyConnection, shares: Shares, comparing: Comparing) -> dict[str, pd.DataFrame]:
    """How often each level occurs in the pairs of `lesson` that are sure and in random ones, a frame per comparison."""
    columns = [str(row[0]) for row in connection.execute("DESCRIBE lesson").fetchall()]
    sides = ", ".join(f"{side}.{name} AS {name}_{side}" for name in columns for side in "lr")
    levels = ", ".join(f"{level_of(name, list(of), comparing.conditions)} AS {name}" for name, of in shares.items())
    pairs = " UNION ALL ".join(
        f"SELECT {sides}, {sure} AS is_sure FROM lesson l JOIN lesson r ON {condition} WHERE l.id < r.id"
        for sure, condition in (("TRUE", "l.sure = r.sure"), ("FALSE", "l.bucket = r.bucket AND l.round = r.round"))
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE taught AS SELECT is_sure, {levels} FROM ({pairs})")
    each = "\nUNION ALL\n".join(
        f"""
        SELECT
            '{name}' AS comparison,
            {name} AS level,
            count(*) FILTER (is_sure) AS sure,
            count(*) FILTER (NOT is_sure) AS random
        FROM taught
        WHERE {name} <> '{UNKNOWN}'
        GROUP BY level"""
        for name in shares
    )
    counts = connection.execute(each).df()
    return {name: counts[counts["comparison"] == name].set_index("level") for name in shares}


def _blended(default: dict[str, float], counts: pd.Series, weight: float) -> dict[str, float]:
    known = counts.reindex(list(default)).fillna(0)
    total = float(known.sum()) + weight
    return {level: round((float(known[level]) + share * weight) / total, 9) for level, share in default.items()}


def estimate(
    connection: duckdb.DuckDBPyConnection,
    settings: LinkingSettings,
    comparing: Comparing = CHILDREN,
    taught: Taught | None = None,
) -> Model:
    """Return parameters from `features`, or from what it is `taught` by; where that has little to teach, as shipped."""
    rows_of = taught.rows if taught else "features"
    defaults = _defaults(settings, comparing)
    rows = connection.table(rows_of).count("*").fetchone()
    buckets = max(min(int(rows[0]) if rows else 0, _LARGEST_LESSON) // _BUCKET, 1)
    # The bucket does not go by position alone: neighbours in the file live next door to each other.
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE lesson AS
        SELECT
            *,
            CASE
                WHEN node IN (
                    SELECT node
                    FROM {rows_of}
                    GROUP BY node
                    HAVING count(*) > 1
                    ORDER BY hash(node), node
                    LIMIT {_LARGEST_LESSON}
                )
                THEN node
            END AS sure,
            hash(id * 7919 + 17) % {buckets} AS bucket
        FROM {rows_of}
        QUALIFY sure IS NOT NULL OR row_number() OVER (ORDER BY hash(id), id) <= {_LARGEST_LESSON}""")
    counts = _counted(connection, defaults, comparing)
    shares: Shares = {}
    for name, levels in defaults.items():
        m = {level: pair[0] for level, pair in levels.items()}
        u = {level: pair[1] for level, pair in levels.items()}
        if name not in TAUGHT_BY_DEFAULTS_ONLY:
            m = _blended(m, counts[name]["sure"], settings.weight_of_defaults)
        if name not in RARE_BY_DEFAULT:
            u = _blended(u, counts[name]["random"], settings.weight_of_defaults)
        shares[name] = {level: (m[level], u[level]) for level in levels}
    totals = counts["sex"][["sure", "random"]].sum()
    prior = taught.prior if taught else _prior(connection, settings)
    return Model(shares, prior, int(totals["sure"]), int(totals["random"]))


def _prior(connection: duckdb.DuckDBPyConnection, settings: LinkingSettings) -> float:
    """The share of pairs of two rounds, among rows that still look for each other, that are one child."""
    sizes = connection.execute("SELECT count(*) FROM loose GROUP BY round").df().iloc[:, 0].astype(float).tolist()
    pairs = sum(size * two for number, size in enumerate(sizes) for two in sizes[number + 1 :])
    matches = sum(min(size, two) for number, size in enumerate(sizes) for two in sizes[number + 1 :]) * settings.overlap
    return min(max(matches / pairs, 1e-9), 0.5) if pairs else 1e-4
