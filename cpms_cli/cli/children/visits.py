"""`cpms visits`."""

from __future__ import annotations

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.option_values import STORE, day, one_of, year
from cpms_cli.cli.options import Area, AsOf, Format, Identified, Lang, Output, Round, Schemas, Store, workspace_of
from cpms_cli.writing.output_formats import has_format


def visits(
    area: Area = None,
    round_: Round = None,
    as_of: AsOf = None,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """List whom to visit next, and exactly the questions that can still change a level, in an order to walk.

    Who waits for a response comes first, the overdue at the head, then children whose level is open. An .xlsx is made
    for printing: a sheet for each village, a blank column for the answers.

    \b
    Examples:
      cpms visits --area 850105 --store cpms.duckdb
      cpms visits --area 850105 --lang th -o walk.xlsx --store cpms.duckdb
    """
    one_of(format_)
    round_year, day_ = year(round_), day(as_of)
    from cpms_cli.reports.children import visits as report
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.response.visits import list_visits
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    with workspace_of(store, schemas, lang, identified=identified).of_area(area) as workspace:
        survey, spoken = workspace.survey, workspace.language
        listed = list_visits(workspace, area=area, round_=round_year, as_of=day_)
    if output is not None:
        if has_format("visits", output):
            report.write_visits(output, survey, listed.visits, spoken, len(listed.turned_18))
        else:
            write_tables({"visits": listed.visits}, output)
        say_written(output, spoken)
    if format_ == "json":
        typer.echo(json_text(document({"visits": listed.visits, "turned_18": listed.turned_18})))
    elif format_ == "csv":
        typer.echo(csv_text(listed.visits), nl=False)
    elif output is None:
        report.show_visits(open_console(spoken), survey, listed, spoken, identified)
