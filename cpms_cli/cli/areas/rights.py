"""`cpms rights`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.areas.summary_source import Source
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

List = Annotated[
    str | None, typer.Option("--list", help="List who lacks this right, as education.", show_default=False)
]


def rights(
    context: typer.Context,
    area: Area = None,
    round_: Round = None,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    list_: List = None,
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
    """Which rights children have, lack, or it is not known: by community, sex, age and nationality; who lacks what.

    With --rounds, which of the same children newly lack a right, still lack it or have it again instead.

    \b
    Examples:
      cpms rights --area 850105 --list education --store cpms.duckdb
      cpms rights --by nationality --by sex -o rights.xlsx --store cpms.duckdb
      cpms rights --audience committee --store cpms.duckdb
      cpms rights --rounds 2567:2569 --by sex --store cpms.duckdb
    """
    target, source = Target(format_, output), Source(store, schemas, lang, dataset, scores, memory_limit, context)
    groups = tuple(by or ())
    check_audience(audience, output, identified=identified, list=list_, rounds=rounds)
    round_year = year(round_)
    if (span := span_asked(rounds, round_, list=list_, identified=identified)) is not None:
        from cpms_cli.reports.areas.change import show_rights_change
        from cpms_cli.summaries.area.rights import compute_rights_change

        with source.workspace(Asked(area, by=groups, all_rounds=True, everywhere=True)) as workspace:
            change = compute_rights_change(workspace, span, area=area, by=groups)
        tell_change(
            workspace,
            change,
            "cases",
            lambda screen: show_rights_change(screen, change),
            target,
        )
        return
    from cpms_cli.reports.areas.indicator_and_rights import show_rights
    from cpms_cli.summaries.area.rights import compute_rights_summary
    from cpms_cli.summaries.counts.shares import tidy
    from cpms_cli.writing.files import check_several

    check_several(output)
    asked = Asked(area, round_year, groups, before=False)
    with source.workspace(asked, identified=identified, listed=list_, audience=audience) as workspace:
        summary = compute_rights_summary(workspace, area=area, round_=round_year, by=groups, lacking=list_)
        summary, handing = hand_over(workspace, summary, audience)
    answer = Answer(
        summary.tables,
        summary.scope.about(),
        lambda: summary.lacking if list_ else handing.cells(tidy(summary.counted)),
        lambda screen: show_rights(
            screen, summary, listed=bool(list_ or identified), identified=identified, hint=handing.listing
        ),
    )
    tell(workspace, handing, answer, target)
