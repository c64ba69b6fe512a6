"""`cpms response due` and `cpms response summary`: who waits for a response, and how much was done in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.every_command.next_step import say_written, write_and_say
from cpms_cli.cli.handing import area_alone, check_audience, hand_over
from cpms_cli.cli.option_values import STORE, day, one_of
from cpms_cli.cli.options import (
    Area,
    AsOf,
    Audience,
    By,
    Format,
    Identified,
    Lang,
    Output,
    Rounds,
    Schemas,
    Store,
    workspace_of,
)
from cpms_cli.cli.telling import Answer, Target, tell
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    import datetime

    from cpms_cli.workspace import Workspace


def due(
    area: Area = None,
    as_of: AsOf = None,
    everybody: Annotated[bool, typer.Option("--all", help="Also those who had their response.")] = False,
    turned_18: Annotated[
        bool, typer.Option("--turned-18", help="Those instead who turned 18 while they waited.")
    ] = False,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """List children without the response that their level demands, the most severe level and the longest overdue first.

    A next date that was missed, or a long time without an entry, makes an open case due again; who turned 18 is counted
    apart. As a workbook it has blank columns to fill in, which `cpms response import` reads back.

    \b
    Examples:
      cpms response due --area 850105 --store cpms.duckdb
      cpms response due --as-of 2570-01-15 -o later.xlsx --store cpms.duckdb
    """
    one_of(format_)
    until = day(as_of)

    from cpms_cli.reports.children import responses as report
    from cpms_cli.reports.children.due_list import write_visits
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.response.due import list_due
    from cpms_cli.survey.country_time import country_today
    from cpms_cli.survey.era import shown_date
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    until = until or country_today()
    with workspace_of(store, schemas, lang, identified=identified).of_area(area) as workspace:
        survey, spoken = workspace.survey, workspace.language
        children = list_due(workspace, area=area, as_of=until, everybody=everybody)
    listed = children.turned_18 if turned_18 else children.due
    if output is not None:
        write_visits(survey, listed, output, spoken)
        if len(children.turned_18) and not turned_18:
            show_line(say("due_turned_18", spoken, count=len(children.turned_18)), err=True)
        say_written(output, spoken)
    if format_ == "json":
        tables = {"due": children.due, "turned_18": children.turned_18}
        typer.echo(json_text(document(tables, as_of=until.isoformat())))
    elif format_ == "csv":
        typer.echo(csv_text(listed), nl=False)
    elif output is None:
        screen = Screen(open_console(spoken), survey, spoken)
        report.show_due(screen, listed, shown_date(until, spoken), identified)
        if len(children.turned_18) and not turned_18:
            show_line(say("due_turned_18", spoken, count=len(children.turned_18)))


def summary(
    area: Area = None,
    as_of: AsOf = None,
    rounds: Rounds = None,
    by: By = None,
    audience: Audience = None,
    work: Annotated[
        bool, typer.Option("--work", help="How cases are worked on: first response, follow-ups, closures, workers.")
    ] = False,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Count by area and level: due, done in time, done late, not yet due, overdue, unknown.

    With --rounds, the cases that each round gave instead, and what became of them. With --work, days to the first
    response, follow-ups a case, next dates missed, closures by reason and cases by worker: for the office, not for an
    audience.

    \b
    Examples:
      cpms response summary --area 85 --store cpms.duckdb
      cpms response summary --as-of 2570-01-15 -o responses.xlsx
      cpms response summary --audience committee --store cpms.duckdb
      cpms response summary --by sex --by age_group --store cpms.duckdb
      cpms response summary --rounds 2567:2569 --store cpms.duckdb
      cpms response summary --work --by nationality --store cpms.duckdb
    """
    target = Target(format_, output)
    check_audience(audience, output, rounds=rounds, work=work)
    until = day(as_of)
    if work:
        if rounds is not None:
            raise UsageError("options_apart", first="--work", second="--rounds")
        _tell_work(workspace_of(store, schemas, lang), area, until, by or [], target)
        return
    from cpms_cli.reports.children import responses as report

    if (span := span_asked(rounds)) is not None:
        from cpms_cli.summaries.response.response_counts import compute_response_change

        with workspace_of(store, schemas, lang).of_area(area) as workspace:
            change = compute_response_change(workspace, span, area=area, as_of=until, by=by or ())
        tell_change(
            workspace,
            change,
            "cases",
            lambda screen: report.show_response_change(screen, change),
            target,
        )
        return
    from cpms_cli.summaries.response.response_counts import compute_response_summary

    own = area_alone(area, audience)
    with workspace_of(store, schemas, lang, writes=audience is not None).of_area(own) as workspace:
        counts = compute_response_summary(workspace, area=area, as_of=until, by=by or ())
        counts, handing = hand_over(workspace, counts, audience)
    answer = Answer(
        counts.tables,
        counts.about(),
        lambda: handing.cells(next(iter(counts.grouped.values()), counts.parts)),
        lambda screen: report.show_summary(screen, counts),
    )
    tell(workspace, handing, answer, target)


def _tell_work(
    workspace: Workspace, area: str | None, until: datetime.date | None, by: list[str], target: Target
) -> None:
    from cpms_cli.reports.children.case_work import show_case_work
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.response.case_work import compute_case_work
    from cpms_cli.writing.files import csv_text, json_text

    with workspace:
        survey, spoken = workspace.survey, workspace.language
        work = compute_case_work(workspace, area=area, as_of=until, by=by)
    if target.file is not None:
        write_and_say(work.tables, target.file, survey, spoken)
    if target.format == "json":
        typer.echo(json_text(document(work.tables, **work.about())))
    elif target.format == "csv":
        typer.echo(csv_text(next(iter(work.grouped.values()), work.totals)), nl=False)
    elif target.file is None:
        show_case_work(Screen(open_console(spoken), survey, spoken), work)
