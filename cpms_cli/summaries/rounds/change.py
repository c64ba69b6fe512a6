"""Change of an area between rounds, child by child: cases of each indicator, and how children move between levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import group_column
from cpms_cli.summaries.area.shares import groups_asked
from cpms_cli.summaries.rounds.round_pairs import GROWN, NOT_SEEN, PAIR, named_cases, over_pairs
from cpms_cli.summaries.scope import OverRounds, Span, span_of
from cpms_cli.survey.model.definition import Indicator, Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class AreaChange(OverRounds):
    """How an area changed over a span of rounds; `cases` and `flow` as `case_changes` and `level_flow` say."""

    cases: pd.DataFrame
    flow: pd.DataFrame


def case_changes(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    span: Span,
    indicators: Sequence[Indicator],
    *,
    by: Sequence[Group] = (),
    language: Language = "en",
) -> pd.DataFrame:
    """What became of the cases of indicators over a span: as `pairs.cases_between`, with the indicator's `number` and
    `name` in the place of the column. `create_profiles` must have run."""
    columns = {indicator.column: (indicator.number, indicator.name.in_(language)) for indicator in indicators}
    return named_cases(connection, survey, span, columns, ("number", "name"), by=by, language=language)


def level_flow(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    span: Span,
    *,
    by: Sequence[Group] = (),
    language: Language = "en",
) -> pd.DataFrame:
    """How the children of an area moved between levels, from each round to the next and over the whole span.

    `create_profiles` must have run. Columns: from_round, to_round, (the groups,) from_level (or "not_seen"), to_level
    (or "not_seen"; "turned_18": not seen, and 18 by then), place, children; only what occurs. `place`: stayed; moved_in
    (with the level it had elsewhere); moved_away (with the level it has elsewhere). Every child of the area in either
    round stands in one row of each pair.
    """
    ranks = {level: rank for rank, level in enumerate([*(level.id for level in survey.levels), NOT_SEEN, GROWN])}
    groups = "".join(f"{group_column(group.id)} AS {group.id}, " for group in by)

    def counted() -> pd.DataFrame:
        flow = connection.execute(
            f"SELECT {groups}CASE WHEN in_a THEN a.level ELSE {quoted(NOT_SEEN)} END AS from_level,"
            f" CASE WHEN in_b THEN b.level WHEN grown THEN {quoted(GROWN)} ELSE {quoted(NOT_SEEN)} END AS to_level,"
            f" place, count(*) AS children FROM {PAIR} GROUP BY ALL ORDER BY ALL"
        ).df()
        order = ["from_level", "to_level", "place"]
        return flow.sort_values(order, key=lambda column: column if column.name == "place" else column.map(ranks))

    return over_pairs(connection, survey, span, counted, by=by, language=language)


def area_change(
    store: str | Path,
    code: str,
    first: int,
    last: int,
    *,
    by: Sequence[str] = (),
    language: Language = "en",
    schemas: Path | None = None,
) -> AreaChange:
    """Change in a village, subdistrict, district or province between two rounds and at each round between.

    Raises UsageError for an unknown area or group, more than two groups, fewer than two rounds with children;
    StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_area_change(workspace, code, first, last, by=by)


def compute_area_change(
    workspace: Workspace, code: str, first: int, last: int, *, by: Sequence[str] = ()
) -> AreaChange:
    """As `area_change`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    groups = groups_asked(survey, by)
    connection = workspace.profiled()
    span = span_of(connection, survey, code, first, last, language)
    return AreaChange(
        span,
        case_changes(connection, survey, span, survey.indicators, by=groups, language=language),
        level_flow(connection, survey, span, by=groups, language=language),
    )
