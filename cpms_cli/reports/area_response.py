"""What a report shows in the office only: what became of the responses that were due, and where migration is high."""

from __future__ import annotations

from pathlib import Path

from cpms_cli.reports.documents import Bullets, Column, Paragraph, Part, TableBlock
from cpms_cli.summaries.cases import STATES
from cpms_cli.summaries.migration import summarise_migration
from cpms_cli.summaries.response_counts import summarise_responses
from cpms_cli.survey.definition import Language
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say


def response_table(store: str | Path, code: str, language: Language, schemas: Path | None) -> TableBlock:
    """The children of an area who are due a response today, by level and by what became of it."""
    found = summarise_responses(store, area=code, language=language, schemas=schemas)
    columns = (
        Column("label", say("col_level", language)), Column("due", say("col_cases", language), "count"),
        *(Column(state, say(f"state_{state}", language), "count") for state in STATES),
    )  # fmt: skip
    note = say("report_response_day", language, day=shown_date(found.as_of, language))
    return TableBlock(say("report_response_log", language), found.totals, columns, note)


def high_migration(
    store: str | Path, code: str, round_: int, language: Language, schemas: Path | None
) -> tuple[Part, ...]:  # fmt: skip
    """The parts of an area with a high level of migration, each with the measures that say so; none: nothing."""
    found = summarise_migration(store, area=code, round_=round_, language=language, schemas=schemas).measures
    high = found[found["level"] == "high"]
    told = high.groupby(["area", "area_label"], sort=False)["label"].agg("; ".join).reset_index()
    if told.empty:
        return ()
    lines = (
        say("report_high_line", language, area=area, measures=measures)
        for area, measures in zip(told["area_label"], told["label"], strict=True)
    )
    return (Paragraph(say("report_high", language)), Bullets(tuple(lines)))
