"""What became of the rows of a merge, for people and for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.checking.columns_not_read import column_records, undecided_lines
from cpms_cli.checking.unasked import unasked_lines, unasked_records
from cpms_cli.merging.merge import Merge
from cpms_cli.reports.children.responses import RESPONSE_COUNTS, show_counts
from cpms_cli.reports.files.how_read import key_notes, show_footers
from cpms_cli.reports.files.sheets_not_read import sheet_records, show_sheets
from cpms_cli.reports.terminal import Layout, Screen, show_table
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import records

_PLACES = 5


def document(merged: Merge, urgent: pd.DataFrame, language: Language = FALLBACK) -> dict[str, Any]:
    """The JSON document of a merge."""
    return {
        "schema_version": 1,
        "exit_code": merged.exit_code,
        "error": None,
        "counts": {
            name: merged.total(name)
            for name in ("rows_in", "stored", "unchanged", "quarantined", "no_consent", "repeated")
        },
        "families": merged.families,
        "new_children": merged.new_people,
        "doubtful_pairs": merged.doubtful,
        "files": records(merged.files),
        "quarantine": str(merged.quarantine) if merged.quarantine else None,
        "urgent": records(urgent),
        **({"responses": {name: merged.responses.total(name) for name in RESPONSE_COUNTS}} if merged.responses else {}),
        **({"disputes": asdict(merged.disputes)} if merged.disputes.rows_in else {}),
        "columns_not_read": column_records(merged.tables),
        "answers_not_asked": unasked_records(merged.tables),
        "sheets_not_read": sheet_records(merged.tables, language),
        "notes": key_notes(merged.tables, language),
    }


def show(console: Console, survey: Survey, merged: Merge, urgent: pd.DataFrame, language: Language) -> None:
    """Print the counts by file, their sum, and what to do with the rows set aside."""
    names = {
        "file": "file",
        "rows_in": "rows",
        "stored": "stored",
        "unchanged": "unchanged",
        "quarantined": "quarantined",
    }
    headings = {name: say(f"col_{key}", language) for name, key in names.items()}
    for note in key_notes(merged.tables, language):
        console.print(note["message"])
    show_table(console, merged.files, headings, Layout(right=("rows_in", "stored", "unchanged", "quarantined")))
    for file in merged.files.loc[merged.files["known"], "file"]:
        console.print(say("merge_known", language, file=file))
    sums = {name: merged.total(name) for name in ("stored", "unchanged", "quarantined", "no_consent")}
    families = merged.families["no_consent"]
    console.print(say("merge_sum", language, rows=merged.total("rows_in"), families=families, **sums))
    _show_families(console, merged, language)
    console.print(say("merge_people", language, count=merged.new_people))
    if merged.doubtful:
        console.print(say("merge_doubtful", language, count=merged.doubtful))
    if merged.quarantine:
        console.print(say("merge_set_aside", language, file=merged.quarantine))
    if merged.responses:
        show_counts(Screen(console, survey, language), merged.responses)
    show_notes(console, survey, merged, urgent, language)


def show_notes(console: Console, survey: Survey, merged: Merge, urgent: pd.DataFrame, language: Language) -> None:
    """Print which rows set aside are urgent, and what of the files was not read; nothing where all is in the store."""
    for level in survey.rule_levels[:2]:
        at_level = urgent[urgent["level"] == level.id]
        if len(at_level):
            # A row's number says where it is only together with its sheet.
            named = at_level["file"].astype("str") + (" " + at_level["sheet"].astype("str")).fillna("")
            places = [f"{sheet}:{row}" for sheet, row in zip(named, at_level["row"], strict=True)]
            more = ", …" if len(places) > _PLACES else ""
            console.print(
                say(
                    "merge_urgent",
                    language,
                    count=len(at_level),
                    level=level.label.in_(language),
                    places=", ".join(places[:_PLACES]) + more,
                )
            )
    for line in unasked_lines(merged.tables, language):
        console.print(line)
    for line in undecided_lines(survey, merged.tables, merged.asked, "merge", language):
        console.print(line)
    show_footers(console, merged.tables, language)
    show_sheets(console, merged.tables, language)


def _show_families(console: Console, merged: Merge, language: Language) -> None:
    """Print what is to be known of rows that came twice, of consent and of disputes, where there is anything."""
    for message, count in (
        ("merge_repeated", merged.total("repeated")),
        ("merge_disputed", merged.families["disputed"]),
        ("merge_withdrawn", merged.families["withdrawn"]),
        ("merge_disputes", merged.disputes.rows_in),
        ("merge_disputes_left", merged.disputes.without_row),
    ):
        if count:
            console.print(say(message, language, count=count))
