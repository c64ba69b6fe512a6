"""Provinces side by side: children, homes and levels of each, and how often each indicator is yes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, group_column
from cpms_cli.summaries.counts.shares import area_name, broken_down, count_answers, with_shares, within
from cpms_cli.summaries.rounds.comparability import not_asked
from cpms_cli.summaries.scope import known_indicator, scope_of, tables_with_rows
from cpms_cli.survey.model.definition import Indicator, Survey
from cpms_cli.survey.rules.dependents import names_looked_at
from cpms_cli.survey.rules.typed_answers import quoted
from cpms_cli.workspace import Workspace

_DIGITS = 2
_AREA = "_province"  # no group of a definition has a name that begins so
MISSING = ("area", "name", "why", "reason", "round")


@dataclass(frozen=True)
class CountrySummary:
    """All provinces of a data set in one round.

    `whole` and `provinces`: children, households (not where it is handed on), and a column of children per level;
    of provinces with area and name first. `total` and `indicators`: number, label and the columns of
    `shares.with_shares`; of provinces with area and name first. `missing`: provinces without rows of this round, and
    what lies in the folder and was left out: area, name, `why`, the `reason` in words, and the round that is there.
    `shown`: the numbers of the indicators that are told of each province on the screen.
    """

    round: int
    whole: pd.DataFrame
    provinces: pd.DataFrame
    total: pd.DataFrame
    indicators: pd.DataFrame
    not_asked: pd.DataFrame
    shown: tuple[int, ...]
    missing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(MISSING)))

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in the order in which they are read."""
        return {
            "whole": self.whole,
            "provinces": self.provinces,
            "total": self.total,
            "indicators": self.indicators,
            **tables_with_rows(not_asked=self.not_asked, missing=self.missing),
        }


def key_indicators(survey: Survey) -> tuple[Indicator, ...]:
    """Return the indicators by which a child comes to a level that demands a response to it: what the rules of these
    levels look at."""
    looked_at = names_looked_at(survey, [level.when for level in survey.rule_levels[:-1] if level.when])
    return tuple(indicator for indicator in survey.indicators if indicator.column in looked_at)


def compute_country_summary(
    workspace: Workspace, *, round_: int | None = None, numbers: Sequence[int | str] = ()
) -> CountrySummary:
    """Return the provinces side by side in a round, by default the last that any of them has.

    `numbers` are the indicators, by number or name, that are told of each province on the screen, by default
    `key_indicators`. Raises UsageError for an unknown indicator, or a round without data.
    """
    survey = workspace.survey
    chosen = [known_indicator(survey, number) for number in numbers] or key_indicators(survey)
    scope = scope_of(workspace, None, round_)
    condition = within(survey, None, scope.round)
    names = {
        indicator.column: f"{indicator.number} {indicator.name.in_(workspace.language)}"
        for indicator in survey.indicators
    }
    total = broken_down(workspace, names, condition)
    return CountrySummary(
        scope.round,
        _levels(workspace, condition, "''").drop(columns=["area", "name"]),
        _levels(workspace, condition, _province(survey)),
        _numbered(survey, total),
        _numbered(survey, _by_province(workspace, names, condition)),
        not_asked(workspace, scope.round, names),
        tuple(indicator.number for indicator in chosen),
    )


def _province(survey: Survey) -> str:
    return f"left({survey.role('village').name}, {_DIGITS})"


def _levels(workspace: Workspace, condition: str, area: str) -> pd.DataFrame:
    """Return the children of each area, an SQL expression, by level, and its homes."""
    survey, home = workspace.survey, workspace.survey.role("home").name
    counts = ", ".join(f"count(*) FILTER (level = {quoted(level.id)}) AS {level.id}" for level in survey.levels)
    table = (
        workspace.profiled()
        .execute(f"""
            SELECT {area} AS area, count(*) AS children, count(DISTINCT {home}) AS households, {counts}
            FROM {CHILD_ROUND}
            WHERE {condition}
            GROUP BY 1
            ORDER BY 1""")
        .df()
    )
    return _named(workspace, table)


def _by_province(workspace: Workspace, names: dict[str, str], condition: str) -> pd.DataFrame:
    survey = workspace.survey
    rows = f"(SELECT *, {_province(survey)} AS {group_column(_AREA)} FROM {CHILD_ROUND})"
    counts = count_answers(workspace.profiled(), list(names), condition, [_AREA], rows)
    counts.insert(list(counts).index("item") + 1, "label", counts["item"].map(names).astype("str"))
    return _named(workspace, with_shares(survey, counts).rename(columns={_AREA: "area"}))


def _named(workspace: Workspace, table: pd.DataFrame) -> pd.DataFrame:
    survey, language = workspace.survey, workspace.language
    names = {code: area_name(survey, code, language) if code else "" for code in map(str, table["area"].unique())}
    table.insert(1, "name", table["area"].map(names).astype("str"))
    return table


def _numbered(survey: Survey, table: pd.DataFrame) -> pd.DataFrame:
    numbers = {indicator.column: indicator.number for indicator in survey.indicators}
    table.insert(list(table).index("item"), "number", table["item"].map(numbers))
    return table
