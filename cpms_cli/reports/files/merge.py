"""What became of the rows of a merge, for people and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.checking.columns_not_read import column_records, undecided_lines
from cpms_cli.checking.mending.unread_cells import unread_cell_lines, unread_cells
from cpms_cli.checking.unasked import unasked_lines, unasked_records
from cpms_cli.merging.folder_merge import FolderFile, FolderMerge
from cpms_cli.merging.merge import Merge
from cpms_cli.merging.row_fates import COUNTED
from cpms_cli.reports.files.how_read import key_notes, show_footers
from cpms_cli.reports.files.response_import import RESPONSE_COUNTS, show_counts
from cpms_cli.reports.files.sheets_not_read import sheet_records, show_sheets
from cpms_cli.reports.terminal import Layout, Screen, show_table
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.messages import say, sentence
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import records

_PLACES = _NAMED = 5
_SHOWN = ("rows_in", "stored", "unchanged", "quarantined")
_HEADINGS = {"file": "file", "rows_in": "rows", **{name: name for name in _SHOWN[1:]}}


def _headings(language: Language) -> dict[str, str]:
    return {name: say(f"col_{key}", language) for name, key in _HEADINGS.items()}


def document(survey: Survey, merged: Merge, urgent: pd.DataFrame, language: Language = FALLBACK) -> dict[str, Any]:
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
        "cells_not_stored": unread_cells(survey, merged.findings, merged.set_aside, language),
        "sheets_not_read": sheet_records(merged.tables, language),
        "notes": key_notes(merged.tables, language),
    }


def show(console: Console, survey: Survey, merged: Merge, urgent: pd.DataFrame, language: Language) -> None:
    """Print the counts by file, their sum, and what to do with the rows set aside."""
    for note in key_notes(merged.tables, language):
        console.print(note["message"])
    show_table(console, merged.files, _headings(language), Layout(right=_SHOWN))
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
    for line in unasked_lines(survey, merged.tables, language):
        console.print(line)
    for line in unread_cell_lines(unread_cells(survey, merged.findings, merged.set_aside, language), language):
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


def notes_of(console: Console, survey: Survey, merged: Merge, urgent: pd.DataFrame, language: Language) -> str:
    """Return what is to be said of one file of the folder at the end, as it is printed."""
    with console.capture() as captured:
        for note in key_notes(merged.tables, language):
            console.print(note["message"])
        show_notes(console, survey, merged, urgent, language)
    return captured.get()


def file_notes(survey: Survey, merged: Merge, urgent: pd.DataFrame, language: Language) -> dict[str, Any]:
    """Return what JSON says of one file of the folder beside its counts."""
    return {
        "urgent": records(urgent),
        "columns_not_read": column_records(merged.tables),
        "answers_not_asked": unasked_records(merged.tables),
        "cells_not_stored": unread_cells(survey, merged.findings, merged.set_aside, language),
        "sheets_not_read": sheet_records(merged.tables, language),
        "notes": key_notes(merged.tables, language),
    }


def message_of(file: FolderFile, language: Language) -> str:
    """Return what is to be done about a file that was not merged; "" where there is nothing to do."""
    if file.error is not None:
        return sentence(file.error, language)
    if file.state == "held":
        return say(f"office_held_{file.detail}", language, file=file.name)
    if file.state == "same_as":
        return say("office_same_as", language, file=file.name, other=file.detail)
    return say("folder_set_aside", language, file=file.name) if file.state == "set_aside" else ""


def folder_document(merged: FolderMerge, notes: dict[str, dict[str, Any]], language: Language) -> dict[str, Any]:
    """The JSON document of a folder that was merged; `notes` by the names of files, as `file_notes` makes them."""
    return {
        "schema_version": 1,
        "exit_code": merged.exit_code,
        "error": None,
        "counts": {name: merged.total(name) for name in COUNTED},
        "families": dict(merged.families),
        "new_children": merged.new_people,
        "doubtful_pairs": merged.doubtful,
        "files": [
            {
                "file": file.name,
                "state": file.state,
                **file.counts,
                "quarantine": [str(path) for path in file.quarantine],
                "message": message_of(file, language) or None,
                **notes.get(file.name, {}),
            }
            for file in merged.files
        ],
    }


def show_folder(console: Console, merged: FolderMerge, notes: Sequence[str], language: Language) -> None:
    """Print the counts by file, their sum, what to mend, and last of all the files that were not merged."""
    if merged.of_state("merged"):
        _show_counts(console, merged, language)
    for note in notes:
        console.print(note, end="")
    known = [file.name for file in merged.of_state("known")]
    if known:
        more = ", …" if len(known) > _NAMED else ""
        console.print(say("folder_known", language, count=len(known), files=", ".join(known[:_NAMED]) + more))
    for file in (*merged.of_state("same_as"), *merged.of_state("held"), *merged.of_state("set_aside")):
        console.print(message_of(file, language))
    refused = merged.of_state("refused")
    if refused:
        console.print(say("folder_refused", language, count=len(refused)))
    for file in refused:
        console.print(message_of(file, language))


def _show_counts(console: Console, merged: FolderMerge, language: Language) -> None:
    stored = merged.of_state("merged")
    table = pd.DataFrame([{"file": file.name, **file.counts} for file in stored])
    show_table(console, table, _headings(language), Layout(right=_SHOWN))
    sums = {name: merged.total(name) for name in ("stored", "unchanged", "quarantined", "no_consent")}
    families = merged.families["no_consent"]
    console.print(say("merge_sum", language, rows=merged.total("rows_in"), families=families, **sums))
    for message, count in (
        ("merge_repeated", merged.total("repeated")),
        ("merge_disputed", merged.families["disputed"]),
        ("merge_withdrawn", merged.families["withdrawn"]),
        ("merge_doubtful", merged.doubtful),
    ):
        if count:
            console.print(say(message, language, count=count))
    console.print(say("merge_people", language, count=merged.new_people))
    for file in stored:
        for path in file.quarantine:
            console.print(say("merge_set_aside", language, file=path))
