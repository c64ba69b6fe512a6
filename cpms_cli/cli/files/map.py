"""`cpms map`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.guard import Overwrite
from cpms_cli.cli.options import Encoding, Files, Format, Lang, Map, Schemas, language, one_of
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import has_format

MapOutput = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the map here: a new .csv file.", show_default=False)
]


def map_(
    files: Files,
    output: MapOutput = None,
    format_: Format = "text",
    lang: Lang = None,
    schemas: Schemas = None,
    encoding: Encoding = None,
    map_: Map = None,
    overwrite: Overwrite = False,
) -> None:
    """Say which header of some files is which question, and write that down to be corrected.

    Open the map in Excel: mend the column "field", write "leave out" there for columns that are left out on purpose,
    and take away each question mark that you agree with. Then give it to validate and merge with --map. With --map
    here, an earlier map's decisions are kept. Exit code 0: written; 2: it cannot be.

    \b
    Examples:
      cpms map sample_data/survey_2567.csv
      cpms map sample_data/survey_2568.xlsx --lang th --format csv
    """
    one_of(format_)
    spoken = language(lang)
    if output is not None and not has_format("header_map", output):
        raise UsageError("map_is_csv", file=output.name)
    if output is not None and output.exists() and not overwrite:
        raise UsageError("map_there", file=output.name)
    from cpms_cli.checking.mending.header_map import draft_map
    from cpms_cli.reports.files import header_map as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    drafted = draft_map(*files, schemas=schemas, encoding=encoding, language=spoken, mapping=map_)
    if output is not None:
        write_tables({"map": drafted}, output)
    if format_ == "json":
        typer.echo(json_text(report.document(drafted)))
    elif format_ == "csv":
        typer.echo(csv_text(drafted), nl=False)
    else:
        report.show(open_console(spoken), drafted, spoken)
    if output is not None:
        typer.echo(say("written", spoken, file=output), err=True)
