"""How far the figures of an area can be trusted: who was visited, who refused, what is unknown, who was lost."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND
from cpms_cli.summaries.counts.movement import create_movement, lost_children
from cpms_cli.summaries.counts.shares import count_answers, within
from cpms_cli.summaries.scope import Scope
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted

_STEPS = 20  # of a share that is published without its counts: 5 % each


def _homes(connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope) -> tuple[int, int, int]:
    """Households known in the area, visited there this round, and those of them that did not consent.

    Known: visited now, or last seen there in an earlier round, unless it moved: it, or a child of its last round, is
    found this round in another place.
    """
    home, village, person, year = (survey.role(role).name for role in ("home", "village", "person", "round"))
    refusals = ", ".join(quoted(answer) for answer in survey.no_consent)
    seen = " UNION ".join(
        f"SELECT {home}, {year}::INTEGER AS y, {village} FROM current_{table}" for table in ("household", "child")
    )
    in_area = within(survey, scope.code, None)
    counts = connection.execute(f"""
        WITH seen AS ({seen}),
        visited AS (SELECT DISTINCT {home} FROM seen WHERE y = {scope.round}),
        here AS (SELECT DISTINCT {home} FROM seen WHERE y = {scope.round} AND {in_area}),
        last AS (
            SELECT *
            FROM seen
            WHERE y < {scope.round}
            QUALIFY row_number() OVER (PARTITION BY {home} ORDER BY y DESC, {village}) = 1
        ),
        met AS (SELECT DISTINCT {person} FROM current_child WHERE {year}::INTEGER = {scope.round}),
        moved AS (
            SELECT DISTINCT c.{home}
            FROM current_child c
            SEMI JOIN met USING ({person})
            JOIN last l ON l.{home} = c.{home} AND l.y = c.{year}::INTEGER
            ANTI JOIN visited v ON v.{home} = c.{home}
        ),
        expected AS (
            SELECT {home}
            FROM last
            ANTI JOIN visited USING ({home})
            ANTI JOIN moved USING ({home})
            WHERE {in_area}
        ),
        refused AS (
            SELECT DISTINCT {home}
            FROM current_household
            WHERE {year}::INTEGER = {scope.round} AND {in_area} AND {survey.role("consent").name} IN ({refusals})
        )
        SELECT
            (SELECT count(*) FROM here) + (SELECT count(*) FROM expected),
            (SELECT count(*) FROM here),
            (SELECT count(*) FROM refused)""").fetchone() or (0, 0, 0)
    return int(counts[0]), int(counts[1]), int(counts[2])


def quality_of(
    connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope, knows_moves: bool = True
) -> pd.DataFrame:
    """One row: households_known, households_visited, coverage (their share), households_refused (visited, no consent);
    answers_asked, answers_unknown, unknown_share over all indicators; children_before (of the round before) and
    children_lost (under 18 now, not seen this round anywhere), both missing where no round came before, or where the
    rows do not say who moved.

    `child_round` must exist; `movement` is made anew.
    """
    known, visited, refused = _homes(connection, survey, scope)
    columns = [indicator.column for indicator in survey.indicators]
    counts = count_answers(connection, columns, within(survey, scope.code, scope.round), relation=CHILD_ROUND)
    asked, unknown = int(counts[["yes", "no", "unknown"]].to_numpy().sum()), int(counts["unknown"].sum())
    previous = scope.previous if knows_moves else None
    create_movement(connection, survey, scope.round, previous)
    before, lost = lost_children(connection, scope.code) if previous is not None else (None, None)
    return pd.DataFrame(
        {
            "households_known": [known],
            "households_visited": [visited],
            "coverage": [visited / known if known else float("nan")],
            "households_refused": [refused],
            "answers_asked": [asked],
            "answers_unknown": [unknown],
            "unknown_share": [unknown / asked if asked else float("nan")],
            "children_before": pd.array([before], dtype="Int64"),
            "children_lost": pd.array([lost], dtype="Int64"),
        }
    )


def coarse(quality: pd.DataFrame) -> pd.DataFrame:
    """Of the quality of the data only the share of households visited, in steps of which nobody reads one household."""
    return quality[["coverage"]].assign(coverage=np.floor(quality["coverage"] * _STEPS) / _STEPS)
