"""A community or a province: children by level, each indicator with its share, its unknowns and its change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.scoring.scores import HOUSEHOLD_SCORE, SCORE
from cpms_cli.summaries.area.quality import quality_of
from cpms_cli.summaries.area.standing_counts import standing_counts
from cpms_cli.summaries.child.children import ChildSelection, line_list_of, standing_list
from cpms_cli.summaries.child.standing_today import ADULT, CLOSED, create_stood
from cpms_cli.summaries.counts.help_counts import help_counts
from cpms_cli.summaries.counts.shares import (
    area_name,
    broken_down,
    count_answers,
    groups_asked,
    label_groups,
    with_shares,
    within,
)
from cpms_cli.summaries.rounds.comparability import LEVEL, not_asked, not_comparable
from cpms_cli.summaries.scope import Scope, scope_of, tables_with_rows
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class AreaSummary:
    """The tables of one area in one round; `previous` is the round that `change` compares with, if there is one.

    `levels`, by the round's own answers: level, children, share, could_be (children whose highest possible level it
    is), households.
    `standing` and `standing_parts`, in the area's last round only: how many stand at each level today, and in which
    part, as `standing_counts.standing_counts`. For the office: no disclosure control covers these counts.
    `indicators`: number, name, yes, no, unknown, not_applicable, what `shares.with_shares` adds, change (a fraction).
    `not_comparable`: indicators whose questions changed since the previous round, of which no change is given, and the
    level likewise; `not_asked`: those that rest on questions which the round did not ask.
    `help`: how many children need which help, as `help_counts.help_counts`.
    `parts`: the same levels for each subdistrict of a province, or each village of a community.
    `response`: children to be visited at once, most urgent first; in the last round as they stand today. It and the two
    tables before are empty where the workspace lists no children.
    `quality`: as `quality.quality_of`.
    `grouped`: where groups are asked for, `levels_by` and `indicators_by`. `children` and `households` are None where
    a summary made for publication withholds them.
    """

    code: str
    name: str
    round: int
    previous: int | None
    children: int | None
    households: int | None
    levels: pd.DataFrame
    indicators: pd.DataFrame
    parts: pd.DataFrame
    response: pd.DataFrame
    quality: pd.DataFrame
    grouped: dict[str, pd.DataFrame]
    standing: pd.DataFrame
    standing_parts: pd.DataFrame
    help: pd.DataFrame
    not_comparable: pd.DataFrame
    not_asked: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        standing = {"standing": self.standing, "standing_parts": self.standing_parts} if len(self.standing) else {}
        return {
            "levels": self.levels,
            **standing,
            "indicators": self.indicators,
            "help": self.help,
            "parts": self.parts,
            "response": self.response,
            "quality": self.quality,
            **self.grouped,
            **tables_with_rows(not_comparable=self.not_comparable, not_asked=self.not_asked),
        }


def levels_of(workspace: Workspace, condition: str) -> pd.DataFrame:
    """Return children and households at each level, as `AreaSummary.levels`."""
    survey, connection = workspace.survey, workspace.scored()
    home, key = survey.role("home").name, ", ".join(survey.key("household"))
    counted = (
        connection.execute(f"SELECT level, count(*) AS children FROM {SCORE} WHERE {condition} GROUP BY level")
        .df()
        .set_index("level")["children"]
    )
    highest = (
        connection.execute(
            f"SELECT highest, count(*) AS n FROM {SCORE} WHERE {condition} AND highest <> level GROUP BY highest"
        )
        .df()
        .set_index("highest")["n"]
    )
    homes = (
        connection.execute(f"""
            SELECT household_level, count(DISTINCT {home}) AS n
            FROM (SELECT {key}, {home} FROM {SCORE} WHERE {condition})
            JOIN {HOUSEHOLD_SCORE} USING ({key})
            GROUP BY household_level""")
        .df()
        .set_index("household_level")["n"]
    )
    ids = [level.id for level in survey.levels]
    table = pd.DataFrame(
        {
            "level": ids,
            "label": [level.label.in_(workspace.language) for level in survey.levels],
            "children": counted.reindex(ids, fill_value=0).to_numpy(),
            "could_be": highest.reindex(ids, fill_value=0).to_numpy(),
            "households": homes.reindex(ids, fill_value=0).to_numpy(),
        }
    )
    total = table["children"].sum()
    table.insert(3, "share", table["children"] / total if total else float("nan"))
    return table


def _answers(connection: duckdb.DuckDBPyConnection, survey: Survey, scope: Scope, round_: int) -> pd.DataFrame:
    columns = [indicator.column for indicator in survey.indicators]
    counts = count_answers(connection, columns, within(survey, scope.code, round_))
    return with_shares(survey, counts).set_index("item").reindex(columns)


def _indicators(workspace: Workspace, scope: Scope, left_out: pd.DataFrame) -> pd.DataFrame:
    survey, connection = workspace.survey, workspace.profiled()
    now = _answers(connection, survey, scope, scope.round)
    change = pd.Series(float("nan"), index=now.index)
    if scope.previous is not None:
        change = now["share"] - _answers(connection, survey, scope, scope.previous)["share"]
        change = change.mask(change.index.isin(left_out["item"]))
    table = now.assign(change=change).reset_index(drop=True)
    table.insert(0, "number", [indicator.number for indicator in survey.indicators])
    table.insert(1, "name", [indicator.name.in_(workspace.language) for indicator in survey.indicators])
    return table


def parts_width(code: str) -> int:
    """Return how many digits the codes of an area's parts have: subdistricts, or within one of them villages."""
    return 6 if len(code) < 6 else 8


