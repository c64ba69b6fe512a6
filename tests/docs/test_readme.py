"""The README is true: every command in it runs as it stands, and every command of the tool stands in it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

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
