"""`cpms validate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.options import (
    Encoding,
    Files,
    Format,
    Identified,
    Lang,
    Output,
    Round,
    Schemas,
    language,
    one_of,
    year,
)
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    from cpms_cli.checking.annotation import Annotation
    from cpms_cli.survey.definition import Language

Annotate = Annotated[
    Path | None,
    typer.Option(help="Write a copy of the workbook with its wrong cells coloured.", show_default=False),
]
Fix = Annotated[
    Path | None,
    typer.Option(help="As --annotate, and write plainly what is only written oddly.", show_default=False),
]


def validate(
    files: Files, round_: Round = None, format_: Format = "text", output: Output = None, lang: Lang = None,
    schemas: Schemas = None, encoding: Encoding = None, identified: Identified = False,
    annotate: Annotate = None, fix: Fix = None,
) -> None:  # fmt: skip
    """Say which cells are wrong, and how to mend them.

    Exit code 0: nothing to mend; 1: some rows cannot be stored; 2: a file cannot be read.

    \b
    Examples:
      cpms validate sample_data/survey_2567.csv
      cpms validate sample_data/survey_2568.xlsx --format json
      cpms validate sample_data/survey_2568.xlsx --annotate to_mend.xlsx
    """
    one_of(format_)
    if annotate is not None and fix is not None:
        raise UsageError("annotate_or_fix")
    told, round_year = language(lang), year(round_)
    from cpms_cli.checking.validation import validate as run
    from cpms_cli.reports import validation as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    found = run(files, round_=round_year, schemas=schemas, encoding=encoding, identified=identified)
    survey = load_survey(schemas)
    if output is not None:
        write_tables({"findings": report.findings_table(survey, found, told)}, output)
    if format_ == "json":
        typer.echo(json_text(report.document(survey, found, told)))
    elif format_ == "csv":
        typer.echo(csv_text(report.findings_table(survey, found, told)), nl=False)
    else:
        report.show(open_console(), survey, found, told)
    copy = fix or annotate
    if copy is not None:
        from cpms_cli.checking.annotation import annotate as write_copy

        _tell(write_copy(found, copy, schemas=schemas, language=told, identified=identified, fix=fix is not None),
              told, fix is not None)  # fmt: skip
    raise typer.Exit(found.exit_code)


def _tell(written: Annotation, told: Language, fixed: bool) -> None:
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say

    console = open_console(stderr=True)
    for note in written.notes:
        console.print(note)
    sheet = say("annotate_sheet", told)
    counted = {"cells": written.cells, "listed": written.listed}
    console.print(say("annotate_done", told, file=written.path, sheet=sheet, **counted))
    if fixed:
        console.print(say("fix_done", told, count=written.changed, sheet=say("annotate_changes", told)))
