"""`cpms schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.options import SHIPPED, Lang, TextOrJson, language, one_of
from cpms_cli.cli.store.schema_use import undo, use
from cpms_cli.writing.output_formats import TEXT_OR_JSON

app = typer.Typer(no_args_is_help=True, help="The definition: fields, code lists, rules, indicators, levels.")


Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[FOLDER]", help="A definition's folder; else the one shipped.", show_default=False),
]

NewFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.", show_default=False)]
Before = Annotated[
    str, typer.Argument(metavar="BEFORE", help="A definition's folder, or: shipped.", show_default=False)
]
After = Annotated[str, typer.Argument(metavar="AFTER", help="The one to compare it with.", show_default=False)]


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
    one_of(format_, TEXT_OR_JSON)
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


@app.command("new")
def new(folder: NewFolder, lang: Lang = None) -> None:
    """Copy the shipped definition into a new folder, to change it there: questions, codes, rules, limits, words.

    \b
    Examples:
      cpms schema new ranong
      cpms schema new ranong --lang th
    """
    spoken = language(lang)
    from cpms_cli.survey.files.new_definition import copy_shipped_definition
    from cpms_cli.survey.messages import say

    count = copy_shipped_definition(folder)
    typer.echo(say("schema_new", spoken, folder=folder, count=count))


@app.command("diff")
def diff(before: Before, after: After, format_: TextOrJson = "text", lang: Lang = None) -> None:
    """Tell how two definitions differ: questions and codes added, retired or renamed, labels, types, limits and rules
    changed. Each is the name of a folder, or: shipped.

    \b
    Examples:
      cpms schema diff shipped ranong
      cpms schema diff ranong shipped --format json
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from cpms_cli.reports.files.definition_changes import definition_changes_document, show_definition_changes
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.files.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.survey.model.changes import definition_changes
    from cpms_cli.writing.files import json_text

    surveys = [load_survey(None if name == SHIPPED else Path(name)) for name in (before, after)]
    changes = definition_changes(*surveys)
    if format_ == "json":
        typer.echo(json_text({"schema_version": 1, "changes": definition_changes_document(changes)}))
        return
    names = [say("schema_shipped", spoken) if name == SHIPPED else name for name in (before, after)]
    show_definition_changes(open_console(), changes, (names[0], names[1]), spoken)


app.command("use")(use)
app.command("undo")(undo)
