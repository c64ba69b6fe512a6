"""What became of the rows of a file of responses: the counts, what is wrong, and where the rest was set aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cpms_cli.checking.columns_not_read import column_records, log_lines
from cpms_cli.checking.validation import Validation
from cpms_cli.reports.files.how_read import read_notes
from cpms_cli.reports.files.validation import findings_table, show_findings
from cpms_cli.reports.terminal import Screen
from cpms_cli.store.logs.response_writing import Imported
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.rules.response_log import response_log
from cpms_cli.writing.files import records

RESPONSE_COUNTS = ("rows_in", "stored", "replaced", "unchanged", "quarantined")


def _checked(survey: Survey, imported: Imported) -> Validation:
    return Validation(
        survey, imported.tables, imported.findings, imported.total("rows_in"), imported.total("quarantined")
    )


def import_document(survey: Survey, imported: Imported, language: Language) -> dict[str, Any]:
    """The JSON document of an import."""
    return {
        "schema_version": 1,
        "exit_code": imported.exit_code,
        "error": None,
        "counts": {name: imported.total(name) for name in RESPONSE_COUNTS},
        "files": records(imported.files),
        "quarantine": str(imported.quarantine) if imported.quarantine else None,
        "columns_not_read": column_records(imported.tables),
        "findings": records(findings_table(response_log(survey), _checked(survey, imported), language)),
    }


def show_import(screen: Screen, imported: Imported, store: Path) -> None:
    """Print how the files were read, what is wrong, and the counts."""
    console, survey, language = screen.console, screen.survey, screen.language
    for note in read_notes(imported.tables, language):
        console.print(note["message"])
    show_findings(console, response_log(survey), _checked(survey, imported), language)
    show_counts(screen, imported)
    for line in log_lines(response_log(survey), imported.tables, language, store):
        console.print(line)


def show_counts(screen: Screen, imported: Imported) -> None:
    """Print what became of the rows, and where those are that were set aside."""
    console, language = screen.console, screen.language
    counts = {name: imported.total(name) for name in ("stored", "unchanged", "quarantined")}
    console.print(say("responses_sum", language, rows=imported.total("rows_in"), **counts))
    if imported.total("replaced"):
        console.print(say("responses_replaced", language, count=imported.total("replaced")))
    if imported.quarantine:
        console.print(say("responses_set_aside", language, file=imported.quarantine))
