"""`cpms schema`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.option_values import one_of
from cpms_cli.cli.options import SHIPPED, Lang, Output, TextOrJson, language
from cpms_cli.cli.store.schema_use import undo, use
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import TEXT_OR_JSON

if TYPE_CHECKING:
    from cpms_cli.reports.definitions.translation_state import TranslationState

NAME = "schema"
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
def check(
    ctx: typer.Context,
    folder: Folder = None,
    format_: TextOrJson = "text",
    output: Output = None,
    lang: Lang = None,
) -> None:
    """Prove the definition: every rule parses, names known fields, calls only allowed functions, and every worked
    example gives the answer it expects. Exit code 1 when something is wrong; each problem is a file and a line.

    With --lang and the language of a translation, say what it lacks; -o writes that as a table to fill in.

    \b
    Examples:
      cpms schema check
      cpms schema check --lang my -o to_translate.xlsx
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    state = _translation_state(folder, spoken, ctx.obj)
    if output is not None and state is None:
        raise UsageError("translation_none")
    from cpms_cli.reports.definitions.translation_state import show_translation_state
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.scoring.examples.proving import prove_definition
    from cpms_cli.survey.messages import fault_sentence, problem_line, say
    from cpms_cli.survey.yaml_files.location import shipped
    from cpms_cli.writing.files import json_text, write_tables

    proof = prove_definition(folder or shipped("schemas"))
    exit_code = 1 if state and state.problems else proof.exit_code
    if format_ == "json":
        problems, notes = (
            [{"file": part.file, "line": part.line, "message": fault_sentence(part.fault, spoken)} for part in parts]
            for parts in ((*proof.problems, *(state.problems if state else ())), proof.notes)
        )
        document = {"schema_version": 1, "exit_code": exit_code, "problems": problems, "notes": notes}
        typer.echo(json_text({**document, "counts": proof.counts, **(state.about() if state else {})}))
    else:
        aside = output is not None  # the file has the texts, and what is said of the definition is no data
        for part in (*proof.problems, *(state.problems if state else ()), *proof.notes):
            show_line(problem_line(part, spoken), err=aside)
        if state is not None and output is None:
            show_translation_state(open_console(spoken), state, spoken)
        name = "schema_bad" if exit_code else "schema_ok"
        show_line(
            say(name, spoken, count=len(proof.problems) + len(state.problems if state else ()), **proof.counts),
            err=aside,
        )
    if output is not None and state is not None:
        write_tables({"texts": state.missing}, output)
        say_written(output, spoken)
    raise typer.Exit(exit_code)


def _translation_state(folder: Path | None, spoken: str, commands: typer.Typer) -> TranslationState | None:
    """How far the translation of a definition's folder into this language is; None for one of the programme's own."""
    from cpms_cli.cli.help.help_translation import help_texts, translated
    from cpms_cli.reports.definitions.translation_state import translation_state
    from cpms_cli.survey.files.definition_reader import Reader
    from cpms_cli.survey.files.schema_files import read_survey
    from cpms_cli.survey.language import LANGUAGES
    from cpms_cli.survey.yaml_files.location import shipped

    if spoken in LANGUAGES:
        return None
    survey = read_survey(Reader(folder or shipped("schemas")))
    translations = survey.translations if survey else ()
    translation = next((part for part in translations if part.language == spoken), None)
    if survey is None or translation is None:
        return None
    help_words = {text: {own: translated(text, own) for own in LANGUAGES} for text in help_texts(commands) if text}
    return translation_state(survey, translation, help_words)


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
    show_line(say("schema_new", spoken, folder=folder, count=count))


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
    from cpms_cli.reports.definitions.definition_changes import definition_changes_document, show_definition_changes
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.comparing.changes import definition_changes
    from cpms_cli.survey.messages import say
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.writing.files import json_text

    surveys = [load_survey(None if name == SHIPPED else Path(name)) for name in (before, after)]
    changes = definition_changes(*surveys)
    if format_ == "json":
        typer.echo(json_text({"schema_version": 1, "changes": definition_changes_document(changes)}))
        return
    names = [say("schema_shipped", spoken) if name == SHIPPED else name for name in (before, after)]
    show_definition_changes(open_console(spoken), changes, (names[0], names[1]), spoken)


app.command("use")(use)
app.command("undo")(undo)
