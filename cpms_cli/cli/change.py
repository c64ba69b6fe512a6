"""What `--rounds` asks of `cpms community` and `cpms province`: change between rounds, child by child."""

from __future__ import annotations

from pathlib import Path

import typer

from cpms_cli.cli.options import language, one_of, years
from cpms_cli.errors import UsageError


def change_of_area(
    code: str, rounds: str, by: list[str] | None, store: Path, format_: str, output: Path | None, lang: str | None,
    schemas: Path | None,
) -> None:  # fmt: skip
    """Tell the change of an area over a span of rounds; raises UsageError where the span is not two years."""
    one_of(format_)
    told, span = language(lang), years(rounds)
    if span is None or span[0] == span[1]:
        raise UsageError("bad_rounds", rounds=rounds)
    from cpms_cli.reports.change import show_change
    from cpms_cli.reports.labels import write_for_people
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.change import area_change
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    found = area_change(store, code, *span, by=by or (), language=told, schemas=schemas)
    if output is not None:
        write_for_people(found.tables, output, load_survey(schemas), told)
        typer.echo(say("written", told, file=output), err=True)
    if format_ == "json":
        about = {"area": found.code, "name": found.name, "rounds": list(found.rounds)}
        typer.echo(json_text(document(found.tables, **about)))
    elif format_ == "csv":
        typer.echo(csv_text(found.cases), nl=False)
    else:
        show_change(open_console(), load_survey(schemas), found, by[0] if by else None, told)
