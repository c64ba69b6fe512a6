"""`cpms rights`."""

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

List = Annotated[
    str | None, typer.Option("--list", help="List who lacks this right, as education.", show_default=False)
]


def rights(
    area: Area = None, round_: Round = None, by: By = None, list_: List = None, store: Store = STORE,
    format_: Format = "text", output: Output = None, lang: Lang = None, identified: Identified = False,
    schemas: Schemas = None,
) -> None:  # fmt: skip
    """Which rights children have, lack, or it is not known: by community, sex, age and nationality; who lacks what.

    \b
    Examples:
      cpms rights --area 850105 --list education --store cpms.duckdb
      cpms rights --by nationality --by sex -o rights.xlsx --store cpms.duckdb
    """
    one_of(format_)
    told, round_year = language(lang), year(round_)
    from cpms_cli.reports.figures import show_rights
    from cpms_cli.reports.labels import write_for_people
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.rights import summarise_rights
    from cpms_cli.summaries.shares import tidy
    from cpms_cli.survey.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import check_several, csv_text, json_text

    check_several(output)
    summary = summarise_rights(store, area=area, round_=round_year, by=by or (), lacking=list_, language=told,
                               identified=identified, schemas=schemas)  # fmt: skip
    if output is not None:
        write_for_people(summary.tables, output, load_survey(schemas), told)
        typer.echo(say("written", told, file=output), err=True)
    if format_ == "json":
        typer.echo(json_text(document(summary.tables, **summary.scope.about())))
    elif format_ == "csv":
        typer.echo(csv_text(summary.lacking if list_ else tidy(summary.counted)), nl=False)
    else:
        show_rights(open_console(), load_survey(schemas), summary, told, listed=bool(list_ or identified),
                    identified=identified)  # fmt: skip
