"""How many children stand at each level today, on the terminal and in documents for the office."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.reports.document import Column, Part, TableBlock
from cpms_cli.reports.terminal import NARROW, Layout, Screen, show_table, stacked
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

_ALWAYS = ("children", "this_round", "earlier")
_WORDS = {"closed": "closed_cases"}


def standing_headings(standing: pd.DataFrame, round_: int, language: Language) -> dict[str, str]:
    """Return the columns of a table of standing children with their headings; what is 0 at all levels is left out."""
    names = [name for name in standing if name not in ("level", "label")]
    shown = [str(name) for name in names if name in _ALWAYS or bool(standing[name].any())]
    year = shown_year(round_, language)
    return {name: say(f"standing_{_WORDS.get(name, name)}", language, round=year) for name in shown}


def show_standing(screen: Screen, standing: pd.DataFrame, parts: pd.DataFrame, round_: int) -> None:
    """Print how many children stand at each level today, and in which part of the area; nothing for an earlier round,
    whose tables are empty."""
    console, survey, language = screen.console, screen.survey, screen.language
    if standing.empty:
        return
    figures = standing_headings(standing, round_, language)
    headings = {"label": say("col_level", language), **figures}
    show_table(console, standing, headings, Layout(right=list(figures)), title=say("area_standing", language))
    console.print(say("area_standing_note", language))
    levels = {level.id: level.label.in_(language) for level in survey.levels}
    headings = {"area": say("col_area", language), "name": "", "children": say("col_children", language), **levels}
    counted = list(headings)[2:]
    if console.width < NARROW:
        parts, headings = stacked(parts, headings, {"area": ("name",)})
    show_table(console, parts, headings, Layout(right=counted), title=say("area_standing_parts", language))


def standing_blocks(
    survey: Survey, standing: pd.DataFrame, parts: pd.DataFrame, round_: int, language: Language
) -> Iterator[Part]:
    """Yield the same as tables of a document."""
    if standing.empty:
        return
    figures = standing_headings(standing, round_, language)
    columns = [Column(name, heading, "count") for name, heading in figures.items()]
    yield TableBlock(
        say("area_standing", language),
        standing,
        (Column("label", say("col_level", language)), *columns),
        say("area_standing_note", language),
    )
    levels = [Column(level.id, level.label.in_(language), "count") for level in survey.levels]
    yield TableBlock(say("area_standing_parts", language), parts, (Column("name", say("col_area", language)), *levels))
