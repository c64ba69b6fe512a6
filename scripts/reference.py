"""Makes `docs/reference/` from the definition and from what every command says of itself: `python run.py docs`.

`--check` writes nothing, names each page that is not as it would be made now, and ends with 1.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import commands_below, guarded
from cpms_cli.cli.help.help_translation import translated
from cpms_cli.cli.help.tasks import TASKS
from cpms_cli.cli.main import main

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
CODEBOOKS = {"codebook.md": "en", "codebook.th.md": "th"}
COMMANDS = {"commands.md": "en", "commands.th.md": "th"}


def names(group: Any = None, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the tool by its words; a group stands before the commands in it."""
    whole: Any = group or guarded(app)
    for name, command in whole.commands.items():
        yield (*above, name)
        if hasattr(command, "commands"):
            yield from names(command, (*above, name))


def _output_of(*words: str, language: str = "en") -> str:
    """What `cpms` with these words prints, in a window of 80 letters."""
    before, stream = (sys.argv, dict(os.environ)), io.StringIO()
    sys.argv = ["cpms", *words]
    os.environ.update(COLUMNS="80", CPMS_LANG=language, NO_COLOR="1")
    try:
        with redirect_stdout(stream), redirect_stderr(io.StringIO()):
            main()
    except SystemExit as ended:
        if ended.code:
            raise
    finally:
        sys.argv = before[0]
        os.environ.clear()
        os.environ.update(before[1])
    return stream.getvalue()


def _top(language: str) -> str:
    """Return what stands above the commands, with `{tasks}` in the place of their table."""
    return (Path(__file__).parent / f"commands_top.{language}.md").read_text("utf-8")


def task_table(language: str) -> str:
    """Return Markdown tables of the commands by task, each with the first words of its help and a link to the rest."""
    helps = {path.removeprefix("cpms "): str(command.help) for path, command in commands_below(guarded(app))}
    head = "| command | what it does |" if language == "en" else "| คำสั่ง | ทำอะไร |"
    lines: list[str] = []
    for task, commands in TASKS.items():
        lines += [f"### {translated(task, language)}", "", head, "| --- | --- |"]
        for name in commands:
            summary = " ".join(helps[name].partition("\n\n")[0].split())
            anchor = f"cpms-{name.replace(' ', '-')}"
            lines.append(f"| [`cpms {name}`](#{anchor}) | {translated(summary, language)} |")
        lines.append("")
    return "\n".join(lines)


def _commands(language: str) -> str:
    sections = [_top(language).replace("{tasks}", task_table(language))]
    for words in names():
        lines = _output_of(*words, "--help", language=language).strip().splitlines()
        help_text = "\n".join(line.rstrip() for line in lines)
        sections.append(f"{'#' * (len(words) + 1)} cpms {' '.join(words)}\n\n```text\n{help_text}\n```\n")
    return "\n".join(sections)


def pages() -> dict[str, str]:
    """The text of each page of the reference, by file name."""
    made = {name: _commands(language) for name, language in COMMANDS.items()}
    with tempfile.TemporaryDirectory() as folder:
        for name, language in CODEBOOKS.items():
            path = Path(folder, name)
            _output_of("codebook", "--lang", language, "-o", str(path))
            made[name] = path.read_text("utf-8")
    return made


def stale() -> list[str]:
    """The pages of the reference that are not what would be made now."""
    kept = {path.name: path.read_text("utf-8") for path in REFERENCE.glob("*.md")}
    made = pages()
    return sorted(name for name in {*kept, *made} if kept.get(name) != made.get(name))


def _run(words: list[str]) -> int:
    if words == ["--check"]:
        for name in (old := stale()):
            print(f"docs/reference/{name} is not as it would be made now: python run.py docs")
        return int(bool(old))
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8", newline="\n")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
