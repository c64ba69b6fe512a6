"""`cpms find`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.every_command.next_step import write_and_say
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import Area, Format, Identified, Lang, Output, Schemas, Store, workspace_of

Text = Annotated[
    str,
    typer.Argument(metavar="TEXT", help="A name, a house number, a CPMS ID or how it begins.", show_default=False),
]


def find(
    text: Text,
    area: Area = None,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """Find a child by name, house number, CPMS ID or national ID.

    Names of any script are found however they are spelled, as in an earlier round too. A search that finds somebody by
    a name or a national ID is written to the audit log, also while names are hidden.

    \b
    Examples:
      cpms find Somchai --store cpms.duckdb
      cpms find "12/3" --area 85010501 --store cpms.duckdb
      cpms find CYPG --store cpms.duckdb
    """
    one_of(format_)
    from cpms_cli.reports.children.matches import show_matches
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.child.child_search import search_children
    from cpms_cli.writing.files import csv_text, json_text

    with workspace_of(store, schemas, lang, identified=identified, writes=True) as workspace:
        listed = search_children(workspace, text, area=area)
    if output is not None:
        write_and_say({"children": listed}, output, workspace.survey, workspace.language)
    if format_ == "json":
        typer.echo(json_text(document({"children": listed})))
    elif format_ == "csv":
        typer.echo(csv_text(listed), nl=False)
    elif output is None:
        screen = Screen(open_console(workspace.language), workspace.survey, workspace.language)
        show_matches(screen, listed, identified)
