"""Splink as its own manual uses it: comparisons of its library, parameters by its own estimation, one threshold."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def scored_pairs(
    tables: Sequence[pd.DataFrame],
    kinds: dict[str, str],
    blocks: Sequence[tuple[str, ...]],
    sure: Sequence[tuple[str, ...]],
    taught_by: Sequence[str],
) -> pd.DataFrame:
    """Return left, right (the index of the tables) and match_weight, the likeliest pair first.

    `kinds` says how a column is compared: name, date, number or exact; `blocks` which columns a pair must agree in to
    be looked at; `sure` those by which splink estimates how many pairs there are, `taught_by` by which it learns.
    """
    of_kind: dict[str, Any] = {
        "name": cl.JaroWinklerAtThresholds,
        "date": lambda column: cl.LevenshteinAtThresholds(column, [1, 2]),
        "number": lambda column: cl.LevenshteinAtThresholds(column, [1, 2]),
        "exact": cl.ExactMatch,
    }
    settings = SettingsCreator(
        link_type="link_only" if len(tables) > 1 else "dedupe_only",
        unique_id_column_name="row_id",
        comparisons=[of_kind[kind](column) for column, kind in kinds.items()],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in blocks],
    )
    api = DuckDBAPI()
    frames = [
        api.register(table[list(kinds)].rename_axis("row_id").reset_index(), table_name=f"side_{number}")
        for number, table in enumerate(tables)
    ]
    linker = Linker(frames, settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on(*columns) for columns in sure], recall=0.8)
    linker.training.estimate_u_using_random_sampling(1e6, seed=1)
    for column in taught_by:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    predicted: Any = linker.inference.predict(threshold_match_weight=-20)
    pairs: pd.DataFrame = predicted.as_pandas_dataframe()
    pairs = pairs.rename(columns={"row_id_l": "left", "row_id_r": "right"})[["left", "right", "match_weight"]]
    return pairs.sort_values("match_weight", ascending=False, ignore_index=True)


def at_best_threshold(pairs: pd.DataFrame, correct: pd.Series, wanted: int) -> pd.DataFrame:
    """Return the pairs over the threshold whose F1 is best by the truth, which nobody has who links.

    `correct`: which pairs are one person; `wanted`: how many such pairs there are.
    """
    f1 = 2 * correct.cumsum() / (pairs.index + 1 + wanted)
    # Pairs of one weight are taken together.
    last_of_weight = pairs["match_weight"] != pairs["match_weight"].shift(-1)
    return pairs.head(1 + int(f1.where(last_of_weight, 0).to_numpy().argmax()))
