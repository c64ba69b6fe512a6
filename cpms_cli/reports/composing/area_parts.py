"""The section of an area's report on its parts: a map, counts, and each indicator in each part."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.reports.charts.area_map import map_chart, withheld_cells
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.composing.area_context import NO_BREAK, AreaContext
from cpms_cli.reports.documents.document import (
    Bullets,
    Chart,
    Column,
    Heading,
    Paragraph,
    Part,
    TableBlock,
    mostly,
)
from cpms_cli.summaries.area.area_figures import severe_levels


def parts(context: AreaContext, shade: str | None) -> Iterator[Part]:
    """A map, how many children each part has, and a heat map of parts by indicator."""
    figures = context.figures
    if figures.parts.empty:
        return
    yield Heading(context.say("report_parts"))
    severe = context.say("report_and").join(
        level.label.in_(context.language) for level in severe_levels(context.survey)
    )
    columns = [
        Column("area", context.say("col_area")),
        Column("label", context.say("report_col_name")),
        Column("children", context.say("col_children"), "count"),
        Column("severe", severe, "count"),
        Column("share", context.say("col_share"), "share"),
    ]
    frame, caption = figures.parts, context.say("report_map_severe", levels=severe)
    if len(figures.code) < 6:
        drawn = map_chart(context.survey, figures, shade, context.language)
        yield drawn
        if shade is not None:
            frame = frame.assign(shaded=frame["area"].map(drawn.frame.set_index("area")["share"]))
            columns.append(Column("shaded", drawn.title, "share"))
        caption = context.say("report_figures", title=drawn.title)
    yield TableBlock(caption, frame, tuple(columns))
    names = {
        str(indicator.number): f"{indicator.number} {indicator.name.in_(context.language)}"
        for indicator in context.survey.indicators
    }
    withheld = withheld_cells(figures.heat_counts[list(names)])
    if mostly(len(withheld), len(figures.heat) * len(names)):
        yield from _few_shares(context, names, len(withheld))
        return
    words = {"label": context.say("col_area"), "no_data": context.say("report_no_data"), **context.withheld, **names}
    alt = context.say("report_heat_alt", count=len(figures.heat))
    yield Chart(
        "heat_map",
        context.say("report_heat_chart"),
        figures.heat[["label", *names]],
        alt,
        context.say("report_heat_note"),
        words,
        withheld,
    )


def _few_shares(context: AreaContext, names: dict[str, str], withheld: int) -> Iterator[Part]:
    """Instead of a heat map of which most is withheld: how much is, and what is published, area by area."""
    heat = context.figures.heat
    yield Paragraph(context.say("report_heat_withheld", count=withheld, all=len(heat) * len(names)))
    lines = []
    for area, *shares in zip(heat["label"], *(heat[name] for name in names), strict=True):
        known = {name: share for name, share in zip(names.values(), shares, strict=True) if pd.notna(share)}
        most = sorted(known.items(), key=lambda entry: -entry[1])
        text = "; ".join(
            f"{name} {per_cent(share, context.language)}".replace(" %", f"{NO_BREAK}%") for name, share in most
        )
        if text:
            lines.append(context.say("report_high_line", area=area, measures=text))
    if lines:
        yield Bullets(tuple(lines))
