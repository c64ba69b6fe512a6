"""`cpms explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import Format, Lang, Schemas, Store, definition_of, language

Topic = Annotated[
    list[str],
    typer.Argument(
        metavar="WORD...", help="A check's id, an indicator's number, a level or a question.", show_default=False
    ),
]


def explain(
    context: typer.Context,
    topic: Topic,
    store: Store = STORE,
    format_: Format = "text",
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Say what a check, an indicator, a level or a question means, its rule, and what to do.

    Names are understood in every language. Of a store that is there, the definition that it follows is explained.

    \b
    Examples:
      cpms explain 13
      cpms explain high_risk
      cpms explain birth_date
    """
    one_of(format_)
    import pandas as pd

    from cpms_cli.reports.definitions.explained import explained_document, show_explained
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.survey.typed.explanation import explain as run
    from cpms_cli.writing.files import csv_text, json_text

    spoken = language(lang)
    survey = definition_of(context, store, schemas)
    explained = run(survey, " ".join(topic), spoken)
    if format_ == "json":
        typer.echo(json_text(explained_document(explained)))
    elif format_ == "csv":
        rows = [(part.kind, part.id, *line) for part in explained for line in part.parts]
        typer.echo(csv_text(pd.DataFrame(rows, columns=["kind", "id", "heading", "text"], dtype="str")), nl=False)
    else:
        show_explained(Screen(open_console(spoken), survey, spoken), explained)
