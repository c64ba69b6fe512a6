"""`cpms indicator`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.areas.summary_source import Source
from cpms_cli.cli.completing import complete_indicator
from cpms_cli.cli.handing import check_audience, hand_over
from cpms_cli.cli.option_values import STORE, year
from cpms_cli.cli.options import (
    Area,
    Audience,
    By,
    Dataset,
    Format,
    Identified,
    Lang,
    MemoryLimit,
    Output,
    Round,
    Rounds,
    Schemas,
    Scores,
    Store,
)
from cpms_cli.cli.telling import Answer, Target, tell
from cpms_cli.datasets.asked import Asked

Number = Annotated[
    str,
    typer.Argument(
        metavar="N", help="The indicator's number or name.", show_default=False, autocompletion=complete_indicator
    ),
]


def indicator(
    context: typer.Context,
    number: Number,
    area: Area = None,
    round_: Round = None,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    store: Store = STORE,
    dataset: Dataset = None,
    scores: Scores = None,
    memory_limit: MemoryLimit = None,
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
    target, source = Target(format_, output), Source(store, schemas, lang, dataset, scores, memory_limit, context)
    groups = tuple(by or ())
    check_audience(audience, output, identified=identified, rounds=rounds)
    round_year = year(round_)
    if (span := span_asked(rounds, round_, identified=identified)) is not None:
        from cpms_cli.reports.areas.change import show_indicator_change
        from cpms_cli.summaries.area.indicator import compute_indicator_change

        with source.workspace(Asked(area, by=groups, all_rounds=True, everywhere=True)) as workspace:
            change = compute_indicator_change(workspace, number, span, area=area, by=groups)
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
    from cpms_cli.summaries.counts.shares import tidy
    from cpms_cli.writing.files import check_several

    check_several(output)
    asked = Asked(area, round_year, groups, all_rounds=True)
    with source.workspace(asked, identified=identified, audience=audience) as workspace:
        summary = compute_indicator_summary(workspace, number, area=area, round_=round_year, by=groups)
        summary, handing = hand_over(workspace, summary, audience)
    answer = Answer(
        summary.tables,
        summary.about(),
        lambda: handing.cells(tidy(summary.counted)),
        lambda screen: show_indicator(screen, summary, identified, listed=handing.listing),
    )
    tell(workspace, handing, answer, target)
