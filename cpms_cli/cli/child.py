"""`cpms child`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.options import STORE, Format, Identified, Lang, Output, Schemas, Store, language, one_of


def child(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The child's CPMS ID.", show_default=False)],
    store: Store = STORE, format_: Format = "text", output: Output = None, lang: Lang = None,
    identified: Identified = False, schemas: Schemas = None,
) -> None:  # fmt: skip
    """Show one child over the years: levels and why, indicators side by side by round, every answer.

    \b
    Examples:
      cpms children --risk victim --store cpms.duckdb
      cpms child ID --store cpms.duckdb
    """
    one_of(format_)
    told = language(lang)
    from cpms_cli.reports import scores as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.child import child_history
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    history = child_history(store, identifier, language=told, identified=identified, schemas=schemas)
    if output is not None:
        write_tables(history.tables, output)
        typer.echo(say("written", told, file=output), err=True)
    if format_ == "json":
        typer.echo(json_text(report.document(history.tables, cpms_id=history.cpms_id)))
    elif format_ == "csv":
        typer.echo(csv_text(history.indicators), nl=False)
    else:
        report.show_child(open_console(), load_survey(schemas), history, told)
