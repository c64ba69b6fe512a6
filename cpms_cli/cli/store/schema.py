"""`cpms schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.options import Lang, TextOrJson, language, one_of

app = typer.Typer(no_args_is_help=True, help="The definition: fields, code lists, rules, indicators, levels.")


Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="A definition's folder; else the one shipped.", show_default=False),
]


@app.callback()
def _group() -> None:
    """The definition: fields, code lists, rules, indicators, levels."""


@app.command("check")
def check(folder: Folder = None, format_: TextOrJson = "text", lang: Lang = None) -> None:
    """Prove the definition: every rule parses, names known fields, calls only allowed functions, and every worked
    example gives the answer it expects. Exit code 1 when something is wrong; each problem is a file and a line.

    \b
    Examples:
      cpms schema check
      cpms schema check --format json
    """
    one_of(format_, ("text", "json"))
    spoken = language(lang)
    from cpms_cli.scoring.examples import prove_definition
    from cpms_cli.survey.files.location import shipped
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import json_text

    proof = prove_definition(folder or shipped("schemas"))
    if format_ == "json":
        problems, notes = (
            [{"file": part.file, "line": part.line, "message": part.message} for part in parts]
            for parts in (proof.problems, proof.notes)
        )
        document = {"schema_version": 1, "exit_code": proof.exit_code, "problems": problems, "notes": notes}
        typer.echo(json_text({**document, "counts": proof.counts}))
    else:
        for part in (*proof.problems, *proof.notes):
            typer.echo(str(part))
        name = "schema_bad" if proof.problems else "schema_ok"
        typer.echo(say(name, spoken, count=len(proof.problems), **proof.counts))
    raise typer.Exit(proof.exit_code)
