"""The sections of an area's report on levels: how many children, what changed, and what is due."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from cpms_cli.reports.areas.comparability_notes import level_sentences
from cpms_cli.reports.areas.shares import quality_sentences
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.composing.area.area_context import NO_BREAK, AreaContext, count_words
from cpms_cli.reports.document import (
    Chart,
    Column,
    Heading,
    Paragraph,
    Part,
    TableBlock,
    mostly,
)
from cpms_cli.summaries.area.area_figures import GROWN, NOT_SEEN, severe_levels
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.spoken_words import joined_words


def key_figures(context: AreaContext, standing: pd.DataFrame) -> Iterator[Part]:
    """How many children and homes, and how many children at each level that demands a response; for the office also
    how many stand there today."""
    yield Heading(context.say("report_key"))
    children = context.figures.children
    for message, total in (("report_key_children", children), ("report_key_households", context.figures.households)):
        yield Paragraph(_total_words(context, message, total), "key")
    severe = {level.id for level in severe_levels(context.survey)}
    rows = context.figures.response[context.figures.response["level"].isin(severe)]
    for label, count in zip(rows["label"], rows["children"], strict=True):
        share = None if pd.isna(count) or not children else per_cent(count / children, context.language)
        message = "report_key_level" if share is None else "report_key_level_share"
        if pd.isna(count):
            message = "report_key_withheld"
        shown = count_words(count, context.language)
        share = (share or "").replace(" ", NO_BREAK)
        yield Paragraph(context.say(message, level=label, count=shown, share=share), "key")
    for row in standing[standing["level"].isin(severe)].to_dict("records") if len(standing) else ():
        values = {str(name): value for name, value in row.items()}
        yield Paragraph(context.say("report_key_standing", round=context.year, **values), "key")
    for sentence in quality_sentences(context.figures.quality, context.figures.previous, context.language):
        yield Paragraph(sentence)


def _total_words(context: AreaContext, message: str, count: int | None) -> str:
    """How many there are of an area, or that this is not published."""
    if count is None:
        return context.say(f"{message}_withheld")
    return context.say(message, count=count_words(count, context.language))


def levels(context: AreaContext) -> Iterator[Part]:
    """Children by level, a bar for each round; and for how many a level is open."""
    yield Heading(context.say("report_levels"))
    for sentence in level_sentences(context.figures.not_comparable, context.figures.not_asked, context.language):
        yield Paragraph(sentence, "note")
    labels = {level.id: level.label.in_(context.language) for level in context.survey.levels}
    years = [shown_year(int(year), context.language) for year in context.figures.levels["round"]]
    frame = context.figures.levels.assign(round=years)
    last = frame.iloc[-1]
    text = joined_words(", ", (_counted(context, label, last[level]) for level, label in labels.items()))
    words = {"round": context.say("col_round"), **labels, **context.withheld}
    alt = context.say("report_levels_alt", round=context.year, text=text)
    yield Chart("level_bars", _levels_finding(context), frame, alt, words=words)
    response = context.figures.response
    # An answer lifts nobody to where it is not known, or where nothing is found.
    graver = response[~response["level"].isin([level.id for level in context.survey.levels if level.role != "rule"])]
    could_be = graver[graver["could_be"].fillna(1) > 0]
    if not could_be.empty:
        could = joined_words(", ", map(partial(_counted, context), could_be["label"], could_be["could_be"]))
        yield Paragraph(context.say("report_could_be", text=could), "note")


def _levels_finding(context: AreaContext) -> str:
    """How many children are at the levels that demand a response, in a sentence; where that is withheld, what the chart
    shows."""
    figures, now = context.figures, context.figures.levels.iloc[-1]
    severe = severe_levels(context.survey)
    if figures.children is None or any(pd.isna(now[level.id]) for level in severe):
        return context.say("report_levels_chart")
    counts = (_counted(context, level.label.in_(context.language), now[level.id]) for level in severe)
    children = count_words(figures.children, context.language)
    return context.say(
        "report_levels_finding",
        round=context.year,
        levels=joined_words(context.say("report_and"), counts),
        children=children,
    )


def _counted(context: AreaContext, level: str, count: object) -> str:
    """A level and how many children are at it, or that it is not published how many."""
    message = "report_level_withheld" if pd.isna(count) else "report_level_told"  # type: ignore[call-overload]
    return context.say(message, level=level, count=count_words(count, context.language))


def flow(context: AreaContext) -> Iterator[Part]:
    """How children moved between levels since the round before."""
    flow = context.figures.flow
    if flow.empty:
        return
    labels = {level.id: level.label.in_(context.language) for level in context.survey.levels}
    both = flow[flow["from_level"].isin(labels) & flow["to_level"].isin(labels)]
    labels |= {NOT_SEEN: context.say("report_not_seen"), GROWN: context.say("move_reached_18")}
    same = both[both["from_level"] == both["to_level"]]
    sums = [count_words(value["children"].sum(skipna=False), context.language) for value in (same, both)]
    order = pd.CategoricalDtype(list(labels.values()), ordered=True)
    ordered = flow.assign(**{side: flow[side].map(labels).astype(order) for side in ("from_level", "to_level")})
    ordered = ordered.sort_values(["from_level", "to_level"], ignore_index=True)
    words = {
        "from_level": context.say("report_col_from", round=context.previous),
        "children": context.say("col_children"),
        "to_level": context.say("report_col_from", round=context.year),
        **context.withheld,
    }
    yield Heading(context.say("report_flow"))
    title = context.say("report_flow_chart", first=context.previous, last=context.year)
    same_known, both_known = (value["children"].notna().all() and len(value) > 0 for value in (same, both))
    finding = context.say("report_flow_finding", same=sums[0], both=sums[1]) if same_known and both_known else title
    alt = context.say("report_flow_alt", same=sums[0], both=sums[1])
    note = context.say("report_flow_note")
    withheld = int(flow["children"].isna().sum())
    if withheld:
        message = "report_flow_left_out" if mostly(withheld, len(flow)) else "report_flow_withheld"
        note = f"{note} {context.say(message, count=withheld, all=len(flow))}"
    if withheld < len(flow):
        yield Chart("level_flow", finding, ordered, alt, note, words)
    yield _flow_table(context, title, flow, labels)


def _flow_table(context: AreaContext, title: str, flow: pd.DataFrame, labels: dict[str, str]) -> TableBlock:
    """The same, a row for each level before and a column for each level now."""
    cells = flow.assign(children=flow["children"].astype("Int64")).pivot(
        index="from_level", columns="to_level", values="children"
    )
    # What has no row is no child; what has one and is missing is withheld.
    seen = flow.assign(children=1).pivot(index="from_level", columns="to_level", values="children")
    before = {level: label for level, label in labels.items() if level != GROWN}
    cells = cells.mask(seen.isna(), 0).reindex(index=list(before), columns=list(labels), fill_value=0)
    frame = cells.reset_index(drop=True).assign(label=list(before.values()))
    columns = (
        Column("label", context.say("report_flow_corner", first=context.previous, last=context.year)),
        *(Column(level, label, "count") for level, label in labels.items()),
    )
    return TableBlock(context.say("report_figures", title=title), frame, columns)
