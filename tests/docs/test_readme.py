"""README and help are true: every command in them runs as it stands, and every command of the tool stands in them."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import guarded
from scripts.reference import REFERENCE
from tests.conftest import ROOT, SAMPLES, THOROUGH, Cpms
from tests.docs.pages import steps
from tests.docs.test_docs import _WITH_STEPS
from tests.docs.test_thai_output import thai_examples

README = (ROOT / "README.md").read_text("utf-8")


def _commands() -> list[list[str]]:
    blocks = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ cpms ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.mark.parametrize("part", ["from the files", "from the store"])
def test_every_command_line_of_the_readme_runs(
    cpms: Cpms, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """In its order, in two parts for two processes: until a store is made, and on from that store."""
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    commands = _commands()
    assert len(commands) > 5
    middle = [words[0] for words in commands].index("merge") + 1
    if part == "from the store":
        shutil.copy(request.getfixturevalue("sample_store"), tmp_path / "cpms.duckdb")
    for words in commands[:middle] if part == "from the files" else commands[middle:]:
        ran = cpms(*words)
        assert ran.code in (0, 1), (words, ran.err)


def test_the_readme_is_at_most_120_lines_and_says_where_everything_else_is() -> None:
    assert len(README.splitlines()) <= 120
    assert "docs/reference/commands.md" in README


@pytest.mark.parametrize("page", ["commands.md", "commands.th.md"])
def test_every_command_of_the_tool_stands_once_in_the_table_by_task(page: str) -> None:
    table = (REFERENCE / page).read_text("utf-8").partition("\n## ")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| \[`cpms ([^`]+)`\]", table, re.MULTILINE)
    assert sorted(listed) == sorted(" ".join(name) for name in _names(guarded(app)))


def _names(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the tool, groups left out."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _names(command, (*above, name))
        else:
            yield (*above, name)


def _examples(help_text: str) -> list[str]:
    """The lines under `Examples:` in a help, up to the blank line."""
    return [line.strip() for line in help_text.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()]


def _needs_more(line: str) -> bool:
    """Whether an example stands for what only its user has: a key set before it, somebody's public key or CPMS ID,
    another definition that the store follows, a worker who has cases, a data set, a server, a cluster, or the stores of
    several provinces.

    `cpms demo` runs what the others run, and has tests of its own (tests/cli/test_demo.py), as `cpms run`, which needs
    an office (tests/office/test_office_run.py).
    """
    words = line.split()
    return (
        words[0] != "cpms"
        or "age1..." in words
        or "ID" in words
        or "--from" in words
        or words[1] in ("demo", "run")
        or words[1:3] == ["schema", "undo"]
        or words[1:3] == ["store", "push"]
        or words[1:3] == ["link", "provinces"]
        or "spark" in words
        or "--dataset" in words
    )


def test_every_command_ends_its_help_with_examples(cpms: Cpms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = list(_names(guarded(app)))
    assert len(commands) > 15
    for name in commands:
        help_text = cpms(*name, "--help").out
        assert f"Usage: cpms {' '.join(name)} " in help_text
        assert max(map(len, help_text.splitlines())) <= 80, name
        examples = _examples(help_text)
        assert len(examples) >= 2, name
        assert any(f"cpms {' '.join(name)}" in line for line in examples), name


def _of_help() -> dict[tuple[str, ...], list[str]]:
    """The examples of each command, as they stand in its help; `undo` comes last."""
    examples = {}
    tool = guarded(app)
    for name in sorted(_names(tool), key=lambda name: name == ("undo",)):
        command: Any = tool
        for word in name:
            command = command.commands[word]
        examples[name] = _examples(command.help)
    return examples


def _run_elsewhere() -> set[str]:
    """Lines that the README's test above runs, or the pages' (test_docs.py), or the Thai one (test_thai_output.py).

    What the last two ask of a command is more than that it runs.
    """
    pages = (step.command.partition("#")[0].strip() for page in _WITH_STEPS for step in steps(page))
    return {*map(shlex.join, (["cpms", *words] for words in _commands())), *pages, *thai_examples()}


def _tried() -> list[str]:
    """The examples that run here: all with CPMS_THOROUGH=1, else one of each command of which no test runs any.

    Of `store` and `review` all, since one reads what another wrote.
    """
    examples = {name: [line for line in lines if not _needs_more(line)] for name, lines in _of_help().items()}
    if THOROUGH:
        return list(dict.fromkeys(line for lines in examples.values() for line in lines))
    elsewhere = _run_elsewhere()
    together = [line for name, lines in examples.items() if name[0] in ("store", "review") for line in lines]
    alone = [lines[0] for lines in examples.values() if lines and not elsewhere & {*lines}]
    return list(dict.fromkeys([*together, *alone]))


def test_every_example_is_a_command_line_that_can_be_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tool = guarded(app)
    for name, lines in _of_help().items():
        for line in (line for line in lines if line.startswith("cpms ")):
            command: Any = tool
            words = shlex.split(line)[1:]
            while hasattr(command, "commands"):
                own = words[0] if words[0] in command.commands else None
                command = command.commands[own] if own else command.commands["show"]
                words = words[1:] if own else words
            assert command.make_context(" ".join(name), words, resilient_parsing=False)


@pytest.mark.parametrize("part", [0, 1])
def test_examples_of_help_run(
    cpms: Cpms, sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """In a folder with the sample data and the store made of it; half of the lines in each of two processes."""
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    shutil.copy(sample_store, tmp_path / "cpms.duckdb")
    monkeypatch.chdir(tmp_path)
    lines = _tried()
    assert len(lines) > 15
    # What reads what another wrote stays with it: all of `review` and of `store` in one half.
    together = [line for line in lines if line.split()[1] in ("review", "store")]
    alone = [line for line in lines if line not in together]
    half = max(0, len(lines) // 2 - len(together))
    tried = {}
    for line in alone[half:] if part else [*together, *alone[:half]]:
        if line.startswith("cpms undo"):
            shutil.copy(sample_store, tmp_path / "cpms.duckdb")
        ran = cpms(*shlex.split(line)[1:])
        tried[line] = (ran.code, ran.err)
    assert {line: outcome for line, outcome in tried.items() if outcome[0] not in (0, 1)} == {}


def test_nobody_counts_the_indicators_but_a_command_that_shows_how_many_there_are() -> None:
    """A province may have a 23rd: a sentence that says "22 indicators" would be false. What a console shows is so."""
    texts = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "schemas/messages").glob("*.yaml")]
    texts += [*(ROOT / "cpms_cli/locales").rglob("*.po"), *(ROOT / "cpms_cli/cli").rglob("*.py")]
    counted = re.compile(
        r"\b22 (of the )?(indicators|ตัวชี้วัด)|ตัวชี้วัด(ทั้ง)? ?22 (ข้อ|ตัว)|\ball 22\b|twenty-two", re.IGNORECASE
    )
    outside = {path: re.sub(r"(?s)```console.*?```", "", path.read_text("utf-8")) for path in texts}
    assert {path.name: words[0] for path, text in outside.items() if (words := counted.search(text))} == {}
