"""`cpms rights`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
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

List = Annotated[
    str | None, typer.Option("--list", help="List who lacks this right, as education.", show_default=False)
]


def rights(
    area: Area = None,
    round_: Round = None,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    list_: List = None,
    store: Store = STORE,
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
    target = Target(format_, output)
    check_audience(audience, output, identified=identified, list=list_, rounds=rounds)
    round_year = year(round_)
    if (span := span_asked(rounds, round_, list=list_, identified=identified)) is not None:
        from cpms_cli.reports.areas.change import show_rights_change
        from cpms_cli.summaries.area.rights import compute_rights_change

        with workspace_of(store, schemas, lang, area=area) as workspace:
            change = compute_rights_change(workspace, span, area=area, by=by or ())
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
    from cpms_cli.summaries.area.shares import tidy
    from cpms_cli.writing.files import check_several

    check_several(output)
    own, writes = area_alone(area, audience), audience is not None
    with workspace_of(store, schemas, lang, identified=identified, writes=writes, area=own) as workspace:
        summary = compute_rights_summary(workspace, area=area, round_=round_year, by=by or (), lacking=list_)
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
