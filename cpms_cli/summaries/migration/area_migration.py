"""Migration: areas with high levels of it, where children came from, who arrived and who left.

An area is high by a measure when the whole Wilson interval of its share lies above the share in the rest of its
province. With groups of children beside the area, like is compared with like: its girls with the other girls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.judged_columns import measure_column
from cpms_cli.scoring.profiles import CHILD_ROUND, HOME
from cpms_cli.summaries.area.quality import quality_of
from cpms_cli.summaries.counts.movement import counted_movement, create_movement, origins
from cpms_cli.summaries.counts.shares import PARTLY, count_answers, with_shares, within
from cpms_cli.summaries.migration.migration_groups import Breakdown, breakdown
from cpms_cli.summaries.rounds.comparability import not_asked, not_comparable
from cpms_cli.summaries.rounds.round_pairs import Compared, cases_between, with_names
from cpms_cli.summaries.scope import OverRounds, Scope, scope_of, span_of, tables_with_rows
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace

HEIGHTS = ("high", "not_high", "no_rest", "unknown")  # an area beside the rest of its province


@dataclass(frozen=True)
class MigrationSummary:
    """Migration in one area and round, broken down as `by` says: what is told of parts begins as `Breakdown.labelled`.

    `measures`: a row per part, group of children and measure: measure, label, of (child or household; of groups of
    children, no households), the columns of `shares.with_shares`, rest_share and rest_known (the rest of the province),
    `level` (high, not_high, no_rest: nothing to compare with, or unknown: no answer of its own), and change since the
    previous round as a fraction. `total`: the same for the whole, without a comparison.
    `not_comparable`: measures whose questions changed since the previous round, of which no change is given;
    `not_asked`: those that rest on questions which the round did not ask.
    `origins`: origin, label, children. `movement`: as `movement.counted_movement`; empty where no round came before.
    """

    scope: Scope
    by: Breakdown
    total: pd.DataFrame
    measures: pd.DataFrame
    origins: pd.DataFrame
    movement: pd.DataFrame
    quality: pd.DataFrame
    not_comparable: pd.DataFrame
    not_asked: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {
            "total": self.total,
            "measures": self.measures,
            "origins": self.origins,
            "movement": self.movement,
            "quality": self.quality,
            **tables_with_rows(not_comparable=self.not_comparable, not_asked=self.not_asked),
        }


@dataclass(frozen=True)
class MigrationChange(OverRounds):
    """Migration over a span of rounds, broken down as `by` says.

    `total`, `measures` and `origins`: those of `MigrationSummary` for each round, `round` first; `change` is since the
    round before. `cases`: what became of the children with each measure, `measure` its id and `name` in words, as
    `pairs.cases_between`, by the groups that were asked for. `movement`: who came and who left between each two rounds,
    from_round and to_round first. `not_comparable`: measures whose questions changed between two rounds;
    `not_asked`: those that rest on questions which a round did not ask.
    """

    by: Breakdown
    total: pd.DataFrame
    measures: pd.DataFrame
    origins: pd.DataFrame
    cases: pd.DataFrame
    movement: pd.DataFrame
    not_comparable: pd.DataFrame
    not_asked: pd.DataFrame


def counted_measures(
    connection: duckdb.DuckDBPyConnection, survey: Survey, condition: str, by: Sequence[str], of_children: bool
) -> pd.DataFrame:
    """Counts of every measure, children's and, unless a group of children is asked for, households'."""
    tables = []
    for relation, table in ((CHILD_ROUND, "child"), (HOME, "household")):
        ids = {measure_column(measure.id): measure.id for measure in survey.measures if measure.of == table}
        if ids and (table == "child" or not of_children):
            counts = count_answers(connection, list(ids), condition, by, relation)
            tables.append(counts.assign(measure=counts["item"].map(ids).astype("str"), of=table).drop(columns="item"))
    return pd.concat(tables, ignore_index=True)


def _compared(survey: Survey, inside: pd.DataFrame, province: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Shares of each area beside the rest of its province, and whether they are high."""
    whole = province.groupby(["province", "measure", *keys[2:]], as_index=False)[["yes", "no", PARTLY]].sum()
    table = inside.merge(whole, on=["province", "measure", *keys[2:]], suffixes=("", "_province"))
    rest_yes, rest_no = table["yes_province"] - table["yes"], table["no_province"] - table["no"]
    known = (rest_yes + rest_no).where(table[f"{PARTLY}_province"] == table[PARTLY], 0)
    shares = with_shares(survey, table.drop(columns=["yes_province", "no_province", f"{PARTLY}_province"]))
    rest = (rest_yes / known.where(known > 0)).astype("float64")
    high, not_high, no_rest, unknown = HEIGHTS
    level = pd.Series(not_high, index=table.index, dtype="str").mask(shares["low"] > rest, high)
    level = level.mask(known == 0, no_rest).mask(shares["share"].isna(), unknown)
    return shares.assign(rest_share=rest, rest_known=known, level=level)


