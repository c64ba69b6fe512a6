"""`cpms review`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.guard import Overwrite
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import Format, Identified, Lang, Schemas, Store, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.writing.output_formats import TEXT_OR_JSON

app = typer.Typer(no_args_is_help=True, help="Rows that may be one child: look at both sides, and decide.")

Workbook = Annotated[Path, typer.Argument(metavar="FILE", help="The review workbook, .xlsx.", show_default=False)]


@app.callback()
def _group() -> None:
    """Rows that may be one child: look at both sides, and decide."""


@app.command("export")
def export(
    file: Workbook,
    store: Store = STORE,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the doubtful pairs to a workbook: both sides, what agrees, what does not, and a column for the decision.

    It shows names, so --identified must be given; that is written to the audit log.

    \b
    Examples:
      cpms review export review.xlsx --identified --store cpms.duckdb
      cpms review export review.xlsx --identified --overwrite --store cpms.duckdb
    """
    spoken = language(lang)
    from cpms_cli.linking.review.review import export_review
    from cpms_cli.survey.messages import say

    count = export_review(store, file, language=spoken, identified=identified, schemas=schemas, overwrite=overwrite)
    name = "review_written" if count else "review_none"
    show_line(say(name, spoken, count=count, file=file, column=say("review_decision", spoken)))


@app.command("apply")
def apply(
    file: Workbook, store: Store = STORE, format_: Format = "text", lang: Lang = None, schemas: Schemas = None
) -> None:
    """Take the decisions of a filled-in review workbook into the store. They hold for all later merges.

    Exit code 0: done; 1: done, and a column that the workbook did not have was not read; 2: nothing was decided.

    \b
    Examples:
      cpms review apply review.xlsx --store cpms.duckdb
      cpms review apply review.xlsx --format json --store cpms.duckdb
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from dataclasses import asdict

    from cpms_cli.linking.review.review import apply_review
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import json_text

    decisions_applied = apply_review(store, file, schemas=schemas)
    applied = asdict(decisions_applied)
    if format_ == "json":
        typer.echo(json_text({"schema_version": 1, "exit_code": decisions_applied.exit_code, "error": None, **applied}))
    else:
        show_line(say("review_applied", spoken, **applied))
        for column in decisions_applied.columns_not_read:
            show_line(say("review_column", spoken, **column))
    raise typer.Exit(decisions_applied.exit_code)
