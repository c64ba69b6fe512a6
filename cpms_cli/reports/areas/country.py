"""Provinces side by side as text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import pandas as pd

from cpms_cli.reports.areas.comparability_notes import show_not_asked
from cpms_cli.reports.areas.handed import mark_withheld_counts
from cpms_cli.reports.areas.shares import percent, show_note, show_shares
from cpms_cli.reports.terminal import Layout, Screen, show_table
from cpms_cli.summaries.area.country import CountrySummary
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language

_WITHOUT, _WIDTH = "province_without_rows", 12
_MOST_NAMED = 10
"""So many provinces without rows are named; of more their codes are printed, which fit a line."""


def show_country(screen: Screen, summary: CountrySummary) -> None:
    """Print provinces by level, all indicators over the whole, some of them by province, and what is missing."""
    console, survey, language = screen.console, screen.survey, screen.language
    year = shown_year(summary.round, language)
    console.print(say("country_title", language, round=year, count=len(summary.provinces)), style="bold")
    whole = summary.whole.assign(area="", name=say("country_whole", language))
    provinces = _bare_names(summary.provinces, screen)
    rows = mark_withheld_counts(pd.concat([provinces, whole], ignore_index=True), language)
    words = {"children": "col_children", "households": "col_households"}
    figures = {name: say(word, language) for name, word in words.items() if name in rows}
    figures |= {level.id: level.label.in_(language) for level in survey.levels}
    headings = {**_province_headings(language), **figures}
    show_table(console, rows, headings, Layout(right=list(figures)), title=say("country_levels", language, round=year))
    show_shares(
        screen,
        summary.total,
        {"label": say("col_indicator", language)},
        title=say("country_indicators", language, round=year),
    )
    show_note(screen)
    _show_by_province(screen, summary)
    show_not_asked(screen, summary.not_asked)
    for sentence in missing_sentences(summary, language):
        console.print(sentence)


def _province_headings(language: Language) -> dict[str, str]:
    return {"name": say("country_province", language), "area": say("country_code", language)}


def _bare_names(frame: pd.DataFrame, screen: Screen) -> pd.DataFrame:
    """Return provinces by name without the word province, which heads their column."""
    labels = {code: area.label.in_(screen.language) for code, area in screen.survey.areas.items()}
    return frame.assign(name=frame["area"].map(labels).fillna(frame["name"]))


def _show_by_province(screen: Screen, summary: CountrySummary) -> None:
    """Print the share of some indicators in each province, as many side by side as the window has room for."""
    language = screen.language
    shares = _bare_names(summary.indicators, screen)
    shares = shares.assign(share=[percent(share, language) for share in shares["share"]])
    columns = max(1, (screen.console.width - 2 * _WIDTH) // _WIDTH)
    for first in range(0, len(summary.shown), columns):
        numbers = summary.shown[first : first + columns]
        beside = shares[shares["number"].isin(numbers)].pivot(index=["area", "name"], columns="number", values="share")
        headings = {str(number): str(number) for number in numbers}
        show_table(
            screen.console,
            beside.rename(columns=str).reset_index(),
            {**_province_headings(language), **headings},
            Layout(right=list(headings)),
            title=say("country_by_province", language),
        )


def _code_ranges(codes: Iterable[str], others: Collection[str]) -> list[str]:
    """Return codes as ranges, between the ends of which none of the others lies.

    >>> _code_ranges(["10", "11", "13", "20"], ["12", "85"])
    ['10–11', '13–20']
    """
    runs: list[list[str]] = []
    for code in sorted(codes):
        if runs and not any(runs[-1][-1] < other < code for other in others):
            runs[-1].append(code)
        else:
            runs.append([code])
    return [run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]


def missing_sentences(summary: CountrySummary, language: Language) -> Iterator[str]:
    """Yield what the tables do not have: provinces without rows in one sentence, everything else in one each."""
    missing = summary.missing
    without = missing[missing["why"] == _WITHOUT]
    if len(without) > _MOST_NAMED:
        others = {*summary.provinces["area"], *missing.loc[missing["why"] != _WITHOUT, "area"].dropna()}
        ranges = ", ".join(_code_ranges(without["area"], others))
        yield say("provinces_without_rows", language, count=len(without), codes=ranges)
    elif len(without):
        yield say(_WITHOUT, language, count=len(without), provinces=", ".join(without["name"]))
    for row in missing[missing["why"] != _WITHOUT].to_dict("records"):
        year = shown_year(int(row["round"]), language) if pd.notna(row["round"]) else ""
        place = f"{row['name']} ({row['area']})"
        message = row["why"] if row["why"] == "province_other_round" else "partition_left_out"
        yield say(message, language, place=place, round=year, why=row["reason"])
