"""`cpms children`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.completing import complete_indicator, complete_level
from cpms_cli.cli.every_command.next_step import write_and_say
from cpms_cli.cli.option_values import STORE, day, one_of, year
from cpms_cli.cli.options import Area, AsOf, Format, Identified, Lang, Output, Round, Schemas, Store, Why, workspace_of

Indicator = Annotated[
    str | None,
    typer.Option(
        "--indicator",
        help="Only children with this indicator, by number or name.",
        show_default=False,
        autocompletion=complete_indicator,
    ),
]
Risk = Annotated[
    list[str] | None,
    typer.Option(
        "--risk",
        help="Only this level, as victim; may be repeated.",
        show_default=False,
        autocompletion=complete_level,
    ),
]


def children(
    indicator: Indicator = None,
    risk: Risk = None,
    area: Area = None,
    round_: Round = None,
    as_of: AsOf = None,
    why: Why = False,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """List children by indicator, level, area or round, most severe first, each with the reason.

    Without --round, as they stand: a level holds until a later round or a closing ends it, an answer until another is
    given. With --why, JSON and a written file also hold every rule of every child and what each open answer would
    change.

    \b
    Examples:
      cpms children --risk victim --risk high_risk --store cpms.duckdb
      cpms children --indicator 3 --area 850105 --round 2569 --store cpms.duckdb
    """
    one_of(format_)
    round_year, day_ = year(round_), day(as_of)
    from cpms_cli.reports import scores as report
    from cpms_cli.reports.children.why import show_effects
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.child.children import ChildSelection, select_children
    from cpms_cli.writing.files import check_several, csv_text, json_text

    if why:
        check_several(output)
    with workspace_of(store, schemas, lang, identified=identified).of_area(area) as workspace:
        survey, spoken = workspace.survey, workspace.language
        selection = ChildSelection(area, round_year, tuple(risk or ()), indicator)
        listed = select_children(workspace, selection, as_of=day_)
        tables = {"children": listed}
        if why:
            from cpms_cli.summaries.child.why import explain_children, with_effects

            explained = explain_children(workspace, listed)
            listed = with_effects(survey, listed, explained)
            tables = {"children": listed, **explained.tables}
    if output is not None:
        sheets = {**tables, **explained.sheets} if why else tables
        write_and_say(sheets, output, survey, spoken)
    if format_ == "json":
        typer.echo(json_text(report.document(tables)))
    elif format_ == "csv":
        typer.echo(csv_text(listed), nl=False)
    elif output is None:
        screen = Screen(open_console(spoken), survey, spoken)
        report.show_children(screen, listed, identified)
        if why:
            show_effects(screen.console, explained, spoken)
