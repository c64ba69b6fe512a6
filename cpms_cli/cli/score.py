"""`cpms score`."""

from __future__ import annotations

import typer

from cpms_cli.cli.options import STORE, Format, Lang, Output, Schemas, Store, language, one_of


def score(
    store: Store = STORE, format_: Format = "text", output: Output = None, lang: Lang = None, schemas: Schemas = None
) -> None:
    """Score every child in every round: 22 indicators, the risk level, the highest possible level, and why.

    \b
    Examples:
      cpms score --store cpms.duckdb
      cpms score --store cpms.duckdb -o scores.parquet
    """
    one_of(format_)
    told = language(lang)
    from cpms_cli.reports import scores as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.scoring.scores import score as run
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text, write_tables

    survey = load_survey(schemas)
    scored = run(store, schemas=schemas)
    readable = report.readable_scores(survey, scored, told)
    if output is not None:
        write_tables({"scores": readable}, output)
        typer.echo(say("written", told, file=output), err=True)
    if format_ == "json":
        typer.echo(json_text(report.document({"scores": readable}, definition=survey.digest)))
    elif format_ == "csv":
        typer.echo(csv_text(readable), nl=False)
    else:
        report.show_scores(open_console(), survey, scored, told)
