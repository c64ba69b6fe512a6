"""How many children stand at each level today, by this round's answers and by those of earlier rounds.

A round's own answers put some children at a level; others stand there since an earlier round, because nothing has ended
it: they were not found again, their family did not consent, or the answers that would end it are missing. These counts
are of the very children whom `cpms children` lists without a round. They are for the office alone: no disclosure
control covers them, so that `--audience` leaves them out.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.summaries.child.standing_today import STOOD
from cpms_cli.summaries.counts.shares import area_name, within
from cpms_cli.summaries.scope import Scope
from cpms_cli.survey.model.definition import Language, Survey

STANDING_COUNTS = ("children", "this_round", "earlier", "not_found", "no_consent", "closed", "turned_18")
"""`children` stand at the level: `this_round` of them by the answers of the round, `earlier` by those of earlier
rounds; `not_found` and `no_consent` of them are not in the last round of their village. Not among them: `closed`,
whose case was closed, and `turned_18`."""


def _children(connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope) -> pd.DataFrame:
    """Return a row per child of an area as it stands today: village, level, and a flag for each of the counts."""
    village = survey.role("village").name
    stands = 'NOT adult AND (closed_on IS NULL OR standing <> "case")'
    return connection.execute(
        f"""
        SELECT {village} AS village, standing AS level, ({stands}) AS children,
            ({stands}) AND standing_since = {scope.round} AS this_round,
            ({stands}) AND standing_since <> {scope.round} AS earlier,
            ({stands}) AND not_found IS NOT NULL AS not_found,
            ({stands}) AND no_consent IS NOT NULL AS no_consent,
            NOT adult AND NOT ({stands}) AS closed,
            adult AS turned_18
        FROM {STOOD}
        WHERE latest AND counted AND {within(survey, scope.code, None)}
        """
    ).df()


def standing_counts(
    connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope, width: int, language: Language
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how many children of an area stand at each level today; needs `stood`.

    First a table of all levels: level, label, `STANDING_COUNTS`. Then one of the area's parts, whose codes have `width`
    digits: area, name, children, and a column for each level. Both are empty where the round is not the area's last:
    nobody stands anywhere in a round that others followed.
    """
    if scope.round != scope.rounds[-1]:
        return pd.DataFrame(), pd.DataFrame()
    ids = [level.id for level in survey.levels]
    children = _children(connection, survey, scope)
    by_level = children.groupby("level")[list(STANDING_COUNTS)].sum().reindex(ids, fill_value=0).astype("int64")
    by_level.insert(0, "label", [level.label.in_(language) for level in survey.levels])
    stands = children[children["children"]].assign(area=children["village"].str[:width])
    parts = pd.crosstab(stands["area"], stands["level"]).reindex(columns=ids, fill_value=0).astype("int64")
    parts = parts.rename_axis(columns=None).reset_index()
    parts.insert(1, "children", parts[ids].sum(axis=1))
    parts.insert(1, "name", [area_name(survey, str(area), language) for area in parts["area"]])
    return by_level.rename_axis("level").reset_index(), parts
