"""`cpms map`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.files.map_asking import ask_lines, is_somebody_there
from cpms_cli.cli.guard import Overwrite
from cpms_cli.cli.option_values import one_of
from cpms_cli.cli.options import Encoding, Files, Format, Lang, Maps, Schemas, Unmasked, language
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import has_format

_WORKBOOK = ".xlsx"
Ask = Annotated[
    bool | None,
    typer.Option(
        "--ask/--no-ask",
        help="Answer what is not sure here, one by one; in a terminal with -o that is usual, never in a pipe.",
        show_default=False,
    ),
]
MapOutput = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write the map here: a new .xlsx or .csv.", show_default=False)
]


def map_(
    files: Files,
    output: MapOutput = None,
    format_: Format = "text",
    lang: Lang = None,
    schemas: Schemas = None,
    encoding: Encoding = None,
    map_: Maps = None,
    identified: Unmasked = False,
    overwrite: Overwrite = False,
    ask: Ask = None,
) -> None:
    """Say which header of some files is which question, what their answers mean, and write that down to be corrected.

    Open the workbook in Excel: on the first sheet choose the question of each header that is marked, or "leave out"; on
    the second what each answer means that is not known. With --ask the same is asked here, line by line; what was
    answered is kept when you stop, and the same command goes on with it. Then give the map to validate and merge with
    --map. It serves every file of the same kind. A CSV has the headers alone: take away each question mark that you
    agree with. With --map here, an earlier map's decisions are kept. Exit code 0: written; 2: it cannot be.

    \b
    Examples:
      cpms map sample_data/survey_2567.csv
      cpms map sample_data/survey_2568.xlsx --lang th --format csv
    """
    one_of(format_)
    spoken = language(lang)
    if output is not None and not has_format("header_map", output):
        raise UsageError("map_is_csv", file=output.name)
    asking = _asking(ask, output, format_)
    goes_on = bool(ask) and output is not None and output.exists() and not overwrite
    if output is not None and output.exists() and not overwrite and not goes_on:
        raise UsageError("map_there", file=output.name)
    from cpms_cli.checking.drafting.drafted_map import Decided, Drafted, map_bytes
    from cpms_cli.checking.drafting.header_map import draft
    from cpms_cli.reading.maps.map_workbook import load_workbook
    from cpms_cli.reports.files import header_map as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.writing.files import csv_text, json_text, write_bytes

    survey = load_survey(schemas)
    begun = load_workbook(output, survey, half_answered=True) if goes_on and output is not None else None

    def drafted_with(decided: Decided) -> Drafted:
        return draft(files, survey, encoding, spoken, map_, identified=identified, begun=begun, decided=decided)

    drafted = drafted_with({})
    if asking:
        drafted = ask_lines(survey, drafted, drafted_with, spoken)
    if output is not None:
        write_bytes(output, map_bytes(survey, drafted, output, spoken))
    if format_ == "json":
        typer.echo(json_text(report.document(drafted.headers, drafted.answers)))
    elif format_ == "csv":
        typer.echo(csv_text(drafted.headers), nl=False)
    elif output is None:
        report.show(open_console(spoken), drafted.headers, drafted.answers, spoken)
    else:
        is_workbook = output.suffix.casefold() == _WORKBOOK
        console = open_console(spoken, stderr=True)
        report.tell_counts(console, drafted.headers, drafted.answers, spoken, in_workbook=is_workbook)
    if output is not None:
        say_written(output, spoken)


def _asking(ask: bool | None, output: Path | None, format_: str) -> bool:
    """Whether what is not sure is asked here: where that is wanted, else where a person is there and a workbook is
    written. Raises UsageError where it is wanted and there is no workbook to keep it in."""
    is_kept = output is not None and output.suffix.casefold() == _WORKBOOK
    if ask and not is_kept:
        raise UsageError("map_ask_where")
    return is_kept and format_ == "text" and is_somebody_there() if ask is None else ask
