"""`cpms response assign`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.option_values import STORE, choice, day, one_of
from cpms_cli.cli.options import Area, Lang, Schemas, Store, TextOrJson, language
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import TEXT_OR_JSON

Children = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID...", help="CPMS IDs; else the open cases of nobody.", show_default=False),
]
To = Annotated[
    list[str],
    typer.Option("--to", help="Whose the cases become: a worker's code; several share them.", show_default=False),
]
From = Annotated[str | None, typer.Option("--from", help="Hand over what this worker has: a code.", show_default=False)]
Everybody = Annotated[bool, typer.Option("--all", help="Cases that have a worker too.")]
By = Annotated[str, typer.Option("--by", help="What goes to one worker as a whole: household or village.")]
Date = Annotated[str | None, typer.Option("--date", help="From when on; else today.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; nothing is stored.")]


def assign(
    to: To,
    children: Children = None,
    from_: From = None,
    area: Area = None,
    everybody: Everybody = False,
    by: By = "household",
    date: Date = None,
    dry_run: DryRun = False,
    store: Store = STORE,
    format_: TextOrJson = "text",
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Say whose cases these are: named children's, those of nobody, or of a worker who is away.

    Several workers share them, so that each then has about as many open cases; who has a child of the household keeps
    the household. It is an entry in the log, and `cpms undo` takes it back.

    \b
    Examples:
      cpms response assign --area 85010501 --to W1 --store cpms.duckdb
      cpms response assign --to W1 --to W2 --by village --store cpms.duckdb
      cpms response assign --from W1 --to W2 --store cpms.duckdb
    """
    one_of(format_, TEXT_OR_JSON)
    spoken, since = language(lang), day(date)
    from cpms_cli import __version__
    from cpms_cli.reports.children.assignments import assignment_document, show_assigned
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.summaries.response.assigning import TOGETHER, assign_cases
    from cpms_cli.writing.files import json_text

    asked = choice(by, TOGETHER)
    together = next((name for name in TOGETHER if name == asked), None)
    if together is None:
        raise UsageError("assign_together", by=by, known=", ".join(TOGETHER))
    # First: once it is stored, another program may hold the store.
    survey = definition_in_use(store, schemas)
    assigned = assign_cases(
        store,
        to,
        children=children or (),
        area=area,
        held_by=from_,
        everybody=everybody,
        together=together,
        day=since,
        dry_run=dry_run,
        language=spoken,
        schemas=schemas,
        tool_version=__version__,
    )
    if format_ == "json":
        typer.echo(json_text(assignment_document(assigned)))
    else:
        show_assigned(Screen(open_console(spoken), survey, spoken), assigned)
