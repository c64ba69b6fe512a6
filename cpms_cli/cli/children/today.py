"""`cpms today`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.option_values import STORE, choice, day, one_of
from cpms_cli.cli.options import Area, AsOf, Format, Identified, Lang, Output, Schemas, Store, workspace_of
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError


def today(
    area: Area = None,
    worker: Annotated[
        str | None,
        typer.Option("--worker", help="Only for the worker with this code.", show_default=False),
    ] = None,
    as_of: AsOf = None,
    by: Annotated[str, typer.Option("--by", help="In a workbook, a sheet for each: village or worker.")] = "village",
    first: Annotated[
        int | None, typer.Option("--first", min=1, help="Print so many tasks only.", show_default=False)
    ] = None,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """List what is to be done today, the most urgent household first, each with its reason and the next step.

    Children who wait for a response, dates that were missed, open cases without an entry, questions that can still
    change a level, pairs and rows that wait. An .xlsx is taken along and filled in; cpms merge reads it back.

    \b
    Examples:
      cpms today --area 850105 --store cpms.duckdb
      cpms today --lang th -o today.xlsx --store cpms.duckdb
    """
    one_of(format_)
    until = day(as_of)
    from cpms_cli.reports.children import today as report
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.today.today_list import today_of
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    sheets_by = choice(by, report.SHEETS)
    if sheets_by is None:
        raise UsageError("today_sheets", by=by)
    with workspace_of(store, schemas, lang, identified=identified).of_area(area) as workspace:
        survey, spoken = workspace.survey, workspace.language
        listed = today_of(workspace, area=area, worker=worker, as_of=until)
    if output is not None:
        report.write_today(output, survey, listed, spoken, sheets_by)
        if len(listed.turned_18):
            show_line(say("due_turned_18", spoken, count=len(listed.turned_18)), err=True)
        say_written(output, spoken)
    if format_ == "json":
        tables = {"tasks": listed.tasks, "not_asked": listed.not_asked, "turned_18": listed.turned_18}
        fields = {"as_of": listed.as_of.isoformat(), "unassigned": listed.unassigned}
        typer.echo(json_text(document(tables, **fields)))
    elif format_ == "csv":
        typer.echo(csv_text(listed.tasks), nl=False)
    elif output is None:
        screen = Screen(open_console(spoken), survey, spoken)
        report.show_today(screen, listed, identified, first)
    if worker is not None and listed.unassigned and format_ == "text":
        show_line(say("today_unassigned", spoken, count=listed.unassigned), err=output is not None)
