"""`cpms indicator`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.handing import check_audience, handed
from cpms_cli.cli.options import (
    STORE,
    Area,
    Audience,
    By,
    Format,
    Identified,
    Lang,
    Output,
    Round,
    Rounds,
    Schemas,
    Store,
    language,
    one_of,
    year,
)
from cpms_cli.cli.telling import tell

Number = Annotated[int, typer.Argument(metavar="N", help="The indicator's number, 1 to 22.", show_default=False)]


def indicator(
    number: Number,
    area: Area = None,
    round_: Round = None,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """One indicator: what it means, how many children by area, sex, age, nationality and round, and which.

    With --rounds, what became of the same children's cases from round to round instead.

    \b
    Examples:
      cpms indicator 3 --area 850105 --store cpms.duckdb
      cpms indicator 11 --by sex --by age_group -o work.xlsx --store cpms.duckdb
      cpms indicator 3 --audience committee --store cpms.duckdb
      cpms indicator 10 --rounds 2567:2569 --by sex --store cpms.duckdb
    """
    one_of(format_)
    check_audience(audience, output, identified=identified, rounds=rounds)
    told, round_year = language(lang), year(round_)
    if (span := span_asked(rounds, round_, identified=identified)) is not None:
        from cpms_cli.reports.areas.change import show_indicator_change
        from cpms_cli.summaries.area.indicator import indicator_change
        from cpms_cli.survey.files.loading import load_survey

        found = indicator_change(store, number, *span, area=area, by=by or (), language=told, schemas=schemas)
        tell_change(
            found,
            "cases",
            lambda console: show_indicator_change(console, load_survey(schemas), found, told),
            format_,
            output,
            told,
            schemas,
        )
        return
    from cpms_cli.reports.areas.indicator_and_rights import show_indicator
    from cpms_cli.summaries.area.indicator import summarise_indicator
    from cpms_cli.summaries.area.shares import tidy
    from cpms_cli.survey.files.loading import load_survey
    from cpms_cli.writing.files import check_several

    check_several(output)
    summary = summarise_indicator(
        store, number, area=area, round_=round_year, by=by or (), language=told, identified=identified, schemas=schemas
    )
    summary, said = handed(store, summary, audience, told, schemas)
    tell(
        said,
        summary.tables,
        summary.about(),
        lambda: said.cells(tidy(summary.counted)),
        lambda console: show_indicator(console, load_survey(schemas), summary, told, identified, listed=said.listing),
        format_,
        output,
        schemas,
    )
