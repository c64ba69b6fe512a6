"""The map of a report: which figure shades it, by outlines or, where there are none, by squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.charts.maps.map_outlines import has_outlines, outline_source
from cpms_cli.reports.document import Chart
from cpms_cli.summaries.area.area_figures import AreaFigures, severe_levels
from cpms_cli.summaries.counts.comparison import beside_rest, distance_class
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Indicator, Language, Level, Survey
from cpms_cli.survey.near_words import meant, named, spellings
from cpms_cli.survey.spoken_words import joined_words

_NAMED_IN_ALT = 3


def withheld_cells(counts: pd.DataFrame) -> frozenset[tuple[int, str]]:
    """The cells, by row and column, whose count is withheld; the share in the same place is so too."""
    missing = counts.isna()
    return frozenset((number, str(name)) for name in missing for number, lacks in enumerate(missing[name]) if lacks)


def map_chart(
    survey: Survey, figures: AreaFigures, shade: str | None, language: Language, rest: str
) -> tuple[Chart, pd.DataFrame]:
    """The map of the subdistricts of a province or district, and what it is drawn from: area, label, share, low, high,
    around, position, as `comparison.beside_rest`, a row for each part.

    `shade` is the id of a level or the number of an indicator, else the children at the severe levels; raises
    UsageError for another. `rest`: what the parts are compared with, in words.
    """
    what, parts, whole = _shaded(survey, figures, shade, language)
    beside = beside_rest(parts, *whole, survey.figures.confidence)
    # No more digits than the other figures of the paper have.
    beside = parts[["area", "label"]].join(beside.round(survey.privacy.digits))
    outlined = has_outlines(survey, figures.code)
    source = outline_source(survey, figures.code[:PROVINCE], language)
    note = say("report_map_note", language, source=source) if outlined else say("report_tiles_note", language)
    named = {
        "area": "col_area",
        "label": "report_col_name",
        "share": "col_share",
        "withheld": "report_withheld",
        "no_data": "report_no_data",
        "not_published": "not_published",
    }
    words = {
        "map": figures.code,
        "definition": str(survey.folder),
        **{name: say(message, language) for name, message in named.items()},
        **distance_words(survey, language, rest),
    }
    most = beside.dropna(subset=["share"]).nlargest(_NAMED_IN_ALT, "share")
    text = "; ".join(
        f"{label} {per_cent(share, language)}" for label, share in zip(most["label"], most["share"], strict=True)
    )
    shape: Literal["area_map", "tile_map"] = "area_map" if outlined else "tile_map"
    alt = say("report_map_alt", language, text=text or "–")
    bare = beside.assign(label=[_bare_name(survey, str(area), language) for area in beside["area"]])
    classes = distance_class(beside, survey.figures.far)
    apart = {(row, "share"): int(value) for row, value in enumerate(classes) if pd.notna(value)}
    # Nobody of none known is no count that is withheld.
    withheld = parts["yes"].isna() | (parts["known"].isna() & parts["yes"].ne(0).fillna(True))
    hatched = frozenset((row, "share") for row, hidden in enumerate(withheld) if hidden)
    title = say("report_map_chart", language, what=what)
    return Chart(shape, title, bare[["area", "label", "share"]], alt, note, words, hatched, apart), beside


def distance_words(survey: Survey, language: Language, rest: str) -> dict[str, str]:
    """The words of a chart for how far a share is from what it is compared with."""
    points = f"{survey.figures.far * 100:g}"
    names = ("far_above", "above", "like", "below", "far_below")
    return {name: say(f"distance_{name}", language, rest=rest, points=points) for name in names}


def _bare_name(survey: Survey, code: str, language: Language) -> str:
    """A subdistrict's name without the word for what it is, which a map says once."""
    known = survey.areas.get(code)
    return known.label.in_(language) if known is not None else code


def _shaded(
    survey: Survey, figures: AreaFigures, shade: str | None, language: Language
) -> tuple[str, pd.DataFrame, tuple[float, float]]:
    """What is shown, in words; area, label, and the counts yes and known of each part; the same of the whole."""
    known = {level.id: (*spellings(level.id, level.label), *level.formerly) for level in survey.levels}
    known |= {str(part.number): spellings(str(part.number), part.name) for part in survey.indicators}
    shade = None if shade is None else meant(shade, known) or shade
    level = next((level for level in survey.levels if level.id == shade), None)
    if shade is None or level is not None:
        chosen = (level,) if level is not None else severe_levels(survey)
        names = joined_words(say("report_and", language), (level.label.in_(language) for level in chosen))
        counted = figures.parts[level.id if level is not None else "severe"]
        parts = figures.parts[["area", "label"]].assign(yes=counted, known=figures.parts["children"])
        return say("report_map_severe", language, levels=names), parts, whole_of_levels(figures, chosen)
    indicator = survey.indicator(int(shade)) if shade.isdecimal() else None
    if indicator is None:
        levels = named({level.id: level.label for level in survey.levels})
        raise UsageError("bad_shade", shade=shade, levels=levels, indicators=survey.indicator_numbers)
    what = say("report_map_indicator", language, indicator=indicator.numbered(language))
    return what, parts_of_indicator(figures, indicator), whole_of_indicator(figures, indicator)


def whole_of_levels(figures: AreaFigures, levels: Sequence[Level]) -> tuple[float, float]:
    """How many children of the whole area are at some levels, and how many there are; NaN where that is withheld."""
    now = figures.levels.iloc[-1]
    counts = pd.Series([now[level.id] for level in levels], dtype="Float64")
    children = float("nan") if figures.children is None else float(figures.children)
    return _number(counts.sum(skipna=False)), children


def parts_of_indicator(figures: AreaFigures, indicator: Indicator) -> pd.DataFrame:
    """Area, label, and the counts yes and known of an indicator in each part; a count that is withheld is missing."""
    number = str(indicator.number)
    yes, no = (counts[number].astype("Float64") for counts in (figures.heat_counts, figures.heat_others))
    return figures.heat[["area", "label"]].assign(yes=yes, known=yes + no)


def whole_of_indicator(figures: AreaFigures, indicator: Indicator) -> tuple[float, float]:
    """The counts yes and known of an indicator in the whole area; NaN where they are withheld."""
    [row] = figures.indicators[figures.indicators["number"] == indicator.number].to_dict("records")
    yes, no = _number(row["yes"]), _number(row["no"])
    return yes, yes + no


def _number(count: Any) -> float:
    return float("nan") if pd.isna(count) else float(count)
