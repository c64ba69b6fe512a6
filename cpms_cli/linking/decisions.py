"""What people decided about two rows, and how it is obeyed: remembered by the rows, so that it outlives later merges.

A decision was about what the rows said then. Where a corrected file has put another child in a row's place, the
decision no longer holds of itself: the pair goes back to a person, and is not linked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.store.audit_log import current_user, now
from cpms_cli.store.tables.anchors import MAY_DIFFER, changed_details
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.model.definition import Survey

SAME, DIFFERENT = "same", "different"
NO_DECISIONS = "SELECT row_a, row_b, verdict, FALSE AS holds FROM link_decision LIMIT 0"
"""What `latest_decisions` gives where nobody has decided anything."""


@dataclass(frozen=True)
class Decisions:
    """Positions of pairs of rows, each frame id_l, id_r: one child, two children, or to be asked again."""

    same: pd.DataFrame
    different: pd.DataFrame
    again: pd.DataFrame


def latest_decisions(survey: Survey) -> str:
    """Return a SELECT of the latest decision about each pair, and whether both rows still say what they said."""
    person = {
        side: f"""
            (
                then_{side}.batch_id IS NOT NULL
                AND {changed_details(survey, f"now_{side}", f"then_{side}")} <= {MAY_DIFFER}
            )"""
        for side in "ab"
    }
    reference = row_reference(survey, "child", "o")
    return f"""
        WITH every_row AS (
            SELECT {reference} AS row_key, o.*
            FROM child_observation o
            WHERE {reference} IN (SELECT row_a FROM link_decision UNION SELECT row_b FROM link_decision)
        ),
        current_row AS (SELECT * FROM every_row WHERE superseded_by IS NULL),
        last_decision AS (
            SELECT *
            FROM link_decision
            QUALIFY row_number() OVER (
                PARTITION BY least(row_a, row_b), greatest(row_a, row_b)
                ORDER BY decision_id DESC
            ) = 1
        )
        SELECT d.row_a, d.row_b, d.verdict, {person["a"]} AND {person["b"]} AS holds
        FROM last_decision d
        JOIN current_row now_a ON now_a.row_key = d.row_a
        LEFT JOIN every_row then_a ON then_a.row_key = d.row_a AND then_a.batch_id = d.batch_a
        JOIN current_row now_b ON now_b.row_key = d.row_b
        LEFT JOIN every_row then_b ON then_b.row_key = d.row_b AND then_b.batch_id = d.batch_b
        ORDER BY ALL"""


def read_decisions(connection: duckdb.DuckDBPyConnection, survey: Survey, rows: pd.Series) -> Decisions:
    """Return the decisions about these rows; `rows` holds their references by position."""
    if connection.execute("FROM link_decision LIMIT 1").fetchone() is None:
        nothing = pd.DataFrame({"id_l": [], "id_r": []}, dtype="int64")
        return Decisions(nothing, nothing, nothing)
    latest = connection.execute(latest_decisions(survey)).df()
    latest = latest[latest["row_a"].isin(rows) & latest["row_b"].isin(rows)]
    position = pd.Series(rows.index, index=pd.Index(rows.to_numpy()), dtype="int64")
    ends = [latest[side].map(position).astype("int64").to_numpy() for side in ("row_a", "row_b")]
    pairs = pd.DataFrame({"id_l": np.minimum(*ends), "id_r": np.maximum(*ends)})
    holds = latest["holds"].to_numpy(dtype=bool)
    same = (latest["verdict"] == SAME).to_numpy(dtype=bool)
    return Decisions(
        *(
            pairs[chosen].sort_values(["id_l", "id_r"], ignore_index=True)
            for chosen in (holds & same, holds & ~same, ~holds)
        )
    )


def obeyed(sure: npt.NDArray[np.int64], rounds: pd.Series, decided: Decisions) -> npt.NDArray[np.int64]:
    """The sure clusters with the decisions in them: first torn apart, then put together.

    No decision puts a child twice into one round. Loops over what people decided, which is never much.
    """
    apart: dict[int, set[int]] = {}
    for id_l, id_r in decided.different[["id_l", "id_r"]].itertuples(index=False):
        apart.setdefault(id_l, set()).add(id_r)
        apart.setdefault(id_r, set()).add(id_l)
    cluster = sure.copy()
    for first in sorted({int(sure[row]) for row in apart}):
        _tear(cluster, np.flatnonzero(sure == first).tolist(), apart)
    for id_l, id_r in decided.same[["id_l", "id_r"]].itertuples(index=False):
        left, right = sorted((int(cluster[id_l]), int(cluster[id_r])))
        members = np.flatnonzero((cluster == left) | (cluster == right))
        at_odds = any(apart.get(int(row), set()) & set(members.tolist()) for row in members)
        if left != right and not at_odds and rounds.iloc[members].is_unique:
            cluster[members] = left
    return cluster


def _tear(cluster: npt.NDArray[np.int64], rows: Sequence[int], apart: dict[int, set[int]]) -> None:
    """Each row goes to the first part that nobody said it does not belong to."""
    parts: list[list[int]] = []
    for row in rows:
        home = next((part for part in parts if not apart.get(row, set()) & set(part)), None)
        if home is None:
            parts.append([row])
        else:
            home.append(row)
    for part in parts:
        cluster[part] = part[0]


def decide(
    connection: duckdb.DuckDBPyConnection, survey: Survey, pairs: pd.DataFrame, source: str, who: str | None = None
) -> int:
    """Write decisions down; `pairs`: row_a, row_b (references of current rows), verdict, reason. How many were new.

    What was decided already, with the same verdict, is not written again.
    """
    reference = row_reference(survey, "child", "o")
    connection.register("verdict_pair", pairs)
    changed = connection.execute(f"""
        WITH now AS (
            SELECT {reference} AS row_key, batch_id
            FROM child_observation o
            WHERE superseded_by IS NULL
        ),
        last AS (
            SELECT least(row_a, row_b) AS low, greatest(row_a, row_b) AS high, verdict, batch_a, batch_b
            FROM link_decision
            QUALIFY row_number() OVER (PARTITION BY low, high ORDER BY decision_id DESC) = 1
        )
        SELECT v.row_a, v.row_b, v.verdict, v.reason, a.batch_id AS batch_a, b.batch_id AS batch_b
        FROM verdict_pair v
        JOIN now a ON a.row_key = v.row_a
        JOIN now b ON b.row_key = v.row_b
        LEFT JOIN last
            ON last.low = least(v.row_a, v.row_b)
            AND last.high = greatest(v.row_a, v.row_b)
            AND last.verdict = v.verdict
            AND least(a.batch_id, b.batch_id) = least(last.batch_a, last.batch_b)
            AND greatest(a.batch_id, b.batch_id) = greatest(last.batch_a, last.batch_b)
        WHERE last.low IS NULL
        ORDER BY ALL""").df()
    connection.unregister("verdict_pair")
    last = connection.execute("SELECT coalesce(max(decision_id), 0) FROM link_decision").fetchone()
    begin = int(last[0]) + 1 if last else 1
    new = changed.assign(
        decision_id=range(begin, begin + len(changed)),
        decided_by=who or current_user(),
        source=source,
        decided_at=now(),
    )
    connection.register("new_decision", new)
    connection.execute("INSERT INTO link_decision BY NAME SELECT * FROM new_decision")
    connection.unregister("new_decision")
    return len(new)
