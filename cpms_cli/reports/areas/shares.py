"""Shares with their intervals, and what is said beside every figure: how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cpms_cli.disclosure.cells.joined_answers import JOINED, joined_rows
from cpms_cli.reports.areas.handed import mark_withheld_counts
from cpms_cli.reports.terminal import NARROW, Layout, Screen, show_table, stacked
from cpms_cli.summaries.counts.shares import COUNTS
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.numbers import in_digits, shown_count, shown_share

NOTHING = "–"
_A_KEY = 16  # columns that each key beside the first takes


def percent(share: float, language: Language) -> str:
    """A fraction as people read it: 12.5 %; a dash where there is none."""
    return NOTHING if pd.isna(share) else shown_share(share, language)


def _range(low: pd.Series, high: pd.Series) -> list[str]:
    return [
        NOTHING if pd.isna(bound) or pd.isna(other) else f"{bound * 100:.1f}–{other * 100:.1f}"
        for bound, other in zip(low, high, strict=True)
    ]


@dataclass(frozen=True)
class ShareColumns:
    """What a table of shares has besides its keys and figures.

    `words`: the answers whose names head the columns of yes and no. `further`: columns at the end, with their headings;
    those that are `signed` hold changes of shares. Without `asked`, who was not asked is left out. `below`: which
    columns stand below another one in a narrow window.
    """

    words: tuple[str, str] = ("yes", "no")
    further: Mapping[str, str] = field(default_factory=dict)
    signed: Sequence[str] = ()
    asked: bool = True
    below: Mapping[str, Sequence[str]] = field(default_factory=dict)


USUAL_COLUMNS = ShareColumns()


def show_shares(
    screen: Screen,
    frame: pd.DataFrame,
    keys: Mapping[str, str],
    columns: ShareColumns = USUAL_COLUMNS,
    *,
    title: str = "",
) -> None:
    """Print shares as `shares.with_shares` makes them, behind the columns `keys`.

    A share of which too much is unknown has a mark. In a narrow window the interval stands below the share, and the
    keys below each other; the more keys there are, the sooner a window counts as narrow.
    """
    console, language = screen.console, screen.language
    mark = say("joined_mark", language)
    joined = joined_rows(frame) | joined_rows(frame, "yes")
    shown = _with_joined(mark_withheld_counts(frame, language), frame, mark).assign(
        share=[
            percent(share, language) + (" !" if marked else f" {mark}" if both else "")
            for share, marked, both in zip(frame["share"], frame["marked"].fillna(False), joined, strict=True)
        ],
        interval=_range(frame["low"], frame["high"]),
        bounds=_range(frame["lowest"], frame["highest"]),
    )
    headings = {
        **keys,
        "yes": say(f"col_{columns.words[0]}", language),
        "no": say(f"col_{columns.words[1]}", language),
        "unknown": say("col_unknown", language),
        "not_applicable": say("col_na", language),
        **({"not_asked": say("col_not_asked", language)} if holds_not_asked(frame) else {}),
        "share": say("col_share", language),
        "interval": say("col_interval", language),
        "bounds": say("col_bounds", language),
        **columns.further,
    }
    if not columns.asked:
        headings.pop("not_applicable")
    if console.width < NARROW + _A_KEY * (len(keys) - 1):
        first, *rest = keys
        shown, headings = stacked(shown, headings, {first: rest, "share": ("interval",), **columns.below})
    right = [name for name in (*COUNTS, "share", "interval", "bounds") if name in headings]
    show_table(console, shown, headings, Layout(right=right, signed=columns.signed), title=title)


def holds_not_asked(frame: pd.DataFrame) -> bool:
    """Return whether somebody in a table of answers was not asked in that round: only then is it worth a column."""
    return bool((frame["not_asked"] > 0).fillna(False).any())


def _with_joined(shown: pd.DataFrame, frame: pd.DataFrame, mark: str) -> pd.DataFrame:
    """A table in words with the count of two answers together in the place of the one that says less."""
    for less, together in JOINED.items():
        if together in frame:
            both = joined_rows(frame, less)
            count = frame[together].map(lambda cell: f"{cell} {mark}", na_action="ignore")
            shown = shown.assign(**{less: shown[less].mask(both, count), "unknown": shown["unknown"].mask(both, mark)})
    return shown


def show_note(screen: Screen) -> None:
    """Print what the mark, the interval and the bounds of a share mean."""
    console, survey, language = screen.console, screen.survey, screen.language
    limit, confidence = (f"{part * 100:g} %" for part in (survey.figures.many_unknown, survey.figures.confidence))
    console.print(say("marked_note", language, limit=limit, confidence=confidence))


def quality_sentences(quality: pd.DataFrame, previous: int | None, language: Language) -> tuple[str, ...]:
    """How far the figures can be trusted, in two sentences; `quality` is one row, as `quality` makes it. To
    others than the office, only about how many households were visited."""
    if "children_lost" not in quality:
        share = float(quality["coverage"].iloc[0])
        return (
            ()
            if pd.isna(share)
            else (say("report_coverage", language, share=in_digits(f"{share * 100:.0f}", language)),)
        )
    counts = quality.to_dict("records")[0]
    visited = say(
        "quality_line",
        language,
        visited=shown_count(counts["households_visited"], language),
        known=shown_count(counts["households_known"], language),
        coverage=percent(counts["coverage"], language),
        refused=shown_count(counts["households_refused"], language),
        unknown=percent(counts["unknown_share"], language),
    )
    if previous is None:
        return visited, say("quality_first", language)
    if pd.isna(counts["children_before"]):
        return (visited,)  # rows that do not say who moved: a note below says so
    return visited, say(
        "quality_lost",
        language,
        before=shown_count(counts["children_before"], language),
        lost=shown_count(counts["children_lost"], language),
        previous=shown_year(previous, language),
    )


def show_quality(screen: Screen, quality: pd.DataFrame, previous: int | None) -> None:
    """Print how far the figures can be trusted."""
    console, language = screen.console, screen.language
    for sentence in quality_sentences(quality, previous, language):
        console.print(sentence)


def group_names(survey: Survey, frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """The columns of a broken-down table that hold labels of groups, with the groups' names."""
    return {
        f"{group}_label": survey.figures.group(group).label.in_(language)
        for group in frame.columns
        if f"{group}_label" in frame and group != "area"
    }
