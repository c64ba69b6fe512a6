"""One indicator: how many children, which groups, how it changed, and which children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.summaries.area.quality import quality_of
from cpms_cli.summaries.child.children import ChildSelection, line_list_of
from cpms_cli.summaries.counts.shares import broken_down, groups_asked, with_change, within
from cpms_cli.summaries.rounds.change import case_changes
from cpms_cli.summaries.rounds.comparability import not_asked, not_comparable, without_changes, without_divided_parts
from cpms_cli.summaries.scope import (
    OverRounds,
    Scope,
    Span,
    known_indicator,
    parts_of,
    scope_of,
    span_of,
    tables_with_rows,
)
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class IndicatorSummary:
    """One indicator in one area and round. Every table of `counted` has the columns of `shares.broken_down`.

    `counted`: `total`, one row; a table per group (its area's parts, sex, age_group, nationality), or the one cross
    table asked for; `rounds`, a row per round of the area. `children`: those with yes, as `cpms children` lists them.
    `open`: how many children it is unknown for (None: withheld). `quality`: as `quality.quality_of`.
    `not_asked`: where it rests on questions that the round did not ask, one row.
    """

    number: int
    name: str
    definition: str
    source: str
    scope: Scope
    open: int | None
    counted: dict[str, pd.DataFrame]
    children: pd.DataFrame
    quality: pd.DataFrame
    not_asked: pd.DataFrame

    def about(self) -> dict[str, str | int | None]:
        """What a JSON document says of it before its tables."""
        return {
            "number": self.number,
            "indicator": self.name,
            "definition": self.definition,
            "source": self.source,
            "unknown_children": self.open,
            **self.scope.about(),
        }

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        unasked = tables_with_rows(not_asked=self.not_asked)
        return {**self.counted, "quality": self.quality, **unasked, "children": self.children}


@dataclass(frozen=True)
class IndicatorChange(OverRounds):
    """One indicator over a span of rounds.

    `cases`: what became of them, as `change.case_changes`. `shares`: the answers of each round, as `by_rounds`, with
    `change`, a fraction, since the round before. `not_comparable`: between which rounds its questions changed, as
    `comparability` says; there no change is given.
    """

    number: int
    name: str
    definition: str
    source: str
    cases: pd.DataFrame
    shares: pd.DataFrame
    not_comparable: pd.DataFrame

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it before its tables."""
        return {
            "number": self.number,
            "indicator": self.name,
            "definition": self.definition,
            "source": self.source,
            **self.span.about(),
        }


def usual_groups(survey: Survey, code: str | None) -> tuple[Group, ...]:
    """What figures of children are broken down by where nothing else is asked: the area's parts, and what is marked
    `usual` in the definition."""
    return (parts_of(survey, code), *(group for group in survey.figures.groups if group.usual))


def by_rounds(
    workspace: Workspace, columns: Mapping[str, str], scope: Scope | Span, by: Sequence[Group] = ()
) -> pd.DataFrame:
    """Return the same counts for every round of the area, oldest first: column `round`, then those of `broken_down`."""
    tables = []
    for round_ in scope.rounds:
        table = broken_down(workspace, columns, within(workspace.survey, scope.code, round_), by)
        table.insert(0, "round", round_)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def shares_over(
    workspace: Workspace, columns: Mapping[str, str], span: Span, by: Sequence[Group] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the counts of `by_rounds` for a span, with the change since the round before where that asked the same,
    and what cannot be compared in it, as `not_comparable`."""
    counted = with_change(by_rounds(workspace, columns, span, by), span.rounds, [*(group.id for group in by), "item"])
    left_out = not_comparable(workspace, span.pairs, columns, span.code)
    counted = without_changes(counted, left_out, span.rounds)
    return without_divided_parts(workspace.survey, counted, span.rounds, by), left_out


def counted_by(
    workspace: Workspace, columns: Mapping[str, str], scope: Scope, by: Sequence[Group]
) -> dict[str, pd.DataFrame]:
    """Return the answers in some columns by table: `total` for the whole area, and broken down by groups.

    The groups are those of `by` together in one table, or where none is asked for, each usual group in a table.
    """
    survey = workspace.survey
    condition = within(survey, scope.code, scope.round)
    tables = [(group,) for group in usual_groups(survey, scope.code)] if not by else [tuple(by)]
    grouped = {
        "_".join(["by", *(group.id for group in groups)]): broken_down(workspace, columns, condition, groups)
        for groups in tables
    }
    return {"total": broken_down(workspace, columns, condition), **grouped}


def summarise_indicator(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    number: int | str,
    *,
    area: str | None = None,
    round_: int | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    identified: bool = False,
    schemas: Path | None = None,
) -> IndicatorSummary:
    """Everything about one indicator in an area (None: the whole store) and a round, by default the area's last.

    `by` names one or two groups, which then take the place of the usual ones. Names of the children are masked unless
    `identified`, which the audit log records. Raises UsageError for an unknown indicator, area, group or round.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified) as workspace:
        return compute_indicator_summary(workspace, number, area=area, round_=round_, by=by)


def compute_indicator_summary(
    workspace: Workspace,
    number: int | str,
    *,
    area: str | None = None,
    round_: int | None = None,
    by: Sequence[str] = (),
) -> IndicatorSummary:
    """As `summarise_indicator`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    chosen, groups = known_indicator(survey, number), groups_asked(survey, by)
    columns = {chosen.column: chosen.name.in_(language)}
    scope = scope_of(workspace, area, round_)
    counted = counted_by(workspace, columns, scope, groups)
    counted["rounds"] = by_rounds(workspace, columns, scope)
    children = pd.DataFrame()
    if workspace.lists_children:
        children = line_list_of(workspace, ChildSelection(area, scope.round, indicator=chosen.number))
    quality = quality_of(workspace.connection, survey, scope, workspace.knows_moves)
    workspace.note_identified("indicator", len(children))
    return IndicatorSummary(
        chosen.number,
        chosen.name.in_(language),
        chosen.definition.in_(language),
        chosen.source,
        scope,
        int(counted["total"]["unknown"].sum()),
        counted,
        children,
        quality,
        not_asked(workspace, scope.round, columns),
    )


def indicator_change(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    number: int | str,
    first: int,
    last: int,
    *,
    area: str | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> IndicatorChange:
    """What became of the cases of one indicator in an area (None: the whole store) from round to round.

    `by` names one or two groups. Raises UsageError for an unknown indicator, area or group, or fewer than two rounds.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_indicator_change(workspace, number, (first, last), area=area, by=by)


def compute_indicator_change(
    workspace: Workspace, number: int | str, rounds: tuple[int, int], *, area: str | None = None, by: Sequence[str] = ()
) -> IndicatorChange:
    """As `indicator_change`, in a workspace; `rounds` are the first and the last round."""
    survey, language = workspace.survey, workspace.language
    chosen, groups = known_indicator(survey, number), groups_asked(survey, by)
    columns = {chosen.column: chosen.name.in_(language)}
    span = span_of(workspace, area, rounds)
    return IndicatorChange(
        span,
        chosen.number,
        chosen.name.in_(language),
        chosen.definition.in_(language),
        chosen.source,
        case_changes(workspace, span, [chosen], groups),
        *shares_over(workspace, columns, span, groups),
    )