def parts_of(workspace: Workspace, code: str, round_: int) -> pd.DataFrame:
    """Return the children at each level in each part of an area, as `AreaSummary.parts`."""
    survey, language = workspace.survey, workspace.language
    village = survey.role("village").name
    counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
    table = (
        workspace.scored()
        .execute(f"""
            SELECT left({village}, {parts_width(code)}) AS area, count(*) AS children, {counts}
            FROM {SCORE}
            WHERE {within(survey, code, round_)}
            GROUP BY 1
            ORDER BY 1""")
        .df()
    )
    table.insert(1, "name", [area_name(survey, str(area), language) for area in table["area"]])
    return table


def levels_by(workspace: Workspace, condition: str, groups: Sequence[Group]) -> pd.DataFrame:
    """Return children at each level by groups: the groups' codes and labels, children, and a column per level."""
    survey = workspace.survey
    counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
    keys = ", ".join(f"{group_column(group.id)} AS {group.id}" for group in groups)
    table = (
        workspace.profiled()
        .execute(f"SELECT {keys}, count(*) AS children, {counts} FROM {CHILD_ROUND} WHERE {condition} GROUP BY ALL")
        .df()
    )
    return label_groups(survey, table, groups, workspace.language)


def _grouped(workspace: Workspace, scope: Scope, groups: Sequence[Group]) -> dict[str, pd.DataFrame]:
    """Return levels and indicators broken down by groups: `levels_by` and `indicators_by`."""
    survey, language = workspace.survey, workspace.language
    condition = within(survey, scope.code, scope.round)
    columns = {
        indicator.column: f"{indicator.number} {indicator.name.in_(language)}" for indicator in survey.indicators
    }
    return {
        "levels_by": levels_by(workspace, condition, groups),
        "indicators_by": broken_down(workspace, columns, condition, groups),
    }


def _at_once(workspace: Workspace, scope: Scope) -> pd.DataFrame:
    """Return whom to visit at once.

    In the area's last round these are the children who stand at the most severe level today, found in that round or
    not; in an earlier round, those who were at it then.
    """
    worst = (workspace.survey.levels[0].id,)
    if scope.round != scope.rounds[-1]:
        return line_list_of(workspace, ChildSelection(scope.code, scope.round, worst))
    listed = standing_list(workspace, ChildSelection(scope.code, levels=worst))
    return listed[~listed[ADULT] & listed[CLOSED].isna()].reset_index(drop=True)


def summarise_area(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    code: str,
    *,
    round_: int | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
    identified: bool = False,
) -> AreaSummary:
    """Summarise a village (8 digits), subdistrict (6), district (4) or province (2) in a round, by default its last.

    `by` names one or two groups by which levels and indicators are broken down as well. Raises UsageError for an
    unknown area or group or a round without data; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language, identified=identified).of_area(code) as workspace:
        return compute_area_summary(workspace, code, round_=round_, by=by)


def compute_area_summary(
    workspace: Workspace, code: str, *, round_: int | None = None, by: Sequence[str] = ()
) -> AreaSummary:
    """As `summarise_area`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    groups = groups_asked(survey, by)
    scope = scope_of(workspace, code, round_)
    connection = workspace.profiled()
    levels = levels_of(workspace, within(survey, code, scope.round))
    standing, standing_parts, at_once = pd.DataFrame(), pd.DataFrame(), pd.DataFrame()
    if workspace.lists_children:
        create_stood(workspace, country_today())
        standing, standing_parts = standing_counts(connection, survey, scope, parts_width(code), language)
        at_once = _at_once(workspace, scope)
    names = {indicator.column: indicator.name.in_(language) for indicator in survey.indicators}
    names[LEVEL] = say("col_level", language)
    left_out = not_comparable(workspace, scope.pairs, names, code)
    indicators = _indicators(workspace, scope, left_out)
    return AreaSummary(
        code,
        scope.name,
        scope.round,
        scope.previous,
        int(levels["children"].sum()),
        int(levels["households"].sum()),
        levels,
        indicators,
        parts_of(workspace, code, scope.round),
        at_once,
        quality_of(connection, survey, scope, workspace.knows_moves),
        _grouped(workspace, scope, groups) if groups else {},
        standing,
        standing_parts,
        help_counts(survey, indicators, language),
        left_out,
        not_asked(workspace, scope.round, names),
    )
