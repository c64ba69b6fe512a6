"""`cpms validate`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.options import (
    Against,
    Encoding,
    Files,
    Format,
    Identified,
    Lang,
    Map,
    Output,
    Round,
    Schemas,
    language,
    one_of,
    year,
)

ShowChanges = Annotated[
    bool, typer.Option("--show-changes", help="List what was read otherwise than written; as CSV, that list alone.")
]


def validate(
    files: Files, round_: Round = None, format_: Format = "text", output: Output = None, lang: Lang = None,
    schemas: Schemas = None, encoding: Encoding = None, identified: Identified = False, map_: Map = None,
    store: Against = None, show_changes: ShowChanges = False,
) -> None:  # fmt: skip
    """Say which cells are wrong, and how to mend them.

    Exit code 0: nothing to mend; 1: some rows cannot be stored; 2: a file cannot be read.

    \b
    Examples:
      cpms validate sample_data/survey_2567.csv
      cpms validate sample_data/survey_2568.xlsx --format json
      cpms validate sample_data/survey_2567.csv --show-changes
    """
    one_of(format_)
    told, round_year = language(lang), year(round_)
    from cpms_cli.checking.changes import changes
    from cpms_cli.comparing import validate_against_store as run
    from cpms_cli.reports import changes as changes_report
    from cpms_cli.reports import validation as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    found = run(
        files, store, round_=round_year, schemas=schemas, encoding=encoding, identified=identified, mapping=map_
    )  # fmt: skip
    survey = load_survey(schemas)
    changed = changes(found.tables, survey=survey, identified=identified) if show_changes else None
    findings = report.findings_table(survey, found, told)
    if output is not None:
        write_tables({"findings": findings, **({} if changed is None else {"changes": changed})}, output)
    if format_ == "json":
        typer.echo(json_text(report.document(survey, found, told, changed)))
    elif format_ == "csv":
        typer.echo(csv_text(findings if changed is None else changed), nl=False)
    else:
        console = open_console()
        report.show(console, survey, found, told)
        if changed is not None:
            changes_report.show_changes(console, changed, told)
    raise typer.Exit(found.exit_code)
