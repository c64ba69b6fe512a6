"""Change of an area between rounds, child by child: cases of each indicator, and how children move between levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import group_column
from cpms_cli.summaries.counts.shares import groups_asked
from cpms_cli.summaries.rounds.comparability import LEVEL, not_comparable
from cpms_cli.summaries.rounds.round_pairs import GROWN, NOT_SEEN, PAIR, Compared, cases_between, over_pairs, with_names
from cpms_cli.summaries.scope import OverRounds, Span, span_of
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Indicator, Language
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class AreaChange(OverRounds):
    """How an area changed over a span of rounds; `cases` and `flow` as `case_changes` and `level_flow` say.

    `not_comparable`: indicators, and the level, whose questions changed between two rounds, as `comparability` says.
    """

    cases: pd.DataFrame
    flow: pd.DataFrame
    not_comparable: pd.DataFrame


def case_changes(
    workspace: Workspace, span: Span, indicators: Sequence[Indicator], by: Sequence[Group] = ()
) -> pd.DataFrame:
    """Return what became of the cases of indicators over a span.

    Columns: those of `round_pairs.cases_between`, with the indicator's `number` and `name` in place of `item`.
    """
    columns = {indicator.column: (indicator.number, indicator.name.in_(workspace.language)) for indicator in indicators}
    cases = cases_between(workspace, span, Compared(tuple(columns), by))
    return with_names(cases, columns, ("number", "name"))


def level_flow(workspace: Workspace, span: Span, by: Sequence[Group] = ()) -> pd.DataFrame:
    """Return how the children of an area moved between levels, from each round to the next and over the whole span.

    Columns: from_round, to_round, (the groups,) from_level (or "not_seen"), to_level
    (or "not_seen"; "turned_18": not seen, and 18 by then), place, children; only what occurs. `place`: stayed; moved_in
    (with the level it had elsewhere); moved_away (with the level it has elsewhere). Every child of the area in either
    round stands in one row of each pair.
    """
    levels = [level.id for level in workspace.survey.levels]
    ranks = {level: rank for rank, level in enumerate([*levels, NOT_SEEN, GROWN])}
    groups = "".join(f"{group_column(group.id)} AS {group.id}, " for group in by)

    def counted(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        flow = connection.execute(f"""
            SELECT
                {groups}CASE WHEN in_a THEN a.level ELSE {quoted(NOT_SEEN)} END AS from_level,
                CASE WHEN in_b THEN b.level WHEN grown THEN {quoted(GROWN)} ELSE {quoted(NOT_SEEN)} END AS to_level,
                place,
                count(*) AS children
            FROM {PAIR}
            GROUP BY ALL
            ORDER BY ALL""").df()
        order = ["from_level", "to_level", "place"]
        return flow.sort_values(order, key=lambda column: column if column.name == "place" else column.map(ranks))

    return over_pairs(workspace, span, Compared(by=by), counted)


def area_change(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    code: str,
    first: int,
    last: int,
    *,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> AreaChange:
    """Change in a village, subdistrict, district or province between two rounds and at each round between.

    Raises UsageError for an unknown area or group, more than two groups, fewer than two rounds with children;
    StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_area_change(workspace, code, (first, last), by=by)


def compute_area_change(
    workspace: Workspace, code: str, rounds: tuple[int, int], *, by: Sequence[str] = ()
) -> AreaChange:
    """As `area_change`, in a workspace; `rounds` are the first and the last round."""
    survey = workspace.survey
    groups = groups_asked(survey, by)
    span = span_of(workspace, code, rounds)
    names = {indicator.column: indicator.name.in_(workspace.language) for indicator in survey.indicators}
    names[LEVEL] = say("col_level", workspace.language)
    return AreaChange(
        span,
        case_changes(workspace, span, survey.indicators, groups),
        level_flow(workspace, span, groups),
        not_comparable(workspace, span.pairs, names, code),
    )
