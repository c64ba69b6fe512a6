"""README and help are true: every command in them runs as it stands, and every command of the tool stands in them."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cpms_cli.cli.main import app
from tests.conftest import ROOT, SAMPLES, Cpms

README = (ROOT / "README.md").read_text("utf-8")


def _commands() -> list[list[str]]:
    blocks = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ cpms ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_every_command_line_of_the_readme_runs(cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    commands = _commands()
    assert len(commands) > 5
    for words in commands:
        ran = cpms(*words)
        assert ran.code in (0, 1), (words, ran.err)


def test_every_command_of_the_tool_stands_in_the_readme() -> None:
    names = [command.name for command in app.registered_commands]
    assert [name for name in names if f"`cpms {name}" not in README and f"cpms {name}" not in README] == []


def _names(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the tool, groups left out."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _names(command, (*above, name))
        else:
            yield (*above, name)


def _examples(told: str) -> list[str]:
    """The lines under `Examples:` in a help, up to the blank line."""
    return [line.strip() for line in told.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()]


def _needs_more(line: str) -> bool:
    """Whether an example stands for what only its user has: a key set before it, somebody's public key or CPMS ID.

    `cpms demo` runs what the others run, and has tests of its own (tests/cli/test_demo.py).
    """
    words = line.split()
    return words[0] != "cpms" or "age1..." in words or "ID" in words or words[1] == "demo"


def test_every_command_ends_its_help_with_examples_that_run(
    cpms: Cpms, sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder with the sample data and the store made of it; `undo` comes last, on that store as it was."""
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    shutil.copy(sample_store, tmp_path / "cpms.duckdb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    commands = sorted(_names(get_command(app)), key=lambda name: name == ("undo",))
    assert len(commands) > 15
    tried: dict[str, int] = {}
    for name in commands:
        if name == ("undo",):
            shutil.copy(sample_store, tmp_path / "cpms.duckdb")
        told = cpms(*name, "--help").out
        assert f"Usage: cpms {' '.join(name)} " in told
        assert max(map(len, told.splitlines())) <= 80, name
        examples = _examples(told)
        assert len(examples) >= 2, name
        assert any(f"cpms {' '.join(name)}" in line for line in examples), name
        for line in examples:
            if not _needs_more(line) and line not in tried:
                tried[line] = cpms(*shlex.split(line)[1:]).code
    wrong = {line: code for line, code in tried.items() if code not in (0, 1)}
    assert wrong == {}
    assert len(tried) > 25
