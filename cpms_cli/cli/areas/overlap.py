"""`cpms overlap`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.handing import area_alone, check_audience, hand_over
from cpms_cli.cli.option_values import STORE, year
from cpms_cli.cli.options import Area, Audience, By, Format, Lang, Output, Round, Rounds, Schemas, Store, workspace_of
from cpms_cli.cli.telling import Answer, Target, tell

Top = Annotated[int, typer.Option("--top", min=1, help="How many pairs and triples are printed.")]


def overlap(
    area: Area = None,
    round_: Round = None,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    top: Top = 10,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Show which counted indicators occur together in one child: how many, alone or not, pairs, triples.

    JSON and written files hold every pair and triple that some child has. With --rounds, numbers, pairs and triples
    round by round, and whether the same children have more or fewer.

    \b
    Examples:
      cpms overlap --area 850105 --store cpms.duckdb
      cpms overlap --by sex --top 5 --round 2569 --store cpms.duckdb
      cpms overlap --audience committee --store cpms.duckdb
      cpms overlap --rounds 2567:2569 --by sex --top 5 --store cpms.duckdb
    """
    target = Target(format_, output)
    check_audience(audience, output, rounds=rounds)
    round_year = year(round_)
    if (span := span_asked(rounds, round_)) is not None:
        from cpms_cli.reports.areas.overlap import show_overlap_change
        from cpms_cli.summaries.rounds.overlap_change import compute_overlap_change

        with workspace_of(store, schemas, lang).of_area(area) as workspace:
            change = compute_overlap_change(workspace, span, area=area, by=by or ())
        tell_change(
            workspace,
            change,
            "pairs",
            lambda screen: show_overlap_change(screen, change, top),
            target,
        )
        return
    from cpms_cli.reports.areas.overlap import show_overlap
    from cpms_cli.summaries.rounds.overlap import compute_overlap

    own = area_alone(area, audience)
    with workspace_of(store, schemas, lang, writes=audience is not None).of_area(own) as workspace:
        summary = compute_overlap(workspace, area=area, round_=round_year, by=by or ())
        summary, handing = hand_over(workspace, summary, audience)
    about = {"area": summary.area, "name": summary.name, "round": summary.round, "children_total": summary.children}
    answer = Answer(
        summary.tables,
        about,
        lambda: handing.cells(summary.pairs),
        lambda screen: show_overlap(screen, summary, top, triples=handing.listing),
    )
    tell(workspace, handing, answer, target)
