"""A site's page on an indicator: what it means, and every area beside the rest of the widest one, by interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.composing.area.area_context import AreaContext, count_words
from cpms_cli.reports.composing.area.area_shares import (
    by_distance,
    marked_rows,
    share_chart,
    share_columns,
    withheld_names,
    worded,
)
from cpms_cli.reports.document import Column, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.reports.site.site_pages import COMPARED, SitePages
from cpms_cli.summaries.area.compared_answers import WiderArea
from cpms_cli.summaries.counts.comparison import ABOVE
from cpms_cli.survey.area_widths import DISTRICT
from cpms_cli.survey.model.checks import Indicator

_MOST_BARS = 40


def indicator_page(pages: SitePages, indicator: Indicator) -> Document:
    """Return the page of an indicator."""
    context = pages.whole
    parts = (
        Paragraph(indicator.definition.in_(context.language)),
        *_whole(pages, indicator),
        *_beside(pages, indicator),
    )
    crumbs = ((context.figures.name, pages.file_of_area(pages.top)),)
    subtitle = context.say("report_subtitle", round=context.year, code=pages.top)
    return pages.document(indicator.numbered(context.language), subtitle, parts, crumbs)


def _whole(pages: SitePages, indicator: Indicator) -> Iterator[Part]:
    """How many children of the widest area it is."""
    answers, context = pages.whole.figures.indicators, pages.whole
    row = answers[answers["number"] == indicator.number].iloc[0]
    count = count_words(row["yes"], context.language)
    message = "site_whole_withheld" if pd.isna(row["yes"]) else "site_whole"
    yield Paragraph(context.say(message, area=context.figures.name, count=count), "key")
    if pd.notna(row["share"]):
        yield Paragraph(context.say("site_whole_share", share=per_cent(row["share"], context.language)), "key")


def _beside(pages: SitePages, indicator: Indicator) -> Iterator[Part]:
    """A chart of districts and subdistricts (of districts alone, where those are many), and two tables of all areas."""
    wider, villages = (_rows(pages, indicator, pages.inside(villages=villages)) for villages in (False, True))
    if len(wider):
        context = _compared(pages.whole, wider)
        yield Heading(context.say("site_areas"))
        drawn = wider if len(wider) <= _MOST_BARS else wider[wider["area"].str.len() == DISTRICT]
        shown = marked_rows(context, by_distance(drawn))
        yield from share_chart(context, context.say("col_area"), shown, _finding(context, indicator, shown))
        yield from withheld_names(context, shown)
        yield Heading(context.say("site_table"), 3)
        yield _table(context, "site_areas", wider)
    if len(villages):
        context = _compared(pages.whole, villages)
        yield Heading(context.say("site_communities"))
        yield _table(context, "site_communities", villages)


def _compared(whole: AreaContext, frame: pd.DataFrame) -> AreaContext:
    """The widest area's context, in which areas are compared with the rest of it, where any of them can be."""
    figures = whole.figures
    wider = WiderArea(figures.code, figures.name) if "around" in frame else None
    return replace(whole, figures=replace(figures, wider=wider))


def _rows(pages: SitePages, indicator: Indicator, codes: list[str]) -> pd.DataFrame:
    """The answers to the indicator in areas, a row for each; without what it is compared with where none can be."""
    answers = pages.answers.get(indicator.number, pd.DataFrame(columns=["area", *COMPARED]))
    table = answers[answers["area"].isin(codes)].reset_index(drop=True)
    return table.drop(columns=list(COMPARED)) if table["around"].isna().all() else table


def _finding(context: AreaContext, indicator: Indicator, frame: pd.DataFrame) -> str:
    """Which area lies farthest above the rest, in a sentence; where none does, what the chart shows."""
    brief = indicator.brief(context.language)
    above = frame[(frame["position"] == ABOVE).fillna(False)] if context.rest else frame.iloc[:0]
    if above.empty:
        return context.say("site_chart", indicator=brief)
    row = above.iloc[0]
    return context.say(
        "report_finding",
        area=row["label"],
        indicator=brief,
        share=per_cent(row["share"], context.language),
        around=per_cent(row["around"], context.language),
        rest=context.rest,
    )


def _table(context: AreaContext, areas: str, frame: pd.DataFrame) -> TableBlock:
    columns = (
        Column("label", context.say("col_area")),
        Column("yes", context.say("col_children"), "count"),
        *share_columns(context),
    )
    shown = worded(context, marked_rows(context, by_distance(frame)))
    caption = "site_table_compared" if context.rest else "site_table_shares"
    return TableBlock(
        context.say(caption, areas=context.say(areas), rest=context.rest), shown.drop(columns="number"), columns
    )
