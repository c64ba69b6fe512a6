"""A community or a province as text."""

from __future__ import annotations

from cpms_cli.reports.areas.comparability_notes import show_not_asked, show_not_comparable
from cpms_cli.reports.areas.handed import count_text, mark_withheld_counts
from cpms_cli.reports.areas.help_needed import show_help_needed
from cpms_cli.reports.areas.shares import ShareColumns, group_names, show_note, show_quality, show_shares
from cpms_cli.reports.areas.standing import show_standing
from cpms_cli.reports.scores import show_children
from cpms_cli.reports.terminal import NARROW, Layout, Screen, show_table, stacked
from cpms_cli.summaries.area.areas import AreaSummary
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say


def show_area(screen: Screen, summary: AreaSummary, *, listed: bool = True) -> None:
    """Print an area: levels, indicators, its parts, and, with `listed`, whom to visit at once."""
    console, survey, language = screen.console, screen.survey, screen.language
    title = say(
        "area_title",
        language,
        name=summary.name,
        code=summary.code,
        round=shown_year(summary.round, language),
        children=count_text(summary.children, language),
        households=count_text(summary.households, language),
    )
    console.print(title, style="bold")
    show_quality(screen, summary.quality, summary.previous)
    names = {
        "label": "level",
        "children": "children",
        "share": "share",
        "could_be": "could_be",
        "households": "households",
    }
    headings = {name: say(f"col_{key}", language) for name, key in names.items()}
    show_table(
        console,
        mark_withheld_counts(summary.levels, language),
        headings,
        Layout(right=("children", "could_be", "households"), percent=("share",)),
        title=say("area_levels", language, round=shown_year(summary.round, language)),
    )
    console.print(say("could_be_note", language))
    if listed:
        show_standing(screen, summary.standing, summary.standing_parts, summary.round)
    _show_area_indicators(screen, summary)
    show_help_needed(console, summary.help, language)
    headings = {
        "area": say("col_area", language),
        "name": "",
        "children": say("col_children", language),
        **{level.id: level.label.in_(language) for level in survey.levels},
    }
    parts, figures = mark_withheld_counts(summary.parts, language), list(headings)[2:]
    if console.width < NARROW:
        parts, headings = stacked(parts, headings, {"area": ("name",)})
    show_table(
        console,
        parts,
        headings,
        Layout(right=figures),
        title=say("area_parts_round", language, round=shown_year(summary.round, language)),
    )
    _show_grouped(screen, summary)
    if listed:
        show_response(screen, summary)


def _show_area_indicators(screen: Screen, summary: AreaSummary) -> None:
    language = screen.language
    previous = shown_year(summary.previous, language) if summary.previous else "–"
    indicators = summary.indicators.assign(
        label=summary.indicators["number"].astype("str") + " " + summary.indicators["name"]
    )
    show_shares(
        screen,
        indicators,
        {"label": say("col_indicator", language)},
        ShareColumns(signed=("change",), further={"change": say("col_change", language)}),
        title=say("area_indicators", language, previous=previous),
    )
    show_note(screen)
    show_not_asked(screen, summary.not_asked)
    show_not_comparable(screen, summary.not_comparable)


def _show_grouped(screen: Screen, summary: AreaSummary) -> None:
    """Levels and indicators broken down, where that was asked for."""
    console, survey, language = screen.console, screen.survey, screen.language
    if not summary.grouped:
        return
    levels, indicators = summary.grouped["levels_by"], summary.grouped["indicators_by"]
    keys = group_names(survey, levels, language)
    groups, figures = " / ".join(keys.values()), {level.id: level.label.in_(language) for level in survey.levels}
    shown, headings = (
        mark_withheld_counts(levels, language),
        {**keys, "children": say("col_children", language), **figures},
    )
    if console.width < NARROW:
        first, *rest = keys
        shown, headings = stacked(shown, headings, {first: rest})
    show_table(
        console,
        shown,
        headings,
        Layout(right=["children", *figures]),
        title=say("area_levels_by", language, groups=groups),
    )
    show_shares(
        screen,
        indicators,
        {**keys, "label": say("col_indicator", language)},
        title=say("area_indicators_by", language, groups=groups),
    )


def show_response(screen: Screen, summary: AreaSummary) -> None:
    """Print the immediate response list of an area."""
    console, survey, language = screen.console, screen.survey, screen.language
    first = survey.levels[0]
    adults = 0
    if len(summary.standing):
        adults = int(summary.standing.set_index("level")["turned_18"].get(first.id, 0))
    if summary.response.empty:
        console.print(say("area_response_none", language))
        _show_adults(screen, adults, first.id)
        return
    action = f"{first.response.in_(language)}, {first.due.in_(language)}"
    console.print(say("area_response", language, response=action), style="bold")
    show_children(screen, summary.response, identified=False)
    _show_adults(screen, adults, first.id)


def _show_adults(screen: Screen, count: int, level: str) -> None:
    """Print how many children turned 18 and so left the immediate response list."""
    console, language = screen.console, screen.language
    if count:
        console.print(say("area_turned_18", language, count=count, level=level))
