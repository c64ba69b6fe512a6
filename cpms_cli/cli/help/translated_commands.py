"""The commands with help and refusals in a language. Imported only where another one than their own is asked for."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

import typer
from typer.exceptions import TyperException

from cpms_cli.cli.guard import commands_below, guarded
from cpms_cli.cli.help.help_layout import context_in
from cpms_cli.cli.help.help_translation import translate_command, translated, translated_sentence
from cpms_cli.survey.language import Language
from cpms_cli.survey.speech.languages import translation_of

_built: dict[tuple[Language, int], Any] = {}


def _in_language(app: typer.Typer, language: Language) -> Any:
    """The commands as the parser takes them, which are built once for each translation in one process."""
    key = (language, id(translation_of(language)))
    if key not in _built:
        command = guarded(app)
        for _, subcommand in commands_below(command):
            translate_command(subcommand, partial(translated, language=language))
            subcommand.context_class = context_in(language)
        _built[key] = command
    return _built[key]


def run_in(language: Language, app: typer.Typer, name: str, defaults: Mapping[str, Any]) -> None:
    """Run the command line with help and refusals in a language; exits as the parser itself would. `defaults` are what
    the parser takes for options that are not typed."""
    try:
        sys.exit(_in_language(app, language)(prog_name=name, standalone_mode=False, default_map=defaults))
    except typer.Abort:
        typer.echo(translated_sentence("Aborted!", language), err=True)
        sys.exit(1)
    except TyperException as refused:
        printed = io.StringIO()
        refused.show(file=printed)  # type: ignore[attr-defined]
        for line in printed.getvalue().splitlines():
            typer.echo(translated_sentence(line, language), err=True)
        sys.exit(refused.exit_code)
