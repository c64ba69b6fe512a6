"""Which rows are one child for sure: by identifiers that they carry, and by what people decided."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.linking.carried_ids import ALONE, same_person
from cpms_cli.linking.decisions import obeyed, read_decisions
from cpms_cli.linking.store_rows import without_shared_numbers
from cpms_cli.survey.model.definition import Survey

DECIDED = "decided"


def put_into_nodes(connection: duckdb.DuckDBPyConnection, survey: Survey, rows: pd.DataFrame) -> None:
    """Write down the node of each of these rows, and `how` it came there.

    `rows`: as `evidence_of_rows` gives them, all that share an identifier, a node or a decision.
    """
    plain = without_shared_numbers(rows, ["round"])
    shared = rows["number"].notna() & plain["number"].isna()
    sure = _by_identifiers(plain)
    decided = obeyed(
        sure["group"].to_numpy(dtype=np.int64), rows["round"], read_decisions(connection, survey, rows["row_key"])
    )
    nodes = pd.DataFrame(
        {
            "row_id": rows["row_id"],
            "node": rows["row_id"].to_numpy()[decided],
            "shared": shared,
            "how": _how(sure, decided).astype("str"),
        }
    )
    connection.register("node_now", nodes)
    connection.execute("""
        UPDATE link_row l
        SET node = n.node, shared = n.shared, how = n.how
        FROM node_now n
        WHERE l.row_id = n.row_id""")
    connection.unregister("node_now")


def _by_identifiers(rows: pd.DataFrame) -> pd.DataFrame:
    """Children by identifiers alone; a birth date speaks against a number only where it is told, not guessed."""
    identifiers = rows[["round", "carried", "anchored", "sex"]].assign(second=rows["number"])
    identifiers[["low", "high"]] = rows[["low", "high"]].where(rows["born"].notna())
    return same_person(identifiers)


def _how(sure: pd.DataFrame, decided: npt.NDArray[np.int64]) -> pd.Series:
    """By what each row came to its node: the surest reason first."""
    how, group = sure["how"].copy(), sure["group"].to_numpy()
    by_word = pd.Series(decided).map(pd.Series(decided).value_counts()).to_numpy() > 1
    by_key = pd.Series(group).map(pd.Series(group).value_counts()).to_numpy() > 1
    how = how.mask(by_key & ~by_word, ALONE)
    return how.mask((how == ALONE) & by_word, DECIDED)
