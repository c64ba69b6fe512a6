"""What became of the responses that were due, shown in the office only; and where migration is high."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cpms_cli.reports.composing.share_words import with_something
from cpms_cli.reports.document import Bullets, Column, Paragraph, Part, TableBlock
from cpms_cli.summaries.area.area_figures import AreaFigures
from cpms_cli.summaries.migration.migration_release import published_migration
from cpms_cli.summaries.response.cases import STATES
from cpms_cli.summaries.response.response_counts import ResponseSummary
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey


def response_table(summary: ResponseSummary, language: Language) -> TableBlock:
    """Return the children of an area who are due a response today, by level and by what became of it."""
    columns = (
        Column("label", say("col_level", language)),
        Column("due", say("col_cases", language), "count"),
        *(Column(state, say(f"state_{state}", language), "count") for state in STATES),
    )
    note = say("report_response_day", language, day=shown_date(summary.as_of, language))
    shown = with_something(summary.totals, columns, ("due",))
    return TableBlock(say("report_response_log", language), summary.totals, shown, note)


def high_migration(measures: pd.DataFrame, language: Language) -> tuple[Part, ...]:
    """Return which parts of an area have a high level of migration, and by which measures; or that none has.

    `measures` is that of a `MigrationSummary`.
    """
    high = measures[measures["level"] == "high"]
    high_parts = high[["area", "area_label", "label"]].set_axis(["area", "label", "measure"], axis=1)
    if high_parts.empty:
        known = measures["level"].isin(["high", "not_high"]).any()
        return (Paragraph(say("report_high_none" if known else "report_high_no_rest", language)),)
    return _marked(high_parts, language)


def published_high_migration(survey: Survey, figures: AreaFigures, language: Language) -> tuple[Part, ...]:
    """The same of what is published, and of how much it cannot be told without giving withheld counts away."""
    published = published_migration(survey, figures, language)
    if published.alone:
        return (Paragraph(say("report_high_no_rest", language)),)
    if not published.settled:
        return (Paragraph(say("report_high_withheld", language)),)
    marked = (
        (Paragraph(say("report_high_none", language)),) if published.high.empty else _marked(published.high, language)
    )
    if published.settled == published.asked:
        return marked
    return (
        *marked,
        Paragraph(
            say("report_high_partly", language, count=published.asked - published.settled, all=published.asked), "note"
        ),
    )


def _marked(high: pd.DataFrame, language: Language) -> tuple[Part, ...]:
    grouped = high.groupby(["area", "label"], sort=False)["measure"].agg("; ".join).reset_index()
    lines = map(partial(_line, language), grouped["label"], grouped["measure"])
    return (Paragraph(say("report_high", language)), Bullets(tuple(lines)))


def _line(language: Language, area: str, measures: str) -> str:
    return say("report_high_line", language, area=area, measures=measures)
