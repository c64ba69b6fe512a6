"""`cpms history` and `cpms undo`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.every_command.next_step import write_and_say
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import Format, Lang, Output, Schemas, Store, language
from cpms_cli.cli.terminal.window import show_line


def history(
    store: Store = STORE, format_: Format = "text", output: Output = None, lang: Lang = None, schemas: Schemas = None
) -> None:
    """Show who merged what, when, from which file, with which counts; and all else that was done to the store.

    \b
    Examples:
      cpms history --store cpms.duckdb
      cpms history --store cpms.duckdb --format json
    """
    one_of(format_)
    spoken = language(lang)
    from cpms_cli.reports.files import store as report
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.store.history import history as run
    from cpms_cli.writing.files import csv_text, json_text

    tables = run(store, schemas=schemas)
    if output is not None:
        write_and_say(tables, output, definition_in_use(store, schemas), spoken)
    if format_ == "json":
        typer.echo(json_text(document(tables)))
    elif format_ == "csv":
        typer.echo(csv_text(tables["batches"]), nl=False)
    elif output is None:
        report.show_history(open_console(spoken), tables, spoken)


def undo(
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="Its number, from cpms history.", show_default=False)],
    store: Store = STORE,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Bring back the state before a batch, exactly; files merged in the same command go together.

    \b
    Examples:
      cpms history --store cpms.duckdb
      cpms undo 3 --store cpms.duckdb
    """
    spoken = language(lang)
    from cpms_cli.merging.undo import undo as run
    from cpms_cli.survey.messages import say

    done = run(store, batch, schemas=schemas)
    batches = ", ".join(map(str, done.batches))
    show_line(say("undone", spoken, batches=batches, removed=done.removed, restored=done.restored))
    if done.withdrawn:
        show_line(say("undone_withdrawn", spoken, count=done.withdrawn))