def _measures(workspace: Workspace, scope: Scope, by: Breakdown, left_out: pd.DataFrame) -> pd.DataFrame:
    survey, language, connection = workspace.survey, workspace.language, workspace.profiled()
    keys = ["measure", "area", *by.names]

    def counts(code: str | None, round_: int) -> pd.DataFrame:
        condition = within(survey, code, round_)
        counted = counted_measures(connection, survey, condition, [by.parts.id, *by.names], bool(by.others))
        counted = counted.rename(columns={by.parts.id: "area"})
        return counted.assign(province=counted["area"].str[:PROVINCE])

    around = counts(None if scope.code is None else scope.code[:PROVINCE], scope.round)
    inside = around[around["area"].str.startswith(scope.code or "")].reset_index(drop=True)
    table = _compared(survey, inside, around, keys)
    table["change"] = float("nan")
    if scope.previous is not None:
        change = _change(survey, table, counts(scope.code, scope.previous), keys)
        table["change"] = change.mask(table["measure"].isin(_changed(left_out, scope)))
    order = {measure.id: number for number, measure in enumerate(survey.measures)}
    labels = {measure.id: measure.label.in_(language) for measure in survey.measures}
    table = table.assign(label=table["measure"].map(labels).astype("str")).drop(columns="province")
    table = by.labelled(survey, table, language).sort_values(
        "measure", key=lambda column: column.map(order), kind="stable"
    )
    first_columns = ["measure", "label", "of"]
    first = [*table.columns[: table.columns.get_loc("measure")]]
    return table[
        [*first, *first_columns, *(name for name in table if name not in (*first, *first_columns))]
    ].reset_index(drop=True)


def _change(survey: Survey, now: pd.DataFrame, before: pd.DataFrame, keys: list[str]) -> pd.Series:
    then = with_shares(survey, before)[[*keys, "share"]].rename(columns={"share": "then"})
    earlier = pd.Series(now[keys].merge(then, on=keys, how="left")["then"].to_numpy(), index=now.index)
    return now["share"].sub(earlier)


def _total(workspace: Workspace, scope: Scope, left_out: pd.DataFrame) -> pd.DataFrame:
    survey, language, connection = workspace.survey, workspace.language, workspace.profiled()
    now = with_shares(survey, counted_measures(connection, survey, within(survey, scope.code, scope.round), (), False))
    change = pd.Series(float("nan"), index=now.index)
    if scope.previous is not None:
        before = counted_measures(connection, survey, within(survey, scope.code, scope.previous), (), False)
        change = _change(survey, now, before, ["measure"])
        change = change.mask(now["measure"].isin(_changed(left_out, scope)))
    labels = {measure.id: measure.label.in_(language) for measure in survey.measures}
    table = now.assign(label=now["measure"].map(labels).astype("str"), change=change)
    first = ["measure", "label", "of"]
    return table[[*first, *(name for name in table if name not in first)]]


def _changed(left_out: pd.DataFrame, scope: Scope) -> pd.Series:
    """Return those of `left_out` that cannot be compared between the scope's two rounds."""
    of_scope = (left_out["from_round"] == scope.previous) & (left_out["to_round"] == scope.round)
    return left_out["item"][of_scope]


def _not_comparable(workspace: Workspace, pairs: Sequence[tuple[int, int]], area: str | None) -> pd.DataFrame:
    """Return the measures whose questions changed between the two rounds of each pair; `item` is a measure's id."""
    return _by_measure(workspace, not_comparable(workspace, pairs, _labels(workspace), area))


def _not_asked(workspace: Workspace, rounds: Sequence[int]) -> pd.DataFrame:
    """Return the measures that rest on questions which one of the rounds did not ask; `item` is a measure's id."""
    labels = _labels(workspace)
    of_rounds = [not_asked(workspace, round_, labels) for round_ in rounds]
    return _by_measure(workspace, pd.concat(of_rounds, ignore_index=True))


def _labels(workspace: Workspace) -> dict[str, str]:
    """Return the name of each measure in words, by its column."""
    return {measure_column(measure.id): measure.label.in_(workspace.language) for measure in workspace.survey.measures}


def _by_measure(workspace: Workspace, of_columns: pd.DataFrame) -> pd.DataFrame:
    """Return a table about columns of measures with the measures' ids in the place of the columns."""
    ids = {measure_column(measure.id): measure.id for measure in workspace.survey.measures}
    return of_columns.assign(item=of_columns["item"].map(ids))


