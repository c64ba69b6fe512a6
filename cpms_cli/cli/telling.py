"""How a command tells a summary: written to a file, and printed as JSON, as CSV or for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.option_values import one_of
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.writing.output_formats import PRINTED

if TYPE_CHECKING:
    import pandas as pd

    from cpms_cli.reports.areas.handed import Handing
    from cpms_cli.reports.terminal import Screen
    from cpms_cli.survey.model.definition import Language
    from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class Target:
    """Where a command tells what it found: printed in a format, and written to a file if one is named.

    Raises UsageError for a format that is not among those `known`, which the command prints.
    """

    format: str
    file: Path | None = None
    known: tuple[str, ...] = PRINTED

    def __post_init__(self) -> None:
        one_of(self.format, self.known)


@dataclass(frozen=True)
class Answer:
    """What a command found, in every form in which it is told.

    `tables`: by name, for files and JSON. `about`: what JSON says before them. `csv` makes the table that is printed as
    CSV, `show` prints the report for people.
    """

    tables: Mapping[str, pd.DataFrame]
    about: Mapping[str, Any]
    csv: Callable[[], pd.DataFrame]
    show: Callable[[Screen], None]


def _title(answer: Answer, language: Language) -> str:
    """Of which area and round an answer is; "" where it is of no single round."""
    from cpms_cli.survey.era import shown_year
    from cpms_cli.survey.messages import say

    if "round" not in answer.about:
        return ""
    area, year = answer.about.get("name"), shown_year(int(answer.about["round"]), language)
    return say("sheet_of", language, area=area or say("country_whole", language), round=year)


def tell(workspace: Workspace, handing: Handing, answer: Answer, target: Target) -> None:
    """Write the tables to the file, and print the answer in the format, with what is said below it; for people, of
    an answer that was written only where to."""
    from cpms_cli.reports.interchange.people_labels import write_for_people
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    if target.file is not None:
        tables, title = handing.tables(answer.tables, target.file), _title(answer, handing.language)
        write_for_people(tables, target.file, workspace.survey, handing.language, title)
        say_written(target.file, handing.language)
    if target.format == "json":
        typer.echo(json_text(document(handing.kept(answer.tables), **answer.about, **handing.about())))
    elif target.format == "csv":
        typer.echo(csv_text(answer.csv()), nl=False)
    elif target.file is None:
        console = open_console(workspace.language)
        answer.show(Screen(console, workspace.survey, workspace.language))
        handing.show(console)
    if count := len(workspace.worked_out):
        show_line(say("dataset_worked_out", handing.language, count=count, rows=workspace.store), err=True)
