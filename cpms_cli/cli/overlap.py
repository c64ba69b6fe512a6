"""`cpms overlap`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.options import STORE, Area, By, Format, Lang, Output, Round, Schemas, Store, language, one_of, year

Top = Annotated[int, typer.Option("--top", min=1, help="How many pairs and triples are printed.")]


def overlap(
    area: Area = None, round_: Round = None, by: By = None, top: Top = 10, store: Store = STORE,
    format_: Format = "text", output: Output = None, lang: Lang = None, schemas: Schemas = None,
) -> None:  # fmt: skip
    """Show which counted indicators occur together in one child: how many, alone or not, pairs, triples.

    JSON and written files hold every pair and triple that some child has.

    \b
    Examples:
      cpms overlap --area 850105 --store cpms.duckdb
      cpms overlap --by sex --top 5 --round 2569 --store cpms.duckdb
    """
    one_of(format_)
    told, round_year = language(lang), year(round_)
    from cpms_cli.reports.labels import write_for_people
    from cpms_cli.reports.overlap import show_overlap
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.overlap import overlap as run
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    found = run(store, area=area, round_=round_year, by=by or (), language=told, schemas=schemas)
    if output is not None:
        write_for_people(found.tables, output, load_survey(schemas), told)
        typer.echo(say("written", told, file=output), err=True)
    if format_ == "json":
        about = {"area": found.area, "name": found.name, "round": found.round, "children_total": found.children}
        typer.echo(json_text(document(found.tables, **about)))
    elif format_ == "csv":
        typer.echo(csv_text(found.pairs), nl=False)
    else:
        show_overlap(open_console(), found, by[0] if by else None, top, told)
