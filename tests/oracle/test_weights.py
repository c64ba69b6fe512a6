"""The weight of a pair is that of splink, the field's library, given the same comparisons, shares and frequencies."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from splink import DuckDBAPI, Linker

from cpms_cli.linking.evidence import in_memory, prepare
from cpms_cli.linking.pairs.comparison_levels import (
    CHILDREN,
    LEAST_FREQUENCY,
    UNKNOWN,
    WEIGHED_BY_FREQUENCY,
    null_condition,
)
from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.linking.pairs.pair_scores import block_pairs, score_pairs
from cpms_cli.linking.rounds.frequencies import note_frequencies
from cpms_cli.linking.store_rows import as_evidence, child_evidence
from cpms_cli.samples.difficulties import HARD
from cpms_cli.samples.drawn_answers import sample_rounds
from cpms_cli.survey.opening.loading import load_survey

SETTINGS = load_survey().linking
MODEL = Model(
    {
        name: {level: (share.m, share.u) for level, share in SETTINGS.comparisons[name].items()}
        for name in CHILDREN.conditions
    },
    0.01,
    0,
    0,
)
LEAST = -10.0


def _known_otherwise(homes: pd.DataFrame) -> pd.DataFrame:
    """Homes with a telephone number and coordinates: those of the village's next home in every seventh row."""
    number = homes.groupby("village_code")["household_no"].transform(lambda homes: homes.factorize()[0])
    number += pd.to_numeric(homes["village_code"].str[-4:]) * 1000 + (homes.index % 7 == 0)
    degrees = number / 1000  # over a hundred metres between two homes
    return homes.assign(phone="08" + number.astype("str").str.zfill(8), latitude=degrees, longitude=degrees)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The features of two rounds of children, as hard as life, with the frequencies of their names."""
    survey = load_survey()
    samples = sample_rounds(["850101"], [2025, 2026], 150, 4, HARD)
    children = pd.concat([sample.children for sample in samples])
    homes = _known_otherwise(pd.concat([sample.households for sample in samples], ignore_index=True))
    with duckdb.connect() as plain:
        plain.register("children", children)
        plain.register("homes", homes)
        evidence = as_evidence(plain.execute(child_evidence(survey, "children", "homes")).df(), SETTINGS)
    with in_memory() as connection:
        prepare(connection, evidence, pd.Series(np.arange(len(evidence))), SETTINGS, CHILDREN)
        note_frequencies(connection, MODEL, SETTINGS.weight_of_defaults)
        yield connection


def _as_splink_takes_it(name: str, levels: dict[str, tuple[float, float]]) -> dict[str, Any]:
    """One comparison, with the levels of ours."""
    column, conditions = CHILDREN.conditions[name]
    entries: list[dict[str, Any]] = [
        {"sql_condition": null_condition(column), "label_for_charts": UNKNOWN, "is_null_level": True}
    ]
    for level, (m, u) in levels.items():
        entry: dict[str, Any] = {
            "sql_condition": conditions.get(level, "ELSE"),
            "label_for_charts": level,
            "m_probability": m,
            "u_probability": u,
        }
        if level == "exact" and name in WEIGHED_BY_FREQUENCY:
            entry |= {
                "tf_adjustment_column": WEIGHED_BY_FREQUENCY[name],
                "tf_adjustment_weight": 1.0,
                "tf_minimum_u_value": LEAST_FREQUENCY,
            }
        entries.append(entry)
    return {"output_column_name": name, "comparison_levels": entries}


def _by_splink(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The pairs and weights of splink: id_l, id_r, weight."""
    specification = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "comparisons": [_as_splink_takes_it(name, levels) for name, levels in MODEL.shares.items()],
        "blocking_rules_to_generate_predictions": [
            f"l.block_{name} = r.block_{name} AND l.round <> r.round" for name in CHILDREN.blocks
        ],
        "probability_two_random_records_match": MODEL.prior,
    }
    api = DuckDBAPI(connection)
    linker = Linker(api.register(connection.table("features")), specification, log_level=logging.ERROR)
    for name, column in WEIGHED_BY_FREQUENCY.items():
        table = connection.sql(
            f"SELECT term AS {column}, frequency AS tf_{column} FROM term_frequency WHERE kind = '{name}'"
        )
        linker.table_management.register_term_frequency_lookup(api.register(table), column)
    scored = str(linker.inference.predict(threshold_match_weight=LEAST).physical_name)
    return connection.execute(f"""
        SELECT least(id_l, id_r) AS id_l, greatest(id_l, id_r) AS id_r, match_weight AS weight
        FROM {scored}
        ORDER BY 1, 2""").df()


def test_weights_are_those_of_splink(connection: duckdb.DuckDBPyConnection) -> None:
    block_pairs(connection, "features", CHILDREN, "l.round <> r.round")
    ours = score_pairs(connection, MODEL, "features", CHILDREN, LEAST)
    theirs = _by_splink(connection)
    assert len(ours) > 100
    pd.testing.assert_frame_equal(ours[["id_l", "id_r"]], theirs[["id_l", "id_r"]], check_dtype=False)
    assert np.allclose(ours["weight"], theirs["weight"], atol=1e-5)


def test_every_comparison_has_agreed_and_not_in_these_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    block_pairs(connection, "features", CHILDREN, "l.round <> r.round")
    ours = score_pairs(connection, MODEL, "features", CHILDREN, LEAST)
    seen = {name: set(ours[name]) for name in MODEL.shares}
    assert {name for name, levels in seen.items() if len(levels) < 2} == set(), seen
