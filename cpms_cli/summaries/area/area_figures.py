"""Every figure that a report about an area shows: counts and shares only, never a child."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import duckdb
import pandas as pd

from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.scoring.profiles import CHILD_ROUND, HOME, group_column
from cpms_cli.summaries.area.compared_answers import WiderArea, compared_answers, earlier_rounds, wider_area
from cpms_cli.summaries.area.quality import quality_of
from cpms_cli.summaries.counts.movement import MOVEMENT
from cpms_cli.summaries.counts.shares import area_name, broken_down, within
from cpms_cli.summaries.rounds.comparability import LEVEL, not_asked, not_comparable
from cpms_cli.summaries.scope import Scope, parts_of, scope_of
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Level, Survey
from cpms_cli.survey.model.summary_model import Group
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

NOT_SEEN, GROWN = "not_seen", "reached_18"


@dataclass(frozen=True)
class AreaFigures:
    """One area in one round.

    `previous` is the round before, `rounds` all up to this one, oldest first, `wider` what its indicators are compared
    with.

    `levels`: round, then a column of children per level. `response`: level, label, children, could_be (children whose
    highest possible level it is). `indicators`, `rights`, `migration`: `item` and label, and the columns of
    `compared_answers.compared_answers`. `parts`: area, label, children, severe (children at a level that demands a
    response by a time), its share, and a column of children per level. `heat`: area, label, then a share per indicator,
    named by its number; `heat_counts` how many children it is, `heat_others` how many are known not to have it. `flow`:
    from_level, to_level, children, of the children seen in `previous` or this round; empty without one. `quality`: one
    row, see `quality.quality_of`. `not_comparable`: of which of these a question changed since `previous`, so that
    `before` is missing, as `comparability.not_comparable`, and between which rounds of `levels` the level;
    `not_asked`: which rest on questions that the round did not ask. `children` and `households` are None where a report
    withholds them.
    """

    code: str
    name: str
    round: int
    previous: int | None
    rounds: tuple[int, ...]
    wider: WiderArea | None
    children: int | None
    households: int | None
    levels: pd.DataFrame
    response: pd.DataFrame
    indicators: pd.DataFrame
    parts: pd.DataFrame
    heat: pd.DataFrame
    heat_counts: pd.DataFrame
    heat_others: pd.DataFrame
    flow: pd.DataFrame
    rights: pd.DataFrame
    migration: pd.DataFrame
    quality: pd.DataFrame
    not_comparable: pd.DataFrame
    not_asked: pd.DataFrame

    @property
    def earlier(self) -> dict[str, int]:
        """The rounds before whose shares stand beside those of this one, by their columns."""
        return earlier_rounds(self.round, self.rounds)


def severe_levels(survey: Survey) -> tuple[Level, ...]:
    """The levels that demand a response to the child: all that have a rule but the mildest."""
    return survey.rule_levels[:-1]


def _levels(connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, last: int) -> pd.DataFrame:
    when = survey.role("round").name
    counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
    return connection.execute(f"""
        SELECT {when} AS round, {counts}
        FROM {CHILD_ROUND}
        WHERE {within(survey, code, None)} AND {when} <= {last}
        GROUP BY 1
        ORDER BY 1""").df()


def _response(workspace: Workspace, condition: str) -> pd.DataFrame:
    survey, language = workspace.survey, workspace.language
    waiting = (
        workspace.profiled()
        .execute(f"SELECT level, highest, count(*) AS children FROM {CHILD_ROUND} WHERE {condition} GROUP BY ALL")
        .df()
    )
    ids = [level.id for level in survey.levels]
    could = waiting[waiting["level"] != waiting["highest"]]
    return pd.DataFrame(
        {
            "level": ids,
            "label": [level.label.in_(language) for level in survey.levels],
            "children": waiting.groupby("level")["children"].sum().reindex(ids, fill_value=0).to_numpy(),
            "could_be": could.groupby("highest")["children"].sum().reindex(ids, fill_value=0).to_numpy(),
        }
    )


def indicator_labels(survey: Survey, language: Language) -> dict[str, str]:
    """Return each indicator's number and name, by its column."""
    return {indicator.column: f"{indicator.number} {indicator.name.in_(language)}" for indicator in survey.indicators}


def _indicators(workspace: Workspace, scope: Scope, wider: WiderArea | None) -> pd.DataFrame:
    survey, language = workspace.survey, workspace.language
    answers = compared_answers(workspace, indicator_labels(survey, language), scope, wider)
    numbers = {indicator.column: indicator.number for indicator in survey.indicators}
    answers.insert(0, "number", answers["item"].map(numbers))
    return answers


def part_group(survey: Survey, code: str) -> Group | None:
    """Return what an area is divided into: subdistricts, or within one of them, villages."""
    group = parts_of(survey, code)
    return group if len(code) < (group.digits or 0) else None