def _movement(workspace: Workspace, scope: Scope, by: Breakdown) -> pd.DataFrame:
    """Return `movement.counted_movement` between the scope's two rounds, with labels."""
    survey, connection = workspace.survey, workspace.profiled()
    previous = scope.previous if workspace.knows_moves else None
    create_movement(connection, survey, scope.round, previous, survey.arrived.id if survey.arrived else "")
    moved = counted_movement(connection, survey, scope.code, by.parts.digits or 0, by.others)
    return by.labelled(survey, moved, workspace.language)


def _origins(workspace: Workspace, scope: Scope, by: Breakdown) -> pd.DataFrame:
    """Return `movement.origins` in the scope's round, with labels."""
    survey = workspace.survey
    condition = within(survey, scope.code, scope.round)
    came = origins(workspace, condition, by.parts.digits or 0, by.others)
    return by.labelled(survey, came, workspace.language)


def summarise_migration(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    *,
    area: str | None = None,
    round_: int | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> MigrationSummary:
    """Migration in an area (None: the whole store) and a round, by default the area's last, in its parts.

    `by` may name one or two groups: kinds of areas (of two, the narrower are the parts) and groups of children. Raises
    UsageError for an unknown area, group or round.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_migration_summary(workspace, area=area, round_=round_, by=by)


def compute_migration_summary(
    workspace: Workspace, *, area: str | None = None, round_: int | None = None, by: Sequence[str] = ()
) -> MigrationSummary:
    """As `summarise_migration`, in a workspace."""
    groups = breakdown(workspace.survey, area, by)
    scope = scope_of(workspace, area, round_)
    quality = quality_of(workspace.profiled(), workspace.survey, scope, workspace.knows_moves)
    left_out = _not_comparable(workspace, scope.pairs, area)
    return MigrationSummary(
        scope,
        groups,
        _total(workspace, scope, left_out),
        _measures(workspace, scope, groups, left_out),
        _origins(workspace, scope, groups),
        _movement(workspace, scope, groups),
        quality,
        left_out,
        _not_asked(workspace, [scope.round]),
    )


def compute_measures(workspace: Workspace, code: str, round_: int | None) -> pd.DataFrame:
    """Return the table `measures` of `MigrationSummary` alone, of an area and a round, by default the area's last."""
    groups = breakdown(workspace.survey, code, ())
    scope = scope_of(workspace, code, round_)
    return _measures(workspace, scope, groups, _not_comparable(workspace, scope.pairs, code))


def migration_change(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    store: str | Path,
    first: int,
    last: int,
    *,
    area: str | None = None,
    by: Sequence[str] = (),
    language: Language = FALLBACK,
    schemas: Path | None = None,
) -> MigrationChange:
    """Migration in an area (None: the whole store) round by round, and who came and who left between each two rounds.

    `by` as in `summarise_migration`. Raises UsageError for an unknown area or group, or fewer than two rounds.
    """
    with Workspace.from_paths(store, schemas, language=language) as workspace:
        return compute_migration_change(workspace, (first, last), area=area, by=by)


def compute_migration_change(
    workspace: Workspace, rounds: tuple[int, int], *, area: str | None = None, by: Sequence[str] = ()
) -> MigrationChange:
    """As `migration_change`, in a workspace; `rounds` are the first and the last round."""
    survey, language = workspace.survey, workspace.language
    groups = breakdown(survey, area, by)
    of_children = [measure for measure in survey.measures if measure.of == "child"]
    columns = {measure_column(measure.id): (measure.id, measure.label.in_(language)) for measure in of_children}
    span = span_of(workspace, area, rounds)
    cases = cases_between(workspace, span, Compared(tuple(columns), groups.asked))
    left_out = _not_comparable(workspace, span.pairs, area)
    total = [_total(workspace, scope, left_out) for scope in span.scopes]
    measures = [_measures(workspace, scope, groups, left_out) for scope in span.scopes]
    came = [_origins(workspace, scope, groups) for scope in span.scopes]
    between = [Scope(area, span.name, now, then, span.rounds) for then, now in span.pairs]
    moved = [_movement(workspace, scope, groups) for scope in between]
    then, now = zip(*span.pairs, strict=True)
    return MigrationChange(
        span,
        groups,
        _below(total, round=span.rounds),
        _below(measures, round=span.rounds),
        _below(came, round=span.rounds),
        with_names(cases, columns, ("measure", "name")),
        _below(moved, to_round=now, from_round=then),
        left_out,
        _not_asked(workspace, span.rounds),
    )


def _below(tables: Sequence[pd.DataFrame], **rounds_by_column: Sequence[int]) -> pd.DataFrame:
    """Tables one below the other, each with the rounds that it is of; the last one told stands first."""
    for name, rounds in rounds_by_column.items():
        for table, round_ in zip(tables, rounds, strict=True):
            table.insert(0, name, round_)
    # The columns of a table without rows have no types of their own to give.
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
