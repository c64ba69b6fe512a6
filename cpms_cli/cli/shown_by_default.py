"""A group of commands of which one is meant where none is named."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

SHOW = "show"


class ShowUnlessNamed(TyperGroup):
    """`cpms child ID` is `cpms child show ID`, and `cpms score` is `cpms score show`: what is asked most is said
    shortest."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command in where the first word is none."""
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        helped = not args and self.no_args_is_help
        return list(super().parse_args(ctx, args if named or helped else [SHOW, *args]))
