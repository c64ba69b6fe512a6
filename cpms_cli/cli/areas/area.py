"""`cpms community` and `cpms province`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.handing import check_audience, hand_over
from cpms_cli.cli.options import (
    COMMUNITY,
    PROVINCE,
    STORE,
    Audience,
    By,
    Format,
    Lang,
    Output,
    Round,
    Rounds,
    Schemas,
    Store,
    check_width,
    one_of,
    workspace_of,
    year,
)
from cpms_cli.cli.telling import tell

Code = Annotated[str, typer.Argument(metavar="CODE", help="The area's official code.", show_default=False)]


def community(
    code: Code,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    store: Store = STORE,
    round_: Round = None,
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
    if (span := span_asked(rounds, round_)) is not None:
        _change(code, span, by, store, format_, output, lang, schemas)
        return
    _area(code, store, round_, by, audience, format_, output, lang, schemas)


def province(
    code: Code,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    store: Store = STORE,
    round_: Round = None,
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
    if (span := span_asked(rounds, round_)) is not None:
        _change(code, span, by, store, format_, output, lang, schemas)
        return
    _area(code, store, round_, by, audience, format_, output, lang, schemas)


def _change(
    code: str,
    span: tuple[int, int],
    by: list[str] | None,
    store: Path,
    format_: str,
    output: Path | None,
    lang: str | None,
    schemas: Path | None,
) -> None:
    one_of(format_)
    from cpms_cli.reports.areas.change import show_change
    from cpms_cli.summaries.rounds.change import compute_area_change

    with workspace_of(store, schemas, lang) as workspace:
        change = compute_area_change(workspace, code, *span, by=by or ())
    tell_change(
        workspace,
        change,
        "cases",
        lambda console: show_change(console, workspace.survey, change, workspace.language),
        format_,
        output,
    )


def _area(
    code: str,
    store: Path,
    round_: str | None,
    by: list[str] | None,
    audience: str | None,
    format_: str,
    output: Path | None,
    lang: str | None,
    schemas: Path | None,
) -> None:
    one_of(format_)
    round_year = year(round_)
    from cpms_cli.reports.children.scores import show_area
    from cpms_cli.summaries.area.areas import compute_area_summary

    with workspace_of(store, schemas, lang, writes=audience is not None) as workspace:
        summary = compute_area_summary(workspace, code, round_=round_year, by=by or ())
        summary, handing = hand_over(workspace, summary, audience)
    about = {
        "area": summary.code,
        "name": summary.name,
        "round": summary.round,
        "previous": summary.previous,
        "children_total": summary.children,
        "households_total": summary.households,
    }
    tell(
        workspace,
        handing,
        summary.tables,
        about,
        lambda: handing.cells(summary.grouped.get("indicators_by", summary.indicators)),
        lambda console: show_area(console, workspace.survey, summary, workspace.language, listed=handing.listing),
        format_,
        output,
    )
