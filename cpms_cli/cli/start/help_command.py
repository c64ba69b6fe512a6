"""`cpms help`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cpms_cli.cli.options import Lang

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[COMMAND...]", help="The command, as child split; else all of them.", show_default=False),
]


def help_(ctx: typer.Context, words: Words = None, lang: Lang = None) -> None:
    """Show how a command is used, as COMMAND --help does.

    \b
    Examples:
      cpms help
      cpms help child split
    """
    del lang  # the whole run is in it
    context: Any = ctx.find_root()
    for word in words or ():
        if not hasattr(context.command, "commands"):
            break
        # Refuses what is no command, and proposes what is nearly one.
        name, command, _ = context.command.resolve_command(context, [word])
        context = command.context_class(command, info_name=name, parent=context)
    typer.echo(context.get_help())
