"""The commands with help and refusals in Thai. Imported only where Thai is asked for."""

from __future__ import annotations

import io
import sys
from functools import cache
from typing import Any

import typer
from typer.exceptions import TyperException

from cpms_cli.cli.guard import commands_below, guarded
from cpms_cli.cli.help_layout import ThaiContext
from cpms_cli.cli.translation import thai_sentence, translate_command


@cache
def _in_thai(app: typer.Typer) -> Any:
    command = guarded(app)
    for _, subcommand in commands_below(command):
        translate_command(subcommand)
        subcommand.context_class = ThaiContext
    return command


def run_in_thai(app: typer.Typer, name: str) -> None:
    """Run the command line with help and refusals in Thai; exits as the parser itself would."""
    try:
        sys.exit(_in_thai(app)(prog_name=name, standalone_mode=False))
    except typer.Abort:
        typer.echo(thai_sentence("Aborted!"), err=True)
        sys.exit(1)
    except TyperException as refused:
        printed = io.StringIO()
        refused.show(file=printed)  # type: ignore[attr-defined]
        for line in printed.getvalue().splitlines():
            typer.echo(thai_sentence(line), err=True)
        sys.exit(refused.exit_code)
