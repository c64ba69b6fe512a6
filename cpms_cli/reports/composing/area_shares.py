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
from cpms_cli.reports.charts.area_map import withheld_cells
from cpms_cli.reports.charts.chart_style import per_cent
from cpms_cli.reports.composing.area_context import AreaContext
from cpms_cli.reports.documents.document import (
    Chart,
    Column,
    Heading,
    Paragraph,
    Part,
    TableBlock,
    mostly,
)

_NAMED_IN_ALT = 3


def indicators(context: AreaContext) -> Iterator[Part]:
    """Each indicator, highest share first."""
    yield Heading(context.say("report_indicators"))
    for sentence in (
        *not_asked_sentences(without_level(context.figures.not_asked), context.language),
        *not_comparable_sentences(without_level(context.figures.not_comparable), context.language),
    ):
        yield Paragraph(sentence, "note")
    frame = context.figures.indicators.sort_values("share", ascending=False, kind="stable", na_position="last")
    yield from _bars(context, "indicators", frame, ("yes", "no"))


def shares(context: AreaContext, name: str, frame: pd.DataFrame, answers: tuple[str, str]) -> Iterator[Part]:
    """A section of shares with intervals: rights, migration."""
    if frame.empty:
        return
    yield Heading(context.say(f"report_{name}"))
    yield from _bars(context, name, frame, answers)


def _bars(context: AreaContext, name: str, frame: pd.DataFrame, answers: tuple[str, str]) -> Iterator[Part]:
    """A chart of shares and the table that it is drawn from."""
    title = context.say(f"report_{name}_chart")
    marks = frame["marked"].fillna(False).map({True: " *", False: ""})
    joined = joined_rows(frame) | joined_rows(frame, "yes")
    together = joined.map({True: f" {context.say('joined_mark')}", False: ""})
    frame = frame.assign(label=frame["label"] + marks + together).reset_index(drop=True)
    note = context.say(
        "report_bars_note" if context.previous else "report_bars_note_first",
        confidence=context.confidence,
        previous=context.previous,
    )
    if (marks != "").any():
        limit = f"{context.survey.figures.many_unknown * 100:.0f}"
        note = f"{note} {context.say('report_marked', limit=limit)}"
    most = frame.dropna(subset=["share"]).nlargest(_NAMED_IN_ALT, "share")
    text = "; ".join(
        f"{label} {per_cent(share, context.language)}"
        for label, share in zip(most["label"], most["share"], strict=True)
    )
    shown = frame[["label", "share", "low", "high", *context.before]]
    words = {
        "label": context.say(f"report_{name}"),
        "share": context.say("col_share"),
        "low": context.say("report_col_low"),
        "high": context.say("report_col_high"),
        **context.before,
        **context.withheld,
    }
    made = frame["yes"].mask(frame["no"].isna() & ~joined_rows(frame))
    withheld = withheld_cells(made.to_frame("share"))
    if len(withheld) < len(frame):
        yield Chart(
            "indicator_bars", title, shown, context.say("report_bars_alt", told=text or "–"), note, words, withheld
        )
    headings = [
        context.say(f"col_{answer}" if answer in ("yes", "no") else f"report_col_{answer}") for answer in answers
    ]
    columns = [
        Column("label", context.say(f"report_{name}")),
        Column("yes", headings[0], "count"),
        Column("no", headings[1], "count"),
        Column("unknown", context.say("col_unknown"), "count"),
        Column("not_applicable", context.say("col_na"), "count"),
        *([Column("not_asked", context.say("col_not_asked"), "count")] if holds_not_asked(frame) else []),
        *(Column(joined, context.say(f"column_{joined}"), "count") for joined in JOINED.values() if joined in frame),
        Column("share", words["share"], "share"),
        Column("low", words["low"], "share"),
        Column("high", words["high"], "share"),
    ]
    columns += [Column("before", words["before"], "share")] if context.previous else []
    yield TableBlock(context.say("report_figures", title=title), frame, tuple(columns))
    if mostly(len(withheld), len(frame)):
        names = "; ".join(str(frame["label"].iat[row]) for row, _ in sorted(withheld))
        yield Paragraph(context.say("report_bars_withheld", count=len(withheld), all=len(frame), names=names), "note")