def _parts(workspace: Workspace, condition: str, group: Group) -> pd.DataFrame:
    survey, language = workspace.survey, workspace.language
    severe = ", ".join(quoted(level.id) for level in severe_levels(survey))
    counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
    moved = (
        workspace.profiled()
        .execute(f"""
            SELECT
                {group_column(group.id)} AS area,
                count(*) AS children,
                count(*) FILTER (level IN ({severe})) AS severe,
                {counts}
            FROM {CHILD_ROUND}
            WHERE {condition}
            GROUP BY 1
            ORDER BY 1""")
        .df()
    )
    moved.insert(1, "label", [area_name(survey, str(code), language) for code in moved["area"]])
    return moved.assign(share=moved["severe"] / moved["children"])


def _heat(workspace: Workspace, condition: str, group: Group) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the share of each indicator in each part, how many children it is, and how many have a known no."""
    columns = {indicator.column: str(indicator.number) for indicator in workspace.survey.indicators}
    breakdown = broken_down(workspace, columns, condition, [group])
    keys, numbers = [group.id, f"{group.id}_label"], list(columns.values())
    kept = ["area", "label", *numbers]
    share, yes, no = (
        breakdown.pivot(index=keys, columns="label", values=name)[numbers].reset_index().set_axis(kept, axis=1)
        for name in ("share", "yes", "no")
    )
    return share, yes, no


def _flow(connection: duckdb.DuckDBPyConnection, survey: Survey, code: str, first: int, last: int) -> pd.DataFrame:
    """Children by their level in two rounds; where a child has no row in the area in one of them, `not_seen`, or
    `reached_18` where that is why. `movement` must exist."""
    person = survey.role("person").name
    sides = [
        f"(SELECT {person}, level FROM {CHILD_ROUND} WHERE {within(survey, code, value)})" for value in (first, last)
    ]
    return connection.execute(f"""
        SELECT
            coalesce(a.level, {quoted(NOT_SEEN)}) AS from_level,
            coalesce(b.level, CASE gone WHEN {quoted(GROWN)} THEN gone END, {quoted(NOT_SEEN)}) AS to_level,
            count(*) AS children
        FROM {sides[0]} a
        FULL JOIN {sides[1]} b USING ({person})
        LEFT JOIN (SELECT {person}, any_value(gone) AS gone FROM {MOVEMENT} GROUP BY 1) USING ({person})
        GROUP BY 1, 2""").df()


def area_figures(workspace: Workspace, code: str, *, round_: int | None = None) -> AreaFigures:
    """Return the figures of a village (8 digits), subdistrict (6), district (4) or province (2) in a round.

    The round is by default the area's last. Raises UsageError for an unknown area or a round without data; StoreError,
    UnreadableFile.
    """
    survey, language = workspace.survey, workspace.language
    scope = scope_of(workspace, code, round_)
    connection = workspace.profiled()
    rounds = [year for year in scope.rounds if year <= scope.round]
    condition = within(survey, code, rounds[-1])
    homes = connection.execute(
        f"SELECT count(DISTINCT {survey.role('home').name}) FROM {CHILD_ROUND} WHERE {condition}"
    ).fetchone()
    response, group = _response(workspace, condition), part_group(survey, code)
    rights = {right_column(right.id): right.label.in_(language) for right in survey.rights}
    measures = {
        of: {measure_column(measure.id): measure.label.in_(language) for measure in survey.measures if measure.of == of}
        for of in ("child", "household")
    }
    labels = {**indicator_labels(survey, language), **rights, **measures["child"], **measures["household"]}
    left_out = not_comparable(workspace, scope.pairs, labels, code)
    of_level = {LEVEL: say("col_level", language)}
    migration = [
        compared_answers(workspace, measures[of], scope, relation=relation)
        for of, relation in (("child", CHILD_ROUND), ("household", HOME))
        if measures[of]
    ]
    none, wider = pd.DataFrame(), wider_area(workspace, scope)
    quality = quality_of(connection, survey, scope)
    return AreaFigures(
        code,
        scope.name,
        scope.round,
        scope.previous,
        tuple(rounds),
        wider,
        int(response["children"].sum()),
        int(homes[0]) if homes else 0,
        _levels(connection, survey, code, rounds[-1]),
        response,
        _indicators(workspace, scope, wider),
        _parts(workspace, condition, group) if group else none,
        *(_heat(workspace, condition, group) if group else (none, none, none)),
        _flow(connection, survey, code, rounds[-2], rounds[-1]) if len(rounds) > 1 else none,
        compared_answers(workspace, rights, scope),
        pd.concat(migration, ignore_index=True),
        quality,
        pd.concat([left_out, not_comparable(workspace, pairwise(rounds), of_level, code)], ignore_index=True),
        not_asked(workspace, scope.round, {**labels, **of_level}),
    )
