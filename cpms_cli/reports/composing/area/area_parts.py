"""The section of an area's report on its parts: a map, counts, and each indicator in each part, beside the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.disclosure.cells.joined_answers import joined_rows
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.charts.maps.area_map import (
    distance_words,
    map_chart,
    whole_of_levels,
    withheld_cells,
)
from cpms_cli.reports.composing.area.area_context import NO_BREAK, AreaContext
from cpms_cli.reports.composing.share_words import chance_words, interval_words, position_words
from cpms_cli.reports.document import (
    Chart,
    Column,
    Heading,
    Paragraph,
    Part,
    TableBlock,
    mostly,
)
from cpms_cli.summaries.area.area_figures import severe_levels
from cpms_cli.summaries.counts.comparison import ABOVE, beside_rest, distance_class
from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.speech.numbers import shown_count
from cpms_cli.survey.spoken_words import joined_words


def parts(context: AreaContext, shade: str | None) -> Iterator[Part]:
    """A map, how many children each part has, and a heat map of parts by indicator."""
    figures = context.figures
    if figures.parts.empty:
        return
    yield Heading(context.say("report_parts"))
    if len(figures.code) < SUBDISTRICT:
        drawn, beside = map_chart(context.survey, figures, shade, context.language, context.rest_of_parts)
        yield replace(drawn, title=_map_finding(context, drawn, beside, shade))
        if shade is not None:
            yield _shaded_table(context, drawn, beside)
    yield _levels_table(context)
    names = {str(indicator.number): indicator.brief(context.language) for indicator in context.survey.indicators}
    withheld = withheld_cells(figures.heat_counts[list(names)])
    if mostly(len(withheld), len(figures.heat) * len(names)):
        yield from _few_shares(context, names, len(withheld))
    else:
        yield from _heat(context, withheld)


def _map_finding(context: AreaContext, drawn: Chart, beside: pd.DataFrame, shade: str | None) -> str:
    """Which part lies farthest above the rest, in a sentence; where none does, or another figure is asked for, what the
    map shows."""
    above = beside[(beside["position"] == ABOVE).fillna(False)]
    if shade is not None or above.empty:
        return drawn.title
    row = above.assign(distance=above["share"] - above["around"]).nlargest(1, "distance").iloc[0]
    levels = (level.label.in_(context.language) for level in severe_levels(context.survey))
    return context.say(
        "report_finding",
        area=row["label"],
        indicator=context.say("report_and").join(levels),
        share=per_cent(row["share"], context.language),
        around=per_cent(row["around"], context.language),
        rest=context.rest_of_parts,
    )


def _levels_table(context: AreaContext) -> TableBlock:
    """How many children each part has at the levels that demand a response, the farthest above the rest first."""
    figures, levels = context.figures, severe_levels(context.survey)
    severe = joined_words(context.say("report_and"), (level.label.in_(context.language) for level in levels))
    counts = figures.parts[["area", "label"]].assign(yes=figures.parts["severe"], known=figures.parts["children"])
    beside = beside_rest(counts, *whole_of_levels(figures, levels), context.survey.figures.confidence)
    order = (beside["share"] - beside["around"]).sort_values(ascending=False, kind="stable", na_position="last").index
    frame = figures.parts.assign(
        around=beside["around"].round(context.survey.privacy.digits),
        interval=interval_words(beside["low"], beside["high"], context.language),
        against=position_words(beside["position"], context.language),
    )
    columns = (
        Column("label", context.say("col_area")),
        Column("area", context.say("report_col_code")),
        Column("children", context.say("col_children"), "count"),
        Column("severe", severe, "count"),
        Column("share", context.say("col_share"), "share", bar=True),
        *_compared_columns(context),
    )
    caption = context.say("report_map_severe", levels=severe)
    return TableBlock(caption, frame.loc[order].reset_index(drop=True), columns)


def _compared_columns(context: AreaContext) -> tuple[Column, ...]:
    """The columns of a share's interval and of what it is compared with."""
    return (
        Column("interval", context.say("report_col_interval", confidence=context.confidence)),
        Column("around", context.say("report_col_around", rest=context.rest_of_parts), "share"),
        Column("against", context.say("report_col_against")),
    )


def _shaded_table(context: AreaContext, drawn: Chart, beside: pd.DataFrame) -> TableBlock:
    """The figures of a map that shows what was asked for."""
    frame = beside.assign(
        interval=interval_words(beside["low"], beside["high"], context.language),
        against=position_words(beside["position"], context.language),
    )
    columns = (
        Column("label", context.say("col_area")),
        Column("share", context.say("col_share"), "share", bar=True),
        *_compared_columns(context),
    )
    return TableBlock(context.say("report_figures", title=drawn.title), frame, columns)


