"""`cpms community` and `cpms province`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.areas.summary_source import Source
from cpms_cli.cli.handing import check_audience, hand_over
from cpms_cli.cli.option_values import COMMUNITY, PROVINCE, STORE, AreaAsked, check_width, year
from cpms_cli.cli.options import (
    Audience,
    By,
    Dataset,
    Format,
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

Code = Annotated[str, typer.Argument(metavar="CODE", help="The area's official code.", show_default=False)]


def community(
    context: typer.Context,
    code: Code,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    store: Store = STORE,
    round_: Round = None,
    dataset: Dataset = None,
    scores: Scores = None,
    memory_limit: MemoryLimit = None,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Summarise a village (8 digits) or subdistrict (6): levels, indicators, change, whom to visit at once.

    With --rounds, what became of each child's indicators and level from round to round instead.

    \b
    Examples:
      cpms community 850105 --store cpms.duckdb
      cpms community 850105 --by sex --by age_group --store cpms.duckdb
      cpms community 850105 --round 2568 -o community.xlsx --store cpms.duckdb
      cpms community 850105 --rounds 2567:2569 --store cpms.duckdb
      cpms community 850105 --audience committee --store cpms.duckdb
      cpms community 850105 --rounds 2568:2569 --by sex --by age_group
    """
    check_width(code, COMMUNITY)
    check_audience(audience, output, rounds=rounds)
    target, asked = Target(format_, output), AreaAsked(code, year(round_), tuple(by or ()))
    source = Source(store, schemas, lang, dataset, scores, memory_limit, context)
    if (span := span_asked(rounds, round_)) is not None:
        _change(source, asked, span, target)
        return
    tell_area(source, asked, audience, target)


def province(
    context: typer.Context,
    code: Code,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    store: Store = STORE,
    round_: Round = None,
    dataset: Dataset = None,
    scores: Scores = None,
    memory_limit: MemoryLimit = None,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Compile a province (2 digits) or district (4) over its communities.

    With --rounds, what became of each child's indicators and level from round to round instead.

    \b
    Examples:
      cpms province 85 --store cpms.duckdb
      cpms province 85 --format json --lang th --store cpms.duckdb
      cpms province 85 --audience ministry -o province.xlsx
      cpms province 85 --rounds 2567:2569 --by sex --by nationality
    """
    check_width(code, PROVINCE)
    check_audience(audience, output, rounds=rounds)
    target, asked = Target(format_, output), AreaAsked(code, year(round_), tuple(by or ()))
    source = Source(store, schemas, lang, dataset, scores, memory_limit, context)
    if (span := span_asked(rounds, round_)) is not None:
        _change(source, asked, span, target)
        return
    tell_area(source, asked, audience, target)


def _change(source: Source, asked: AreaAsked, span: tuple[int, int], target: Target) -> None:
    from cpms_cli.reports.areas.change import show_change
    from cpms_cli.summaries.rounds.change import compute_area_change

    with source.workspace(Asked(asked.code, by=asked.by, all_rounds=True, everywhere=True)) as workspace:
        change = compute_area_change(workspace, asked.code, span, by=asked.by)
    tell_change(workspace, change, "cases", lambda screen: show_change(screen, change), target)


def tell_area(source: Source, asked: AreaAsked, audience: str | None, target: Target) -> None:
    """Summarise an area as these two commands do."""
    from cpms_cli.reports.areas.area_summary import show_area
    from cpms_cli.summaries.area.areas import compute_area_summary

    with source.workspace(Asked(asked.code, asked.round, asked.by), audience=audience) as workspace:
        summary = compute_area_summary(workspace, asked.code, round_=asked.round, by=asked.by)
        summary, handing = hand_over(workspace, summary, audience)
    about = {
        "area": summary.code,
        "name": summary.name,
        "round": summary.round,
        "previous": summary.previous,
        "children_total": summary.children,
        "households_total": summary.households,
    }
    answer = Answer(
        summary.tables,
        about,
        lambda: handing.cells(summary.grouped.get("indicators_by", summary.indicators)),
        lambda screen: show_area(screen, summary, listed=handing.listing),
    )
    tell(workspace, handing, answer, target)
