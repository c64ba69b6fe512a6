"""The map of a report: which figure shades it, by outlines or, where there are none, by squares."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.charts.map_outlines import has_outlines, outline_source
from cpms_cli.reports.documents.document import Chart
from cpms_cli.summaries.area.area_figures import AreaFigures, severe_levels
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.near_words import meant, named, spellings

_NAMED_IN_ALT = 3


def withheld_cells(counts: pd.DataFrame) -> frozenset[tuple[int, str]]:
    """The cells, by row and column, whose count is withheld; the share in the same place is so too."""
    missing = counts.isna()
    return frozenset((number, str(name)) for name in missing for number, lacks in enumerate(missing[name]) if lacks)


def map_chart(survey: Survey, figures: AreaFigures, shade: str | None, language: Language) -> Chart:
    """The map of the subdistricts of a province or district. `shade` is the id of a level or the number of an
    indicator, else the share of children at the severe levels; raises UsageError for another."""
    what, frame, counts = _shaded(survey, figures, shade, language)
    province = figures.code[:2]
    outlined = has_outlines(survey, figures.code)
    source = outline_source(survey, province, language)
    note = say("report_map_note", language, source=source) if outlined else say("report_tiles_note", language)
    named = {
        "area": "col_area",
        "label": "report_col_name",
        "share": "col_share",
        "withheld": "report_withheld",
        "no_data": "report_no_data",
        "not_published": "not_published",
    }
    drawn_from = {"map": figures.code, "definition": str(survey.folder)}
    words = {**drawn_from, **{name: say(message, language) for name, message in named.items()}}
    most = frame.dropna(subset=["share"]).nlargest(_NAMED_IN_ALT, "share")
    text = "; ".join(
        f"{label} {per_cent(share, language)}" for label, share in zip(most["label"], most["share"], strict=True)
    )
    shape: Literal["area_map", "tile_map"] = "area_map" if outlined else "tile_map"
    title, alt = say("report_map_chart", language, what=what), say("report_map_alt", language, told=text or "–")
    return Chart(shape, title, frame, alt, note, words, withheld_cells(counts.to_frame("share")))


def _shaded(
    survey: Survey, figures: AreaFigures, shade: str | None, language: Language
) -> tuple[str, pd.DataFrame, pd.Series]:
    """What is shown, in words; area, label and share; and the counts behind the shares."""
    if shade is None:
        names = say("report_and", language).join(level.label.in_(language) for level in severe_levels(survey))
        return (
            say("report_map_severe", language, levels=names),
            figures.parts[["area", "label", "share"]],
            figures.parts["severe"],
        )
    known = {level.id: spellings(level.id, level.label) for level in survey.levels}
    known |= {str(part.number): spellings(str(part.number), part.name) for part in survey.indicators}
    shade = meant(shade, known) or shade
    level = next((level for level in survey.levels if level.id == shade), None)
    if level is not None:
        frame = figures.parts.assign(share=figures.parts[level.id] / figures.parts["children"])
        what = say("report_map_severe", language, levels=level.label.in_(language))
        return what, frame[["area", "label", "share"]], figures.parts[level.id]
    indicator = survey.indicator(int(shade)) if shade.isdecimal() else None
    if indicator is None:
        levels = named({level.id: level.label for level in survey.levels})
        raise UsageError("bad_shade", shade=shade, levels=levels, indicators=survey.indicator_numbers)
    frame = figures.heat[["area", "label", str(indicator.number)]].set_axis(["area", "label", "share"], axis=1)
    what = say("report_map_indicator", language, indicator=f"{indicator.number} {indicator.name.in_(language)}")
    return what, frame, figures.heat_counts[str(indicator.number)]
