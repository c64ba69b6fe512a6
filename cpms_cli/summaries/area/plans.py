"""What a committee needs to make its plan for an area: where it stands, what leads, whom to answer, what could be done.

Counts only: nothing here names a child or tells its identifier.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND
from cpms_cli.summaries.area.areas import levels_by, levels_of, parts_of, parts_width
from cpms_cli.summaries.area.compared_answers import WiderArea, compared_answers, hidden_columns, wider_area
from cpms_cli.summaries.area.quality import quality_of
from cpms_cli.summaries.area.standing_counts import standing_counts
from cpms_cli.summaries.child.standing_today import create_stood
from cpms_cli.summaries.counts.comparison import ABOVE, beside_rest
from cpms_cli.summaries.counts.help_counts import help_counts
from cpms_cli.summaries.counts.shares import area_name, count_answers, groups_asked, with_shares, within
from cpms_cli.summaries.response.response_counts import compute_response_summary
from cpms_cli.summaries.rounds.comparability import LEVEL, not_asked, not_comparable
from cpms_cli.summaries.scope import Scope, scope_of, tables_with_rows
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.summary_model import Activity
from cpms_cli.workspace import Workspace

LEADING = 5


@dataclass(frozen=True)
class AreaPlan:
    """What goes into the plan of one area; `previous` is the round that changes are counted from, if there is one,
    `rounds` are all up to this one.

    `levels`, by the round's own answers: level, label, children, share, could_be, households, response, due.
    `standing` and `standing_parts`, in the area's last round only: how many stand at each level today, and in which
    part, as `standing_counts.standing_counts`; `responses`: what became until `as_of` of the first responses that were
    due, as `ResponseSummary.totals`. For the committee alone: no disclosure control covers these counts.
    `leading`: the counted indicators with most children at yes: number, name, yes, no, unknown, not_applicable, share,
    low, high, unknown_share, marked, change (all fractions), and what `compared_answers.compared_answers` adds: the
    shares of the rounds before and in the rest of the `wider` area.
    `not_comparable`: indicators whose questions changed since the previous round, of which no change is given;
    `not_asked`: those, and the level, that rest on questions which the round did not ask.
    `help`: how many children need which help, as `help_counts.help_counts`.
    `parts`: area, name, children, one column per level: the children of each subdistrict or village.
    `activities`: id, activity, indicators (their numbers), children with yes at any of them, who, own; those that are
    the source document's own first, then by children. `idle`: the same for those that no child's answers call for.
    `above_by_part`: area, name, number, indicator, yes, share, around, of the counted indicators that are more frequent
    in a subdistrict than in the rest of the area by more than chance; empty below a district.
    `quality`: the counted indicators with more unknown answers than the definition's limit: number, name, unknown,
    unknown_share. `children` and `households` are None where they are withheld. `unknown_share` is of all answers to
    counted indicators; `coverage` as `quality.quality_of`. `grouped`: where groups are asked for, `levels_by`, as
    `areas.levels_by`.
    """

    code: str
    name: str
    round: int
    previous: int | None
    rounds: tuple[int, ...]
    as_of: datetime.date
    wider: WiderArea | None
    children: int | None
    households: int | None
    unknown_share: float
    coverage: pd.DataFrame
    levels: pd.DataFrame
    leading: pd.DataFrame
    parts: pd.DataFrame
    activities: pd.DataFrame
    idle: pd.DataFrame
    above_by_part: pd.DataFrame
    quality: pd.DataFrame
    grouped: dict[str, pd.DataFrame]
    standing: pd.DataFrame
    standing_parts: pd.DataFrame
    responses: pd.DataFrame
    help: pd.DataFrame
    not_comparable: pd.DataFrame
    not_asked: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        names = ("levels", "leading", "help", "parts", "activities", "idle", "above_by_part", "quality", "coverage")
        standing = tables_with_rows(
            standing=self.standing, standing_parts=self.standing_parts, responses=self.responses
        )
        left_out = tables_with_rows(not_comparable=self.not_comparable, not_asked=self.not_asked)
        return {**{name: getattr(self, name) for name in names}, **standing, **self.grouped, **left_out}


def _counted(survey: Survey) -> dict[str, int]:
    return {indicator.column: indicator.number for indicator in survey.indicators if indicator.counted}


def _named(survey: Survey, counts: pd.DataFrame, language: Language) -> pd.DataFrame:
    numbers = counts["item"].map(_counted(survey))
    names = {indicator.number: indicator.name.in_(language) for indicator in survey.indicators}
    return counts.drop(columns="item").assign(number=numbers, name=numbers.map(names).astype("str"))


def _indicators(workspace: Workspace, scope: Scope, wider: WiderArea | None, left_out: pd.DataFrame) -> pd.DataFrame:
    """Return the counted indicators of the round, in the columns of `AreaPlan.leading`."""
    now = compared_answers(workspace, dict.fromkeys(_counted(workspace.survey), ""), scope, wider)
    change = (now["share"] - now["before"]).mask(now["item"].isin(left_out["item"]))
    kept = now.drop(columns=[*hidden_columns(now), "label"]).assign(change=change)
    named = _named(workspace.survey, kept, workspace.language)
    return named[["number", "name", *(column for column in named if column not in ("number", "name"))]]


def leading_indicators(indicators: pd.DataFrame, count: int) -> pd.DataFrame:
    """Those with most children at yes, of which so many are known."""
    present = indicators[(indicators["yes"] > 0).fillna(False)]
    order = ["yes", "share", "number"]
    return present.sort_values(order, ascending=[False, False, True]).head(count).reset_index(drop=True)


def part_indicators(connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, round_: int) -> pd.DataFrame:
    """Return the answers to the counted indicators in each subdistrict.

    Columns: area, item, and those of `shares.with_shares`. There are no rows for an area smaller than a district.
    """
    group = next((group for group in survey.figures.groups if group.digits == 6), None)
    if len(code) >= 6 or group is None:
        return pd.DataFrame()
    counts = count_answers(connection, list(_counted(survey)), within(survey, code, round_), (group.id,))
    return with_shares(survey, counts.rename(columns={group.id: "area"}))


def above_of_parts(survey: Survey, parts: pd.DataFrame, indicators: pd.DataFrame, language: Language) -> pd.DataFrame:
    """What is more frequent in a part than in the rest of the area by more than chance: `AreaPlan.above_by_part`.

    `parts` as `part_indicators`, `indicators` the same counts of the whole area, by number; of what is withheld in one
    of them nothing is said.
    """
    columns = ["area", "name", "number", "indicator", "yes", "share", "around"]
    whole = {column: indicators[indicators["number"] == number] for column, number in _counted(survey).items()}
    tables = []
    for item, counts in parts.groupby("item", sort=False) if len(parts) else ():
        row = whole[str(item)]
        if row.empty or row[["yes", "no"]].isna().to_numpy().any():
            continue
        yes, no = (counts[answer].astype("Float64") for answer in ("yes", "no"))
        beside = beside_rest(
            counts.assign(yes=yes, known=yes + no),
            float(row["yes"].iloc[0]),
            float((row["yes"] + row["no"]).iloc[0]),
            survey.figures.confidence,
        )
        compared = counts.assign(around=beside["around"].round(survey.privacy.digits))
        tables.append(compared[beside["position"] == ABOVE])
    if not tables or not sum(map(len, tables)):
        return pd.DataFrame(columns=columns)
    above_parts = _named(survey, pd.concat(tables), language).rename(columns={"name": "indicator"})
    names = {area: area_name(survey, str(area), language) for area in above_parts["area"].unique()}
    above_parts["name"] = above_parts["area"].map(names).astype("str")
    distance = (above_parts["share"] - above_parts["around"]).astype("Float64")
    ordered = above_parts.assign(distance=distance).sort_values(["area", "distance"], ascending=[True, False])
    return ordered[columns].reset_index(drop=True)


def unknown_quality(indicators: pd.DataFrame) -> pd.DataFrame:
    """The indicators with many unknown answers: `AreaPlan.quality`."""
    marked = indicators.loc[indicators["marked"].fillna(False), ["number", "name", "unknown", "unknown_share"]]
    return marked.sort_values("unknown_share", ascending=False).reset_index(drop=True)


def _touched(survey: Survey, activity: Activity) -> str:
    columns = [indicator.column for indicator in survey.indicators if indicator.number in activity.indicators]
    return " OR ".join(f"{column} = 'yes'" for column in columns)


def _activities(workspace: Workspace, condition: str) -> pd.DataFrame:
    survey, language = workspace.survey, workspace.language
    counts = ", ".join(f"count(*) FILTER ({_touched(survey, activity)})" for activity in survey.activities)
    query = f"SELECT {counts} FROM {CHILD_ROUND} WHERE {condition}"
    counts_of_activities = workspace.profiled().execute(query).fetchone() or ()
    table = pd.DataFrame(
        {
            "id": [activity.id for activity in survey.activities],
            "activity": [activity.label.in_(language) for activity in survey.activities],
            "indicators": [", ".join(map(str, activity.indicators)) for activity in survey.activities],
            "children": pd.array([int(count) for count in counts_of_activities], dtype="Int64"),
            "who": [activity.who.in_(language) for activity in survey.activities],
            "own": [activity.own for activity in survey.activities],
        }
    )
    return table.sort_values(["own", "children"], ascending=[False, False], kind="stable").reset_index(drop=True)


def _help(workspace: Workspace, condition: str) -> pd.DataFrame:
    survey = workspace.survey
    numbers = {indicator.column: indicator.number for indicator in survey.indicators if indicator.circumstance}
    if not numbers:
        return pd.DataFrame()
    counts = with_shares(survey, count_answers(workspace.profiled(), list(numbers), condition))
    return help_counts(survey, counts.assign(number=counts["item"].map(numbers)), workspace.language)


def _levels(workspace: Workspace, condition: str) -> pd.DataFrame:
    survey, language = workspace.survey, workspace.language
    return levels_of(workspace, condition).assign(
        response=[level.response.in_(language) for level in survey.levels],
        due=[level.due.in_(language) for level in survey.levels],
    )


def plan_area(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    code: str,
    *,
    round_: int | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
    leading: int = LEADING,
) -> AreaPlan:
    """What a committee plans from for a village, subdistrict, district or province, by default in its last round.

    `leading` is how many indicators are led with; `by` names one or two groups by which the levels are broken down as
    well. Raises UsageError for an unknown area or group or a round without data; StoreError, UnreadableFile.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_area_plan(workspace, code, round_=round_, by=by, leading=leading)


