"""`cpms migration`."""

from __future__ import annotations

import typer

from cpms_cli.cli.options import (
    STORE,
    Area,
    By,
    Format,
    Lang,
    Output,
    Round,
    Schemas,
    Store,
    language,
    one_of,
    year,
)  # fmt: skip


def migration(
    area: Area = None, round_: Round = None, by: By = None, store: Store = STORE, format_: Format = "text",
    output: Output = None, lang: Lang = None, schemas: Schemas = None,
) -> None:  # fmt: skip
    """Areas with high migration, against the rest of their province; where from; who arrived and who left.

    \b
    Examples:
      cpms migration --area 85 --store cpms.duckdb
      cpms migration --area 850105 --by village --by sex --store cpms.duckdb
    """
    one_of(format_)
    told, round_year = language(lang), year(round_)
    from cpms_cli.reports.labels import write_for_people
    from cpms_cli.reports.migration import show_migration
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.migration import summarise_migration
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    summary = summarise_migration(store, area=area, round_=round_year, by=by or (), language=told, schemas=schemas)
    if output is not None:
        write_for_people(summary.tables, output, load_survey(schemas), told)
        typer.echo(say("written", told, file=output), err=True)
    if format_ == "json":
        typer.echo(json_text(document(summary.tables, **summary.scope.about())))
    elif format_ == "csv":
        typer.echo(csv_text(summary.measures), nl=False)
    else:
        show_migration(open_console(), load_survey(schemas), summary, told)
