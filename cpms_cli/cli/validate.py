"""`cpms validate`."""

from __future__ import annotations

import typer

from cpms_cli.cli.options import (
    Against,
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


def validate(
    files: Files, round_: Round = None, format_: Format = "text", output: Output = None, lang: Lang = None,
    schemas: Schemas = None, encoding: Encoding = None, identified: Identified = False, store: Against = None,
) -> None:  # fmt: skip
    """Say which cells are wrong, and how to mend them.

    Exit code 0: nothing to mend; 1: some rows cannot be stored; 2: a file cannot be read.

    \b
    Examples:
      cpms validate sample_data/survey_2567.csv
      cpms validate sample_data/survey_2568.xlsx --format json
    """
    one_of(format_)
    told, round_year = language(lang), year(round_)
    from cpms_cli.checking.validation import validate as run
    from cpms_cli.comparing import validate_against_store
    from cpms_cli.reports import validation as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    if store is None:
        found = run(files, round_=round_year, schemas=schemas, encoding=encoding, identified=identified)
    else:
        found = validate_against_store(
            files, store, round_=round_year, schemas=schemas, encoding=encoding, identified=identified
        )
    survey = load_survey(schemas)
    if output is not None:
        write_tables({"findings": report.findings_table(survey, found, told)}, output)
    if format_ == "json":
        typer.echo(json_text(report.document(survey, found, told)))
    elif format_ == "csv":
        typer.echo(csv_text(report.findings_table(survey, found, told)), nl=False)
    else:
        report.show(open_console(), survey, found, told)
    raise typer.Exit(found.exit_code)
