"""Functions have few arguments: ruff counts them everywhere but in the modules of commands, whose options they are."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from typer.main import get_command

from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import commands_below

CLI = Path(__file__).parents[2] / "cpms_cli" / "cli"
MOST = 5  # as ruff counts by default


def _commands() -> set[tuple[str, str]]:
    """Every command as the name of its module and of its function."""
    callbacks = (command.callback for _, command in commands_below(get_command(app)) if command.callback is not None)
    return {(callback.__module__, callback.__name__) for callback in callbacks}


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: str(path.relative_to(CLI)))
def test_only_commands_have_many_arguments(path: Path) -> None:
    module = ".".join(["cpms_cli", "cli", *path.relative_to(CLI).with_suffix("").parts])
    commands = {function for place, function in _commands() if place == module}
    many = {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]) > MOST
    }
    assert many <= commands
