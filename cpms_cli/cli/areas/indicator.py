"""`cpms indicator`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.completing import complete_indicator
from cpms_cli.cli.handing import area_alone, check_audience, hand_over
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
    workspace_of,
    year,
)
from cpms_cli.cli.telling import Answer, Target, tell

Number = Annotated[
    int,
    typer.Argument(metavar="N", help="The indicator's number.", show_default=False, autocompletion=complete_indicator),
]


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
    target = Target(format_, output)
    check_audience(audience, output, identified=identified, rounds=rounds)
    round_year = year(round_)
    if (span := span_asked(rounds, round_, identified=identified)) is not None:
        from cpms_cli.reports.areas.change import show_indicator_change
        from cpms_cli.summaries.area.indicator import compute_indicator_change

        with workspace_of(store, schemas, lang, area=area) as workspace:
            change = compute_indicator_change(workspace, number, span, area=area, by=by or ())
        tell_change(
            workspace,
            change,
            "cases",
            lambda screen: show_indicator_change(screen, change),
            target,
        )
        return
    from cpms_cli.reports.areas.indicator_and_rights import show_indicator
    from cpms_cli.summaries.area.indicator import compute_indicator_summary
    from cpms_cli.summaries.area.shares import tidy
    from cpms_cli.writing.files import check_several

    check_several(output)
    own, writes = area_alone(area, audience), audience is not None
    with workspace_of(store, schemas, lang, identified=identified, writes=writes, area=own) as workspace:
        summary = compute_indicator_summary(workspace, number, area=area, round_=round_year, by=by or ())
        summary, handing = hand_over(workspace, summary, audience)
    answer = Answer(
        summary.tables,
        summary.about(),
        lambda: handing.cells(tidy(summary.counted)),
        lambda screen: show_indicator(screen, summary, identified, listed=handing.listing),
    )
    tell(workspace, handing, answer, target)
