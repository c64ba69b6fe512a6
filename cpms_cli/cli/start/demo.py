"""`cpms demo`."""

from __future__ import annotations

import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.options import Lang, language
from cpms_cli.cli.terminal.window import show_line

if TYPE_CHECKING:
    from cpms_cli.survey.model.definition import Language

_PROVINCE, _URGENT, _LAST = "85", "victim", "2569"

Interactive = Annotated[
    bool, typer.Option("--interactive", "-i", help="Wait for Enter at each step, with exercises that are marked.")
]


def demo(interactive: Interactive = False, lang: Lang = None) -> None:
    """Run the whole way on the sample files, in a temporary folder: each step with the command to type.

    \b
    Examples:
      cpms demo
      cpms demo --interactive --lang th
    """
    spoken = language(lang)
    from cpms_cli.survey.messages import say
    from cpms_cli.survey.yaml_files.location import shipped

    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="cpms-demo-"))
    try:
        for source in sorted(shipped("sample_data").iterdir()):
            shutil.copy(source, folder)
        show_line(say("demo_folder", spoken, folder=folder))
        _walk(folder, spoken, interactive)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    typer.echo()
    show_line(say("demo_end", spoken, seconds=round(time.monotonic() - started)))


def _walk(folder: Path, spoken: Language, interactive: bool) -> None:
    from cpms_cli.cli.areas.area import tell_area
    from cpms_cli.cli.areas.summary_source import Source
    from cpms_cli.cli.children import child, children
    from cpms_cli.cli.files import merge, validate
    from cpms_cli.cli.option_values import AreaAsked, year
    from cpms_cli.cli.start.exercises import decide, mend, visit
    from cpms_cli.cli.store import score
    from cpms_cli.cli.telling import Target
    from cpms_cli.summaries.child.children import list_children

    files = sorted(folder.glob("survey_*"))
    store = folder / "cpms.duckdb"
    step = _Step(folder, spoken, interactive)
    step("demo_validate", ["validate", files[0]], lambda: validate.validate([files[0]], lang=spoken))
    if interactive:
        mend(folder, files[0], spoken)
    step("demo_merge", ["merge", *files, "--store", store], lambda: merge.merge(files, store=store, lang=spoken))
    step("demo_again", ["merge", files[0], "--store", store], lambda: merge.merge([files[0]], store=store, lang=spoken))
    if interactive:
        decide(folder, store, spoken)
    step("demo_score", ["score", "--store", store], lambda: score.score(store=store, lang=spoken))
    first = str(list_children(store, round_=year(_LAST), levels=[_URGENT]).iloc[0, 0])
    step("demo_child", ["child", first, "--store", store], lambda: child.child(first, store=store, lang=spoken))
    step(
        "demo_province",
        ["province", _PROVINCE, "--store", store],
        lambda: tell_area(Source(store, None, spoken), AreaAsked(_PROVINCE, None), None, Target("text")),
    )
    if interactive:
        visit(store, year(_LAST), spoken)
    victims: list[str | Path] = ["children", "--risk", _URGENT, "--round", _LAST, "--store", store]
    step("demo_victims", victims, lambda: children.children(risk=[_URGENT], round_=_LAST, store=store, lang=spoken))


class _Step:
    """Says what comes, shows the command as one would type it in the folder, and runs it; waits first if it may."""

    def __init__(self, folder: Path, spoken: Language, interactive: bool) -> None:
        self.folder, self.spoken, self.interactive = folder, spoken, interactive

    def __call__(self, message: str, command: Sequence[str | Path], run: Callable[[], None]) -> None:
        from cpms_cli.cli.start.exercises import wait
        from cpms_cli.survey.messages import say

        words = [word.name if isinstance(word, Path) else word for word in command]
        typer.echo()
        typer.secho(say(message, self.spoken), bold=True)
        typer.secho(f"$ cpms {shlex.join(words)}", fg="cyan")
        if self.interactive:
            wait(self.spoken)
        try:
            run()
        except typer.Exit as finished:
            # Rows with errors are part of the lesson: exit code 1 is no failure here.
            if finished.exit_code not in (0, 1):
                raise
