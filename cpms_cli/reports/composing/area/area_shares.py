"""The sections of an area's report on shares: indicators, rights and migration, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.disclosure.cells.joined_answers import JOINED, joined_rows
from cpms_cli.reports.areas.comparability_notes import (
    not_asked_sentences,
    not_comparable_sentences,
    without_level,
)
from cpms_cli.reports.areas.shares import holds_not_asked
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.charts.maps.area_map import withheld_cells
from cpms_cli.reports.composing.area.area_context import AreaContext
from cpms_cli.reports.composing.share_words import (
    chance_words,
    interval_words,
    position_words,
    rounds_heading,
    rounds_words,
    with_something,
)
from cpms_cli.reports.document import (
    Chart,
    Column,
    Heading,
    Paragraph,
    Part,
    TableBlock,
    mostly,
)
from cpms_cli.summaries.counts.comparison import ABOVE, LIKE

_NAMED_IN_ALT = 3


def indicators(context: AreaContext) -> Iterator[Part]:
    """Each indicator beside the rest of the wider area, the farthest above first; then every answer."""
    yield Heading(context.say("report_indicators"))
    for sentence in (
        *not_asked_sentences(without_level(context.figures.not_asked), context.language),
        *not_comparable_sentences(without_level(context.figures.not_comparable), context.language),
    ):
        yield Paragraph(sentence, "note")
    frame = marked_rows(context, by_distance(context.figures.indicators))
    brief = {indicator.number: indicator.brief(context.language) for indicator in context.survey.indicators}
    short = frame.assign(label=frame["number"].map(brief) + frame["marks"])
    finding = indicator_finding(context, frame.assign(label=frame["number"].map(brief)))
    title = finding or context.say("report_indicators_chart")
    yield from share_chart(context, context.say("report_indicators"), short, title)
    columns = (
        Column("label", context.say("report_indicators")),
        Column("yes", context.say("col_children"), "count"),
        *share_columns(context),
    )
    caption = "report_indicators_table_rounds" if context.figures.earlier else "report_indicators_table"
    caption = context.say(caption if context.rest else "report_indicators_chart", rest=context.rest)
    note = context.say("report_compared_table_note") if context.figures.earlier else ""
    yield TableBlock(caption, worded(context, short), columns, note)
    answers = (Column("label", context.say("report_indicators")), *_answer_columns(context, frame, ("yes", "no")))
    # In the order of the list, so that one can be looked up.
    listed = frame.sort_values("number", ignore_index=True)
    yield TableBlock(context.say("report_answers"), listed, with_something(frame, answers, ("yes", "no")))
    yield from withheld_names(context, short)


def shares(context: AreaContext, name: str, frame: pd.DataFrame, answers: tuple[str, str]) -> Iterator[Part]:
    """A section of shares with intervals: rights, migration."""
    if frame.empty:
        return
    yield Heading(context.say(f"report_{name}"))
    frame, title = marked_rows(context, frame), context.say(f"report_{name}_chart")
    yield from share_chart(context, context.say(f"report_{name}"), frame, title)
    counts = with_something(frame, _answer_columns(context, frame, answers), ("yes", "no"))
    columns = (Column("label", context.say(f"report_{name}")), *counts, *share_columns(context, compared=False))
    yield TableBlock(context.say("report_figures", title=title), worded(context, frame), columns)
    yield from withheld_names(context, frame)


def by_distance(frame: pd.DataFrame) -> pd.DataFrame:
    """The farthest above the rest of the wider area first; without one, the highest share."""
    distance = frame["share"] - frame["around"] if "around" in frame else frame["share"]
    order = pd.DataFrame({"distance": distance, "share": frame["share"]}).astype("Float64")
    rows = order.sort_values(["distance", "share"], ascending=False, kind="stable", na_position="last").index
    return frame.loc[rows].reset_index(drop=True)


def indicator_finding(context: AreaContext, frame: pd.DataFrame) -> str:
    """What the comparison shows, in a sentence; "" where there is nothing to compare with.

    `frame` has the columns of the indicators, by distance. Of those that are not above or below by more than chance
    nothing is said but that.
    """
    if not context.rest or frame["position"].isna().all():
        return ""
    numbers = {indicator.number for indicator in context.survey.indicators if indicator.counted}
    compared = frame[frame["number"].isin(numbers) & frame["position"].notna()]
    apart = compared[compared["position"] != LIKE]
    if apart.empty:
        return context.say("report_finding_like", area=context.figures.name, rest=context.rest, count=len(compared))
    above = apart[apart["position"] == ABOVE]
    row = above.iloc[0] if len(above) else apart.iloc[-1]
    return context.say(
        "report_finding",
        area=context.figures.name,
        indicator=row["label"],
        share=per_cent(row["share"], context.language),
        around=per_cent(row["around"], context.language),
        rest=context.rest,
    )


def marked_rows(context: AreaContext, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with signs behind its labels: of many unknown answers, and of answers that are counted together."""
    marks = frame["marked"].fillna(False).map({True: " *", False: ""})
    joined = joined_rows(frame) | joined_rows(frame, "yes")
    marks = marks + joined.map({True: f" {context.say('joined_mark')}", False: ""})
    return frame.assign(label=frame["label"] + marks, marks=marks).reset_index(drop=True)


