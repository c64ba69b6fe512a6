"""The model's parameters: shares of each level among pairs of one child and of two, counted where the store knows.

Pairs of one child are those that identifiers made sure; pairs of two children are drawn by a hash among the rows of
one round, where nobody stands twice, so that the same rows always give the same parameters, in whatever order they
were merged. Both are added to the shipped shares, which weigh as much as `weight_of_defaults` pairs: in a village of
forty children the defaults decide, in a province the data. (splink's own estimation has no such prior, and by
sampling and expectation maximisation it would depend on the number of threads.)
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cpms_cli.linking.comparison_levels import (
    CHILDREN,
    RARE_BY_DEFAULT,
    TAUGHT_BY_DEFAULTS_ONLY,
    UNKNOWN,
    WEIGHED_BY_FREQUENCY,
    Comparing,
    comparison,
    level_of,
)
from cpms_cli.survey.model.linking_settings import LinkingSettings

_LARGEST_LESSON = 10_000
# Pairs under these odds (log2) are nobody's rival.
_LEAST_WEIGHT = -7.0
_BUCKET = 25

Shares = dict[str, dict[str, tuple[float, float]]]


@dataclass(frozen=True)
class Model:
    """(m, u) by comparison and level, the share of pairs that are one child, and how many pairs taught it."""

    shares: Shares
    prior: float
    sure_pairs: int
    random_pairs: int

    def document(self) -> dict[str, Any]:
        """The parameters as they are kept in the store with the run that used them."""
        return {
            "prior": self.prior,
            "sure_pairs": self.sure_pairs,
            "random_pairs": self.random_pairs,
            "shares": {name: {level: list(pair) for level, pair in of.items()} for name, of in self.shares.items()},
        }


def score_pairs(
    connection: duckdb.DuckDBPyConnection, model: Model, settings: LinkingSettings, comparing: Comparing, of_pair: str
) -> str:
    """Score the pairs of `loose` that share a block; the name of the table that holds them.

    `of_pair` says in SQL which pairs count. Columns: id_l, id_r, match_weight (log2 of the odds), match_key (position
    of the rule), and for each comparison `gamma_NAME`: the position of its level from the end, -1 where a side knows
    nothing.
    """
    # Imported here: a merge with nothing to compare must not pay for it.
    from splink import DuckDBAPI, Linker  # noqa: PLC0415

    specification = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "comparisons": [comparison(name, levels, comparing.conditions) for name, levels in model.shares.items()],
        "blocking_rules_to_generate_predictions": [
            f"l.block_{name} = r.block_{name} AND {of_pair}" for name in comparing.blocks
        ],
        "probability_two_random_records_match": model.prior,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
    }
    api = DuckDBAPI(connection)
    rows = api.register(connection.table("loose"))
    linker = Linker(rows, specification, log_level=logging.ERROR, validate_settings=False)
    for name, column in WEIGHED_BY_FREQUENCY.items():
        usual = model.shares[name]["exact"][1]
        frequencies = _frequencies(connection, column, usual, settings.weight_of_defaults)
        linker.table_management.register_term_frequency_lookup(api.register(frequencies), column)
    return str(linker.inference.predict(threshold_match_weight=_LEAST_WEIGHT).physical_name)


def _frequencies(
    connection: duckdb.DuckDBPyConnection, column: str, usual: float, weight: float
) -> duckdb.DuckDBPyRelation:
    """How common each term is, among the children of a round.

    A term is taken to be as common as terms are on the whole (`usual`) until enough rows say otherwise: in a store of
    two rows every name would be everybody's.
    """
    return connection.sql(
        f"WITH size AS (SELECT count(DISTINCT round) AS rounds, count({column}) AS known FROM features)"
        f" SELECT {column}, (count(*) / any_value(rounds) + {usual * weight})"
        f" / (any_value(known) / any_value(rounds) + {weight}) AS tf_{column}"
        f" FROM features, size WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )


def level_names(shares: Shares, name: str) -> dict[int, str]:
    """The levels of a comparison by the number splink gives them."""
    levels = list(shares[name])
    return {-1: UNKNOWN, **{len(levels) - 1 - number: level for number, level in enumerate(levels)}}


def _defaults(settings: LinkingSettings, comparing: Comparing) -> Shares:
    return {
        name: {level: (share.m, share.u) for level, share in settings.comparisons[name].items()}
        for name in comparing.conditions
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
    return {
        name: connection.execute(
            f"SELECT {name} AS level, count(*) FILTER (is_sure) AS sure, count(*) FILTER (NOT is_sure) AS random"
            f" FROM taught WHERE {name} <> '{UNKNOWN}' GROUP BY 1"
        )
        .df()
        .set_index("level")
        for name in shares
    }


def _blended(default: dict[str, float], counts: pd.Series, weight: float) -> dict[str, float]:
    known = counts.reindex(list(default)).fillna(0)
    total = float(known.sum()) + weight
    return {level: round((float(known[level]) + share * weight) / total, 9) for level, share in default.items()}


def estimate(
    connection: duckdb.DuckDBPyConnection, settings: LinkingSettings, comparing: Comparing = CHILDREN
) -> Model:
    """Parameters from the table `features`, and the shipped shares where it has little to teach."""
    defaults = _defaults(settings, comparing)
    rows = connection.table("features").count("*").fetchone()
    buckets = max(min(int(rows[0]) if rows else 0, _LARGEST_LESSON) // _BUCKET, 1)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE lesson AS SELECT *, CASE WHEN node IN ("
        " SELECT node FROM features GROUP BY node HAVING count(*) > 1"
        f" ORDER BY hash(node), node LIMIT {_LARGEST_LESSON}) THEN node END AS sure,"
        # Not by position alone: neighbours in the file live next door to each other.
        f" hash(id * 7919 + 17) % {buckets} AS bucket FROM features"
        f" QUALIFY sure IS NOT NULL OR row_number() OVER (ORDER BY hash(id), id) <= {_LARGEST_LESSON}"
    )
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
    return Model(shares, _prior(connection, settings), int(totals["sure"]), int(totals["random"]))


def _prior(connection: duckdb.DuckDBPyConnection, settings: LinkingSettings) -> float:
    """The share of pairs of two rounds, among rows that still look for each other, that are one child."""
    sizes = connection.execute("SELECT count(*) FROM loose GROUP BY round").df().iloc[:, 0].astype(float).tolist()
    pairs = sum(size * two for number, size in enumerate(sizes) for two in sizes[number + 1 :])
    matches = sum(min(size, two) for number, size in enumerate(sizes) for two in sizes[number + 1 :]) * settings.overlap
    return min(max(matches / pairs, 1e-9), 0.5) if pairs else 1e-4
