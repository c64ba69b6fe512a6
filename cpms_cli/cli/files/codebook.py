"""`cpms codebook`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.option_values import STORE
from cpms_cli.cli.options import Lang, Schemas, Store, definition_of, language
from cpms_cli.writing.output_formats import listed_endings

File = Annotated[
    Path | None,
    typer.Option("--output", "-o", help=f"Write a file: {listed_endings('document')}.", show_default=False),
]


def codebook(
    context: typer.Context, output: File = None, lang: Lang = None, store: Store = STORE, schemas: Schemas = None
) -> None:
    """Print or write every question, answer, indicator, level and check of the definition that a store follows.

    Where no store is named and there is none, of the shipped one.

    \b
    Examples:
      cpms codebook -o codebook.md
      cpms codebook -o codebook.html --lang th
    """
    spoken = language(lang)
    from cpms_cli.reports.composing.codebook import codebook as run
    from cpms_cli.reports.documents.markdown_file import markdown_text
    from cpms_cli.reports.documents.rendering import render

    document = run(definition_of(context, store, schemas), spoken)
    if output is None:
        typer.echo(markdown_text(document), nl=False)
        return
    render(document, output)
    say_written(output, spoken)
