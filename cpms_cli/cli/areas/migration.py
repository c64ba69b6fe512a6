"""`cpms migration`."""

from __future__ import annotations

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.handing import check_audience, handed
from cpms_cli.cli.options import (
    STORE,
    Area,
    Audience,
    By,
    Format,
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


def migration(
    area: Area = None,
    round_: Round = None,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    store: Store = STORE,
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
    one_of(format_)
    check_audience(audience, output, rounds=rounds)
    told, round_year = language(lang), year(round_)
    if (span := span_asked(rounds, round_)) is not None:
        from cpms_cli.reports.areas.migration import show_migration_change
        from cpms_cli.summaries.migration.area_migration import migration_change
        from cpms_cli.survey.files.loading import load_survey

        found = migration_change(store, *span, area=area, by=by or (), language=told, schemas=schemas)
        tell_change(
            found,
            "measures",
            lambda console: show_migration_change(console, load_survey(schemas), found, told),
            format_,
            output,
            told,
            schemas,
        )
        return
    from cpms_cli.reports.areas.migration import show_migration
    from cpms_cli.summaries.migration.area_migration import summarise_migration
    from cpms_cli.survey.files.loading import load_survey

    summary = summarise_migration(store, area=area, round_=round_year, by=by or (), language=told, schemas=schemas)
    summary, said = handed(store, summary, audience, told, schemas)
    tell(
        said,
        summary.tables,
        summary.scope.about(),
        lambda: said.cells(summary.measures),
        lambda console: show_migration(console, load_survey(schemas), summary, told),
        format_,
        output,
        schemas,
    )
