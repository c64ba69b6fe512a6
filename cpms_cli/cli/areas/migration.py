"""`cpms migration`."""

from __future__ import annotations

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


def migration(
    context: typer.Context,
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
    schemas: Schemas = None,
) -> None:
    """Areas with high migration, against the rest of their province; where from; who arrived and who left.

    With --rounds, the same round by round, and who arrived and who left between each two. Of two kinds of area asked
    for, the smaller are told, each with the larger in which it lies.

    \b
    Examples:
      cpms migration --area 85 --store cpms.duckdb
      cpms migration --area 850105 --by village --by sex --store cpms.duckdb
      cpms migration --area 85 --by sex --by age_group --store cpms.duckdb
      cpms migration --area 850105 --audience press -f json
      cpms migration --area 850105 --rounds 2567:2569 --store cpms.duckdb
    """
    target, source = Target(format_, output), Source(store, schemas, lang, dataset, scores, memory_limit, context)
    groups = tuple(by or ())
    check_audience(audience, output, rounds=rounds)
    round_year = year(round_)
    if (span := span_asked(rounds, round_)) is not None:
        from cpms_cli.reports.areas.migration import show_migration_change
        from cpms_cli.summaries.migration.area_migration import compute_migration_change

        with source.workspace(Asked(area, by=groups, all_rounds=True, everywhere=True)) as workspace:
            change = compute_migration_change(workspace, span, area=area, by=groups)
        tell_change(
            workspace,
            change,
            "measures",
            lambda screen: show_migration_change(screen, change),
            target,
        )
        return
    from cpms_cli.reports.areas.migration import show_migration
    from cpms_cli.summaries.migration.area_migration import compute_migration_summary
    from cpms_cli.survey.area_widths import PROVINCE

    # A child who left is of the group that it has where it is now, which may be in another province.
    # Shares are held against the rest of the province.
    asked = Asked(area, round_year, groups, everywhere=bool(groups), wider=area and area[:PROVINCE])
    with source.workspace(asked, audience=audience) as workspace:
        summary = compute_migration_summary(workspace, area=area, round_=round_year, by=groups)
        summary, handing = hand_over(workspace, summary, audience)
    answer = Answer(
        summary.tables,
        summary.scope.about(),
        lambda: handing.cells(summary.measures),
        lambda screen: show_migration(screen, summary),
    )
    tell(workspace, handing, answer, target)