def compute_area_plan(
    workspace: Workspace, code: str, *, round_: int | None = None, by: Sequence[str] = (), leading: int = LEADING
) -> AreaPlan:
    """As `plan_area`, in a workspace."""
    survey, language = workspace.survey, workspace.language
    groups = groups_asked(survey, by)
    connection = workspace.profiled()
    scope = scope_of(workspace, code, round_)
    condition = within(survey, code, scope.round)
    levels = _levels(workspace, condition)
    counted = {indicator.column: indicator.name.in_(language) for indicator in survey.indicators if indicator.counted}
    left_out = not_comparable(workspace, scope.pairs, counted, code)
    wider = wider_area(workspace, scope)
    indicators = _indicators(workspace, scope, wider, left_out)
    activities = _activities(workspace, condition)
    called = activities["children"].gt(0)
    today = country_today()
    create_stood(workspace, today)
    standing, standing_parts = standing_counts(connection, survey, scope, parts_width(code), language)
    responses = pd.DataFrame()
    if len(standing):
        responses = compute_response_summary(workspace, area=code, as_of=today).totals
    asked = int(indicators[["yes", "no", "unknown"]].sum().sum())
    return AreaPlan(
        code,
        scope.name,
        scope.round,
        scope.previous,
        tuple(year for year in scope.rounds if year <= scope.round),
        today,
        wider,
        int(levels["children"].sum()),
        int(levels["households"].sum()),
        float(indicators["unknown"].sum()) / asked if asked else float("nan"),
        quality_of(connection, survey, scope),
        levels,
        leading_indicators(indicators, leading),
        parts_of(workspace, code, scope.round),
        activities[called].reset_index(drop=True),
        activities[~called].reset_index(drop=True),
        above_of_parts(survey, part_indicators(connection, survey, code, scope.round), indicators, language),
        unknown_quality(indicators),
        {"levels_by": levels_by(workspace, condition, groups)} if groups else {},
        standing,
        standing_parts,
        responses,
        _help(workspace, condition),
        left_out,
        not_asked(workspace, scope.round, {**counted, LEVEL: say("col_level", language)}),
    )
