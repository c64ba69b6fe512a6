"""An indicator and the rights as text."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cpms_cli.reports.areas.comparability_notes import show_not_asked
from cpms_cli.reports.areas.handed import count_text
from cpms_cli.reports.areas.shares import ShareColumns, group_names, show_note, show_quality, show_shares
from cpms_cli.reports.scores import show_children
from cpms_cli.reports.terminal import Screen
from cpms_cli.summaries.area.indicator import IndicatorSummary
from cpms_cli.summaries.area.rights import RightsSummary
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say


def _show_counted(screen: Screen, counted: Mapping[str, pd.DataFrame], item: str, words: tuple[str, str]) -> None:
    """Print the total, the tables by groups, and the rounds; `item` heads the column of what is counted, if any."""
    survey, language = screen.survey, screen.language
    for name, frame in counted.items():
        keys = group_names(survey, frame, language)
        title = say("figures_by", language, groups=" / ".join(keys.values()))
        shown = frame
        if name == "total":
            title, keys = say("figures_total", language), {} if item else {"label": ""}
        elif name == "rounds":
            title, keys = say("figures_rounds", language), {"round": say("col_round", language)}
            shown = frame.assign(round=[shown_year(int(year), language) for year in frame["round"]])
        show_shares(
            screen, shown, {**keys, **({"label": item} if item else {})}, ShareColumns(words=words), title=title
        )


def show_indicator(screen: Screen, summary: IndicatorSummary, identified: bool, *, listed: bool = True) -> None:
    """Print an indicator: what it means, how many, in which groups and rounds, and, with `listed`, which children."""
    console, language = screen.console, screen.language
    scope = summary.scope
    console.print(
        say(
            "indicator_title",
            language,
            number=summary.number,
            name=summary.name,
            area=scope.name,
            round=shown_year(scope.round, language),
        ),
        style="bold",
    )
    console.print(summary.definition)
    if language == FALLBACK:  # in which the sources stand in the definition
        console.print(say("indicator_source", language, source=summary.source))
    show_quality(screen, summary.quality, scope.previous)
    _show_counted(screen, summary.counted, "", ("yes", "no"))
    show_note(screen)
    show_not_asked(screen, summary.not_asked)
    if listed:
        console.print(say("indicator_children", language), style="bold")
        show_children(screen, summary.children, identified)
    if summary.not_asked.empty:
        console.print(say("indicator_open", language, count=count_text(summary.open, language)))


def show_rights(screen: Screen, summary: RightsSummary, *, listed: bool, identified: bool, hint: bool = True) -> None:
    """Print the rights: who has them, by groups; with `listed`, the children who lack one, else, with `hint`, how many
    do."""
    console, survey, language = screen.console, screen.survey, screen.language
    scope = summary.scope
    console.print(say("rights_title", language, area=scope.name, round=shown_year(scope.round, language)), style="bold")
    show_quality(screen, summary.quality, scope.previous)
    _show_counted(screen, summary.counted, say("col_right", language), ("has", "lacks"))
    show_note(screen)
    show_not_asked(screen, summary.not_asked)
    if not listed and not hint:
        return
    if not listed:
        known = ", ".join(right.id for right in survey.rights)
        console.print(say("rights_list_hint", language, count=len(summary.lacking), known=known))
        return
    console.print(say("rights_lacking", language), style="bold")
    unsure = (say("col_not_known", language) + ": " + summary.lacking["not_known"]).where(
        summary.lacking["not_known"] != "", ""
    )
    lacking = (say("col_lacks", language) + ": " + summary.lacking["lacks"] + "; " + unsure).str.rstrip("; ")
    show_children(screen, summary.lacking.assign(why=lacking), identified)
