"""Migration as text."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.areas.change import below_each_other, by_pair, show_cases, show_title
from cpms_cli.reports.areas.comparability_notes import show_not_asked, show_not_comparable
from cpms_cli.reports.areas.handed import mark_withheld_counts
from cpms_cli.reports.areas.shares import ShareColumns, group_names, percent, show_note, show_quality, show_shares
from cpms_cli.reports.terminal import NARROW, Layout, Screen, show_table, stacked
from cpms_cli.summaries.counts.movement import ways_to_come
from cpms_cli.summaries.migration.area_migration import MigrationChange, MigrationSummary
from cpms_cli.summaries.migration.migration_groups import Breakdown
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say

_WIDE = 165  # a narrower window has no room for a column per way to leave and to come
_LEFT = ("moved_away", "reached_18", "refused", "lost")


def show_migration(screen: Screen, summary: MigrationSummary) -> None:
    """Print migration: the measures in all and by area, where children came from, who came and who left."""
    console, language = screen.console, screen.language
    scope = summary.scope
    title = say("migration_title", language, area=scope.name, round=shown_year(scope.round, language))
    console.print(title, style="bold")
    show_quality(screen, summary.quality, scope.previous)
    measure, change = say("col_measure", language), {"change": say("col_change", language)}
    show_shares(
        screen,
        summary.total,
        {"label": measure},
        ShareColumns(further=change, signed=("change",), asked=False),
        title=say("figures_total", language),
    )
    _show_measures(screen, summary)
    show_note(screen)
    show_not_asked(screen, summary.not_asked)
    show_not_comparable(screen, summary.not_comparable)
    _show_origins(screen, summary.origins, summary.by, {})
    if scope.previous is None:
        console.print(say("migration_first", language))
        return
    movement_title = say("migration_movement", language, previous=shown_year(scope.previous, language))
    if len(summary.movement):
        _show_movement(screen, summary.movement, summary.by, movement_title)
        console.print(say("move_note", language))


def show_migration_change(screen: Screen, migration: MigrationChange) -> None:
    """Print migration round by round: the measures in all and by area, where children came from, what became of the
    children, who came and who left."""
    console, survey, language = screen.console, screen.survey, screen.language
    show_title(screen, migration.span, say("over_migration", language))
    measure, change = say("col_measure", language), {"change": say("col_change", language)}
    show_shares(
        screen,
        below_each_other(migration.total, ["label"], language),
        {"label": measure, "rounds_": say("col_round", language)},
        ShareColumns(further=change, signed=("change",), asked=False),
        title=say("figures_total", language),
    )
    groups = group_names(survey, migration.measures, language)
    shown = below_each_other(migration.measures, ["measure", "area_label", *groups], language)
    by_round = {"rounds_": say("col_round", language)}
    _show_by_part(screen, shown, migration.by, by_round)
    show_note(screen)
    show_not_asked(screen, migration.not_asked)
    show_not_comparable(screen, migration.not_comparable)
    came = below_each_other(
        migration.origins.sort_values("area", kind="stable"), ["area", *migration.by.names], language
    )
    _show_origins(screen, came, migration.by, by_round)
    of_group = {"name": measure, **group_names(survey, migration.cases, language)}
    for title, cases in by_pair(migration.cases, [], language):
        show_cases(screen, cases, of_group, f"{say('over_migration_cases', language)}: {title}")
    console.print(say("change_note", language))
    for title, moved in by_pair(migration.movement, [], language):
        _show_movement(screen, moved, migration.by, f"{say('over_movement', language)}: {title}")
    console.print(say("move_note", language))


def _show_measures(screen: Screen, summary: MigrationSummary) -> None:
    console, language = screen.console, screen.language
    previous = summary.scope.previous
    then = shown_year(previous, language) if previous else "–"
    parts = summary.by.parts.label.in_(language)
    console.print(say("migration_measures", language, parts=parts, previous=then), style="bold")
    _show_by_part(screen, summary.measures, summary.by, {})


def _show_by_part(screen: Screen, measures: pd.DataFrame, by: Breakdown, last: dict[str, str]) -> None:
    """Print each measure by area (and groups, and the columns `last`), compared with the rest of the province."""
    console, survey, language = screen.console, screen.survey, screen.language
    shown = measures.assign(
        compared=[
            say("not_published" if pd.isna(level) else f"migration_{level}", language) for level in measures["level"]
        ],
        rest=[percent(share, language) for share in measures["rest_share"]],
    )
    keys = {"area_label": by.parts.label.in_(language), **group_names(survey, shown, language), **last}
    further = {
        "change": say("col_change", language),
        "compared": say("col_compared", language),
        "rest": say("col_rest", language),
    }
    for label, rows in shown.groupby("label", sort=False):
        show_shares(
            screen,
            rows,
            keys,
            ShareColumns(further=further, signed=("change",), asked=False, below={"compared": ("rest",)}),
            title=str(label),
        )
    console.print(say("migration_note", language))


def _show_origins(screen: Screen, origins: pd.DataFrame, by: Breakdown, last: dict[str, str]) -> None:
    """Print where children came from, by area (and groups, and the columns `last`)."""
    console, survey, language = screen.console, screen.survey, screen.language
    if survey.arrived is None or survey.origin_field is None:
        unasked = "migration_no_arrived" if survey.arrived is None else "migration_no_origin"
        console.print(say(unasked, language))
        return
    if origins.empty:
        console.print(say("migration_nobody", language))
        return
    headings = {
        "area_label": by.parts.label.in_(language),
        **group_names(survey, origins, language),
        **last,
        "label": say("col_origin", language),
        "children": say("col_children", language),
    }
    shown = mark_withheld_counts(origins, language)
    if console.width < NARROW:
        shown, headings = stacked(shown, headings, {"area_label": [*group_names(survey, origins, language)]})
    show_table(console, shown, headings, Layout(right=("children",)), title=say("migration_origins", language))


def _show_movement(screen: Screen, movement: pd.DataFrame, by: Breakdown, title: str) -> None:
    console, survey, language = screen.console, screen.survey, screen.language
    came = ("moved_here", *ways_to_come(survey))
    figures = ("before", *_LEFT, *came, "children")
    groups = group_names(survey, movement, language)
    headings = {
        "area_label": by.parts.label.in_(language),
        **groups,
        **{name: say(f"move_{name}", language) for name in figures},
    }
    shown = mark_withheld_counts(movement, language)
    if console.width < _WIDE:
        named = (*_LEFT[1:], *came[1:])
        # Side by side they are wider than the window: those who left and those who came stand below each other.
        below = {"area_label": tuple(groups), _LEFT[0]: _LEFT[1:], came[0]: came[1:]}
        shown, headings = stacked(shown, headings, below, named=named)
        for first in (_LEFT[0], came[0]):
            shown[first] = headings[first] + ": " + shown[first].astype("str")
            headings[first] = ""
    right = [name for name in figures if console.width >= _WIDE or name in ("before", "children")]
    show_table(console, shown, headings, Layout(right=right), title=title)
