"""Any two tables of persons, or one: which rows are one person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cpms_cli.linking.pairs.assignment import AUTOMATIC
from cpms_cli.linking.pairs.level_words import level_words
from cpms_cli.linking.pairs.person_levels import PERSONS
from cpms_cli.linking.tables.held_columns import Fields, columns_held
from cpms_cli.linking.tables.person_pairs import pair_persons
from cpms_cli.linking.tables.person_rows import person_rows
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language
from cpms_cli.survey.opening.loading import load_survey

SURE, TO_REVIEW = "automatic", "review"


def link_frames(
    left: pd.DataFrame,
    right: pd.DataFrame | None,
    fields: Fields,
    *,
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> pd.DataFrame:
    """Return which rows of two tables of persons are one person; with `right` None, which rows of one table are.

    `fields` says what columns hold: the name of a column in either table, and one of `given_name`, `family_name`,
    `full_name`, `other_name` (nickname), `mother_name`, `sex`, `birth_date`, `national_id` (Thai), `person_number` (any
    other register's), `village_code`, `household_no`, `address`, `suburb`, `postcode`, `phone`. Columns that are not
    named are not looked at. Cells are read as the survey's are: titles, Thai digits, dates of either era; what cannot
    be read says nothing. Of two tables, a row belongs to one row of the other at most; within one table several rows
    can be one person, and each pair of them is told.

    A row per pair, the surest first: `left` and `right` (labels of the tables' indexes), `probability`, `kind`
    ("automatic", or "review" where a person must look), `agrees` and `differs` (what does, in words). Nothing is
    stored. Raises UsageError where `fields` does not fit the tables.
    """
    survey = load_survey(schemas)
    tables = [left] if right is None else [left, right]
    held = columns_held(survey, tables, fields)
    rows = pd.concat(
        [
            person_rows(survey, table, columns).assign(round=number, label=np.arange(len(table)))
            for number, (table, columns) in enumerate(zip(tables, held, strict=True), start=1)
        ],
        ignore_index=True,
    )
    rows = _in_order(rows)
    pairs = _left_first(pair_persons(rows, survey.linking).pairs, rows)
    labels = rows["label"].to_numpy()
    indexes = [table.index for table in tables]
    of_pairs = [
        {str(name): str(level) for name, level in levels.items()}
        for levels in pairs[list(PERSONS.conditions)].to_dict("records")
    ]
    linked = pd.DataFrame(
        {
            "left": indexes[0].take(labels[pairs["id_l"].to_numpy(int)]),
            "right": indexes[-1].take(labels[pairs["id_r"].to_numpy(int)]),
            "probability": pairs["probability"].astype(float),
            "kind": pairs["verdict"].map({AUTOMATIC: SURE}).fillna(TO_REVIEW).astype("str"),
            "agrees": [level_words(survey.linking, levels, language, differing=False) for levels in of_pairs],
            "differs": [level_words(survey.linking, levels, language, differing=True) for levels in of_pairs],
        }
    )
    surest = linked.assign(weight=pairs["weight"].astype(float).to_numpy()).sort_values(
        ["kind", "weight"], ascending=[True, False], kind="stable"
    )
    return surest.drop(columns="weight").reset_index(drop=True)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in an order that what they say gives them, so that the tables' own order leaves no trace."""
    keys = [name for name in rows.columns if name != "label"]
    return rows.sort_values([*keys, "label"], kind="stable", ignore_index=True)


def _left_first(pairs: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The pairs with the left table's row first, and within one table the row that stands first."""
    order = rows["round"] * len(rows) + rows["label"]
    left, right = (order.to_numpy()[pairs[side].to_numpy(int)] for side in ("id_l", "id_r"))
    turned = left > right
    return pairs.assign(id_l=pairs["id_l"].mask(turned, pairs["id_r"]), id_r=pairs["id_r"].mask(turned, pairs["id_l"]))
