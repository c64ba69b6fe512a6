"""`cpms map`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.guard import Overwrite
from cpms_cli.cli.options import Encoding, Format, Lang, Schemas, language, one_of
from cpms_cli.errors import UsageError

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A survey file: CSV, workbook or export.", show_default=False)
]
MapOutput = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the map here: a new .csv file.", show_default=False)
]


def map_(
    file: File, output: MapOutput = None, format_: Format = "text", lang: Lang = None, schemas: Schemas = None,
    encoding: Encoding = None, overwrite: Overwrite = False,
) -> None:  # fmt: skip
    """Say which header of a file is which question, and write that down to be corrected.

    Open the file in Excel: mend the column "field", clear it for columns to be left out, and take away each question
    mark that you agree with. Then give it to validate and merge with --map. Exit code 0: written; 2: it cannot be.

    \b
    Examples:
      cpms map sample_data/survey_2567.csv
      cpms map sample_data/survey_2568.xlsx --lang th --format csv
    """
    one_of(format_)
    told = language(lang)
    if output is not None and output.suffix.lower() != ".csv":
        raise UsageError("map_is_csv", file=output.name)
    if output is not None and output.exists() and not overwrite:
        raise UsageError("map_there", file=output.name)
    from cpms_cli.checking.header_map import draft_map
    from cpms_cli.reports import header_map as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    drafted = draft_map(file, schemas=schemas, encoding=encoding, language=told)
    if output is not None:
        write_tables({"map": drafted}, output)
    if format_ == "json":
        typer.echo(json_text(report.document(drafted)))
    elif format_ == "csv":
        typer.echo(csv_text(drafted), nl=False)
    else:
        report.show(open_console(), drafted, told)
    if output is not None:
        typer.echo(say("written", told, file=output), err=True)
