"""`cpms indicator`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.options import (
    STORE,
    Area,
    By,
    Format,
    Identified,
    Lang,
    Output,
    Round,
    Schemas,
    Store,
    language,
    one_of,
    year,
)  # fmt: skip

Number = Annotated[int, typer.Argument(metavar="N", help="The indicator's number, 1 to 22.", show_default=False)]


def indicator(
    number: Number, area: Area = None, round_: Round = None, by: By = None, store: Store = STORE,
    format_: Format = "text", output: Output = None, lang: Lang = None, identified: Identified = False,
    schemas: Schemas = None,
) -> None:  # fmt: skip
    """One indicator: what it means, how many children by area, sex, age, nationality and round, and which.

    \b
    Examples:
      cpms indicator 3 --area 850105 --store cpms.duckdb
      cpms indicator 11 --by sex --by age_group -o work.xlsx --store cpms.duckdb
    """
    one_of(format_)
    told, round_year = language(lang), year(round_)
    from cpms_cli.reports.figures import show_indicator
    from cpms_cli.reports.labels import write_for_people
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.indicator import summarise_indicator
    from cpms_cli.summaries.shares import tidy
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import check_several, csv_text, json_text

    check_several(output)
    summary = summarise_indicator(store, number, area=area, round_=round_year, by=by or (), language=told,
                                  identified=identified, schemas=schemas)  # fmt: skip
    if output is not None:
        write_for_people(summary.tables, output, load_survey(schemas), told)
        typer.echo(say("written", told, file=output), err=True)
    if format_ == "json":
        typer.echo(json_text(document(summary.tables, **summary.about())))
    elif format_ == "csv":
        typer.echo(csv_text(tidy(summary.counted)), nl=False)
    else:
        show_indicator(open_console(), load_survey(schemas), summary, told, identified)