def worded(context: AreaContext, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the columns that are words: intervals, positions, and the shares of three rounds."""
    language = context.language
    words = {
        "interval": interval_words(frame["low"], frame["high"], language),
        "rounds": rounds_words(frame, context.figures.earlier, language),
    }
    if "position" in frame:
        words["against"] = position_words(frame["position"], language)
    return frame.assign(**words)


def share_columns(context: AreaContext, *, compared: bool = True) -> Iterator[Column]:
    """The columns of a share and of all that it is compared with."""
    figures = context.figures
    yield Column("share", context.say("col_share"), "share", bar=True)
    yield Column("interval", context.say("report_col_interval", confidence=context.confidence))
    if compared and context.rest:
        yield Column("around", context.say("report_col_around", rest=context.rest), "share")
        yield Column("against", context.say("report_col_against"))
    if figures.earlier:
        yield Column("rounds", rounds_heading(figures.earlier, figures.round, context.language))


def _answer_columns(context: AreaContext, frame: pd.DataFrame, answers: tuple[str, str]) -> Iterator[Column]:
    """The columns of how many children gave each answer."""
    for name, answer in zip(("yes", "no"), answers, strict=True):
        heading = context.say(f"col_{answer}" if answer in ("yes", "no") else f"report_col_{answer}")
        yield Column(name, heading, "count")
    yield Column("unknown", context.say("col_unknown"), "count")
    yield Column("not_applicable", context.say("col_na"), "count")
    if holds_not_asked(frame):
        yield Column("not_asked", context.say("col_not_asked"), "count")
    for joined in JOINED.values():
        if joined in frame:
            yield Column(joined, context.say(f"column_{joined}"), "count")


def _withheld(frame: pd.DataFrame) -> frozenset[tuple[int, str]]:
    """The cells of shares that are withheld."""
    made = frame["yes"].mask(frame["no"].isna() & ~joined_rows(frame))
    return withheld_cells(made.to_frame("share"))


def share_chart(context: AreaContext, heading: str, frame: pd.DataFrame, title: str) -> Iterator[Chart]:
    """A chart of shares; none where all of them are withheld."""
    withheld, language = _withheld(frame), context.language
    if len(withheld) == len(frame):
        return
    compared = {"around": context.rest, "position": context.say("report_col_against")} if "around" in frame else {}
    note = context.say("report_bars_note", confidence=context.confidence)
    if compared:
        comparisons = int(frame["position"].notna().sum())
        chance = chance_words(context.survey)
        compared_note = context.say("report_compared_note", rest=context.rest, count=comparisons, chance=chance)
        note = f"{note} {compared_note}"
    if context.previous:
        note = f"{note} {context.say('report_bars_before', previous=context.previous)}"
    if frame["marked"].fillna(False).any():
        limit = f"{context.survey.figures.many_unknown * 100:.0f}"
        note = f"{note} {context.say('report_marked', limit=limit)}"
    most = frame.dropna(subset=["share"]).nlargest(_NAMED_IN_ALT, "share")
    text = "; ".join(
        f"{label} {per_cent(share, language)}" for label, share in zip(most["label"], most["share"], strict=True)
    )
    words = {
        "label": heading,
        "share": context.say("col_share"),
        "low": context.say("report_col_low"),
        "high": context.say("report_col_high"),
        **compared,
        **context.before,
        **context.withheld,
    }
    shown = frame[["label", "share", "low", "high", *compared, *context.before]]
    alt = context.say("report_bars_alt", text=text or "–")
    yield Chart("indicator_bars", title, shown, alt, note, words, withheld)


def withheld_names(context: AreaContext, frame: pd.DataFrame) -> Iterator[Paragraph]:
    """Where most shares are withheld, and so not drawn: which; where all are, that alone."""
    withheld = _withheld(frame)
    if len(withheld) == len(frame) > 1:
        yield Paragraph(context.say("report_bars_all_withheld", all=len(frame)), "note")
    elif mostly(len(withheld), len(frame)):
        names = "; ".join(str(frame["label"].iat[row]) for row, _ in sorted(withheld))
        yield Paragraph(context.say("report_bars_withheld", count=len(withheld), all=len(frame), names=names), "note")
