"""How a command tells a summary: written to a file, and printed as JSON, as CSV or for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from cpms_cli.reports.areas.handed import Handing
    from cpms_cli.workspace import Workspace


def tell(
    workspace: Workspace,
    handing: Handing,
    tables: Mapping[str, pd.DataFrame],
    about: Mapping[str, Any],
    csv: Callable[[], pd.DataFrame],
    show: Callable[[Console], None],
    format_: str,
    output: Path | None,
) -> None:
    """Write the tables to `output`, and print them: as JSON after what it is `about`, or as CSV the table that `csv`
    makes, or as `show` prints it, with what is said below it."""
    from cpms_cli.reports.children.scores import document
    from cpms_cli.reports.interchange.people_labels import write_for_people
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    if output is not None:
        write_for_people(handing.tables(tables, output), output, workspace.survey, handing.language)
        typer.echo(say("written", handing.language, file=output), err=True)
    if format_ == "json":
        typer.echo(json_text(document(handing.kept(tables), **about, **handing.about())))
    elif format_ == "csv":
        typer.echo(csv_text(csv()), nl=False)
    else:
        console = open_console()
        show(console)
        handing.show(console)
