"""`cpms codebook`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.options import Lang, Schemas, language
from cpms_cli.writing.output_formats import listed_endings

File = Annotated[
    Path | None,
    typer.Option("--output", "-o", help=f"Write a file: {listed_endings('document')}.", show_default=False),
]


def codebook(output: File = None, lang: Lang = None, schemas: Schemas = None) -> None:
    """Print or write every question, answer, indicator, level and check of the definition, in one language.

    \b
    Examples:
      cpms codebook -o codebook.md
      cpms codebook -o codebook.html --lang th
    """
    spoken = language(lang)
    from cpms_cli.reports.composing.codebook import codebook as run
    from cpms_cli.reports.documents.markdown_file import markdown_text
    from cpms_cli.reports.documents.rendering import render
    from cpms_cli.survey.files.loading import load_survey
    from cpms_cli.survey.messages import say

    document = run(load_survey(schemas), spoken)
    if output is None:
        typer.echo(markdown_text(document), nl=False)
        return
    render(document, output)
    typer.echo(say("written", spoken, file=output), err=True)
