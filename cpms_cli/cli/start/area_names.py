"""`cpms areas`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.option_values import one_of
from cpms_cli.cli.options import Format, Lang, Schemas, language
from cpms_cli.errors import UsageError

Name = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME",
        help="A name in Thai or English, or a part of it, and the district or province it is in; or how a code begins.",
    ),
]


def areas(name: Name, format_: Format = "text", lang: Lang = None, schemas: Schemas = None) -> None:
    """Find the code of a province, district or subdistrict by its name.

    \b
    Examples:
      cpms areas Ranong
      cpms areas "Bang Rin"
      cpms areas Pak Nam Ranong
      cpms areas 8501 --format csv
    """
    one_of(format_)
    spoken = language(lang)
    from cpms_cli.reports.areas.area_codes import area_codes_table, show_area_codes
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.survey.typed.area_search import find_areas
    from cpms_cli.writing.files import csv_text, json_text, records

    survey = load_survey(schemas)
    text = " ".join(name)
    matching = find_areas(survey, text)
    if not matching:
        raise UsageError("no_area_named", name=text)
    table = area_codes_table(survey, matching, spoken)
    if format_ == "json":
        typer.echo(json_text({"schema_version": 1, "areas": records(table)}))
    elif format_ == "csv":
        typer.echo(csv_text(table), nl=False)
    else:
        show_area_codes(Screen(open_console(spoken), survey, spoken), table)