def _heat(context: AreaContext, withheld: frozenset[tuple[int, str]]) -> Iterator[Part]:
    """A heat map: the part that stands out most first, the most frequent indicator first; at the end the whole area,
    and what it is compared with. Indicators that no child has anywhere are named and not drawn."""
    figures, survey = context.figures, context.survey
    classes = _classes(context)
    briefs = {str(indicator.number): indicator.brief(context.language) for indicator in survey.indicators}
    counted = [str(indicator.number) for indicator in survey.indicators if indicator.counted]
    apart_by_part = pd.DataFrame(
        {"above": (classes[counted] >= ABOVE).sum(axis=1), "sum": classes[counted].sum(axis=1)}
    )
    order = apart_by_part.sort_values(["above", "sum"], ascending=False, kind="stable").index
    answers = figures.indicators.assign(number=figures.indicators["number"].astype(str)).set_index("number")
    none = [number for number in briefs if (figures.heat[number] == 0).fillna(False).all()]
    numbers = answers["share"].astype("Float64").sort_values(ascending=False, na_position="last", kind="stable").index
    shown = [str(number) for number in numbers if number not in none]
    in_none = context.say("report_heat_none", names="; ".join(briefs[number] for number in none)) if none else ""
    if not shown:
        yield Paragraph(in_none)
        return
    rows = figures.heat.loc[order, ["label", *shown]]
    wholes = _whole_rows(context, answers, shown)
    frame = pd.concat([rows.astype({number: "float64" for number in shown}), *wholes], ignore_index=True)
    places = {row: position for position, row in enumerate(order)}
    apart = {
        (places[row], number): int(value)
        for number in shown
        for row, value in classes[number].items()
        if pd.notna(value)
    }
    hidden = {(places[row], number) for row, number in withheld if number in shown}
    gone = answers.index[(answers["yes"].isna() | answers["no"].isna()) & ~joined_rows(answers)]
    hidden |= {(len(order) + row, number) for row in range(len(wholes)) for number in shown if number in gone}
    words = {
        "label": context.say("col_area"),
        "no_data": context.say("report_no_data"),
        **context.withheld,
        **{number: briefs[number] for number in shown},
        **distance_words(survey, context.language, context.rest_of_parts),
    }
    note = f"{context.say('report_heat_note', chance=chance_words(survey))} {in_none}".rstrip()
    title = _heat_finding(context, classes[counted]) or context.say("report_heat_chart")
    alt = context.say("report_heat_alt", count=len(order))
    yield Chart("heat_map", title, frame, alt, note, words, frozenset(hidden), apart)


def _classes(context: AreaContext) -> pd.DataFrame:
    """The class of each indicator's share in each part, as `comparison.distance_class`; missing where it is unknown."""
    figures, of = context.figures, context.survey.figures
    numbers = [indicator.number for indicator in context.survey.indicators]
    names = [str(number) for number in numbers]
    # Indicators of one part stand below each other, part by part: all are compared at once.
    yes, no = (_counts(counts[names]).ravel() for counts in (figures.heat_counts, figures.heat_others))
    wholes = _counts(figures.indicators.set_index("number").loc[numbers, ["yes", "no"]])
    whole_yes, whole_known = (np.tile(counts, len(figures.heat)) for counts in (wholes[:, 0], wholes.sum(axis=1)))
    beside = beside_rest(pd.DataFrame({"yes": yes, "known": yes + no}), whole_yes, whole_known, of.confidence)
    classes = distance_class(beside, of.far)
    return pd.DataFrame(
        {name: classes.iloc[place :: len(names)].set_axis(figures.heat.index) for place, name in enumerate(names)}
    )


def _counts(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Counts as numbers; NaN where one is withheld."""
    return frame.astype("Float64").to_numpy("float64", na_value=np.nan)


def _whole_rows(context: AreaContext, answers: pd.DataFrame, shown: list[str]) -> list[pd.DataFrame]:
    """A row of the whole area's shares, and one of what it is compared with, where there is such."""
    rows = {context.say("report_whole", area=context.figures.name): answers["share"]}
    if context.rest:
        rows[context.say("report_rest_row", rest=context.rest)] = answers["around"]
    return [
        pd.DataFrame([{"label": label, **shares.astype("float64").reindex(shown).to_dict()}])
        for label, shares in rows.items()
    ]


def _heat_finding(context: AreaContext, classes: pd.DataFrame) -> str:
    """Which part stands out most, in a sentence; "" where none does."""
    above = (classes >= ABOVE).sum(axis=1)
    if not len(above) or int(above.max()) == 0:
        return ""
    area = context.figures.heat["label"].iloc[int(above.to_numpy().argmax())]
    rest = context.rest_of_parts
    return context.say("report_heat_finding", area=area, count=int(above.max()), rest=rest)


def _few_shares(context: AreaContext, names: dict[str, str], withheld: int) -> Iterator[Part]:
    """Instead of a heat map of which most is withheld: how much is, how many shares are of no child, and what else is
    published, area by area."""
    heat = context.figures.heat
    shares_of_areas = heat[list(names)].astype("Float64")
    zeros = int(shares_of_areas.eq(0).fillna(False).to_numpy().sum())
    counts = {"count": withheld, "all": len(heat) * len(names), "zeros": zeros}
    shown = {name: shown_count(count, context.language) for name, count in counts.items()}
    yield Paragraph(context.say("report_heat_withheld", **shown))
    lines = {}
    for area, shares in zip(heat["label"], shares_of_areas.to_dict("records"), strict=True):
        known = [(names[str(name)], share) for name, share in shares.items() if pd.notna(share) and share > 0]
        text = "; ".join(
            f"{name} {per_cent(share, context.language)}".replace(" %", f"{NO_BREAK}%")
            for name, share in sorted(known, key=lambda entry: -entry[1])
        )
        if text:
            lines[area] = text
    if lines:
        frame = pd.DataFrame({"label": list(lines), "shares": list(lines.values())})
        columns = (Column("label", context.say("col_area")), Column("shares", context.say("report_heat_published")))
        yield TableBlock(context.say("report_heat_chart"), frame, columns)
