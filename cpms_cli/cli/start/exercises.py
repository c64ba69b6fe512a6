"""The exercises of `cpms demo --interactive`: what is asked, and how it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import CpmsError

if TYPE_CHECKING:
    from cpms_cli.exercises import Mark
    from cpms_cli.survey.model.definition import Language


def wait(spoken: Language) -> str:
    """What is typed before Enter; nothing where nobody is there to type."""
    from cpms_cli.survey.messages import say

    return _typed(say("demo_press", spoken))


def _typed(question: str) -> str:
    typer.echo(f"{question} ", nl=False)
    try:
        return input()
    except EOFError:
        typer.echo()
        return ""


def _marked(mark: Callable[[], Mark], sentence: str, spoken: Language) -> None:
    from cpms_cli.survey.messages import say

    try:
        marked = mark()
    except CpmsError as error:
        # A file saved under another name, or a word that is no decision, must not end the lesson.
        show_line(say(error.message_id, spoken, **error.values))
        return
    typer.secho(say(sentence, spoken, **asdict(marked), open=marked.open), bold=True)


def mend(folder: Path, survey_file: Path, spoken: Language) -> None:
    """Exercise 1: mend the wrong cells of a file."""
    from cpms_cli.exercises import mending_marked, set_mending
    from cpms_cli.survey.messages import say

    asked = set_mending(survey_file, folder, language=spoken)
    typer.echo()
    typer.secho(say("exercise_mend", spoken, file=asked), bold=True)
    wait(spoken)
    _marked(lambda: mending_marked(survey_file, asked, folder), "exercise_mended", spoken)


def decide(folder: Path, store: Path, spoken: Language) -> None:
    """Exercise 2: decide which doubtful pairs are one child."""
    from cpms_cli.exercises import decisions_marked
    from cpms_cli.linking.review.review import export_review
    from cpms_cli.survey.messages import say

    asked = folder / "review.xlsx"
    if not export_review(store, asked, language=spoken, identified=True):
        return
    typer.echo()
    typer.secho(say("exercise_decide", spoken, file=asked), bold=True)
    wait(spoken)
    _marked(lambda: decisions_marked(store, asked, folder), "exercise_decided", spoken)


def visit(store: Path, round_: int | None, spoken: Language) -> None:
    """Exercise 3: say who is to be visited at once."""
    from cpms_cli.exercises import set_visits, visits_marked
    from cpms_cli.reports.files.exercises import show_visits
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say

    asked = set_visits(store, round_=round_, language=spoken)
    typer.echo()
    typer.secho(say("exercise_visit", spoken), bold=True)
    show_visits(open_console(spoken), asked, spoken)
    marks = visits_marked(asked, _typed(say("exercise_letters", spoken)))
    letters = ", ".join(asked.loc[asked["first"], "letter"])
    typer.secho(say("exercise_visited", spoken, **asdict(marks), letters=letters), bold=True)
