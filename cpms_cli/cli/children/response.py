"""`cpms response`: what was done for the children, who is due, and how much was done in time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.areas.change import span_asked, tell_change
from cpms_cli.cli.children import assign
from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.handing import area_alone, check_audience, hand_over
from cpms_cli.cli.options import (
    STORE,
    Area,
    AsOf,
    Audience,
    By,
    ChildId,
    Encoding,
    Format,
    Identified,
    Lang,
    Map,
    Output,
    Rounds,
    Schemas,
    Store,
    TextOrJson,
    day,
    language,
    one_of,
    workspace_of,
)
from cpms_cli.cli.telling import Answer, Target, tell
from cpms_cli.cli.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.survey.language import Language
from cpms_cli.writing.output_formats import TEXT_OR_JSON

if TYPE_CHECKING:
    import datetime

    from cpms_cli.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="What was done for the children: record it, see who is due.")

Logs = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Responses: CSV or workbook, one row each.", show_default=False),
]
Quarantine = Annotated[
    Path | None,
    typer.Option(
        "--quarantine", "-q", help="Where rows with errors go: a new .xlsx; else beside the store.", show_default=False
    ),
]


@app.callback()
def _group() -> None:
    """What was done for the children: record it, see who is due."""


@app.command("import")
def import_(
    files: Logs,
    store: Store = STORE,
    quarantine: Quarantine = None,
    format_: TextOrJson = "text",
    lang: Lang = None,
    schemas: Schemas = None,
    encoding: Encoding = None,
    map_: Map = None,
) -> None:
    """Record the responses in spreadsheets, as the list of visits filled in; set rows with errors aside.

    All of it or nothing. Exit code 0: all is in the store; 1: rows were set aside, or a column was not read;
    2: nothing was recorded; 130: stopped.

    \b
    Examples:
      cpms response due -o visits.xlsx --store cpms.duckdb
      cpms response import visits.xlsx --store cpms.duckdb
    """
    one_of(format_, TEXT_OR_JSON)
    raise typer.Exit(record_files(ToRecord(files, store, quarantine, schemas, encoding, map_), format_, language(lang)))


@dataclass(frozen=True)
class ToRecord:
    """Files of responses, and how they are to be read and where to be recorded, as the options say."""

    files: list[Path]
    store: Path
    quarantine: Path | None
    schemas: Path | None
    encoding: str | None
    mapping: Path | None


def record_files(asked: ToRecord, format_: str, spoken: Language) -> int:
    """Record the responses and the answers in files, and print what became of them; returns the exit code."""
    files, store, schemas, encoding = asked.files, asked.store, asked.schemas, asked.encoding
    from cpms_cli import __version__
    from cpms_cli.merging.filled_lists import import_lists
    from cpms_cli.reports.children import responses as report
    from cpms_cli.reports.children.today import answers_record, show_answers
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.writing.files import json_text

    # First: once the response is stored, another program may hold the store.
    survey = definition_in_use(store, schemas)
    read = import_lists(
        files,
        store,
        quarantine=asked.quarantine,
        schemas=schemas,
        encoding=encoding,
        language=spoken,
        tool_version=__version__,
        mapping=asked.mapping,
    )
    imported, answers, code = read.responses, read.answers, read.exit_code
    if format_ == "json":
        document = report.import_document(survey, imported, spoken)
        typer.echo(json_text({**document, "exit_code": code, "answers": answers_record(answers)}))
    else:
        screen = Screen(open_console(spoken), survey, spoken)
        report.show_import(screen, imported, store)
        if answers.answers:
            show_answers(screen, answers)
    return code


@app.command("add")
def add(
    identifier: ChildId,
    kind: Annotated[str, typer.Option("--kind", help="What was done, as home_visit.", show_default=False)],
    date: Annotated[str, typer.Option("--date", help="When, as 2569-03-01.", show_default=False)],
    by: Annotated[str, typer.Option("--by", help="The agency's code.", show_default=False)] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="What came of it; no names.", show_default=False)] = "",
    next_: Annotated[str, typer.Option("--next", help="The date of the next step.", show_default=False)] = "",
    worker: Annotated[str, typer.Option("--worker", help="The worker's code; no name.", show_default=False)] = "",
    reason: Annotated[
        str, typer.Option("--reason", help="Why the case is closed, as moved_away.", show_default=False)
    ] = "",
    store: Store = STORE,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Record one response to one child. `cpms undo` takes it back.

    \b
    Examples:
      cpms response add ID --kind home_visit --date 2569-03-01
      cpms response add ID --kind referral --date 5/3/2569 --by RAO
      cpms response add ID --kind closed --date 5/3/2569 --reason safe_now
    """
    spoken = language(lang)
    import pandas as pd

    from cpms_cli import __version__
    from cpms_cli.merging.respond import add_response
    from cpms_cli.reports.children.scores import code_labels
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.survey.era import shown_date
    from cpms_cli.survey.messages import say

    # First: once the response is stored, another program may hold the store.
    survey = definition_in_use(store, schemas)
    added = add_response(
        store,
        identifier,
        kind,
        date,
        by=by,
        outcome=outcome,
        next_date=next_,
        worker=worker,
        closing=reason,
        language=spoken,
        schemas=schemas,
        tool_version=__version__,
    )
    if added.batch is None:
        show_line(say("response_known", spoken))
        return
    field = survey.response_role("response")
    label = code_labels(survey, field, pd.Series([added.kind]), spoken).iat[0]
    when = shown_date(added.date, spoken)
    show_line(say("response_added", spoken, id=added.identifier, kind=label, date=when, batch=added.batch))
    if added.replaced:
        show_line(say("responses_replaced", spoken, count=1))
    for warning in added.warnings:
        show_line(say("response_warning", spoken, warning=warning), err=True)


app.command("assign")(assign.assign)


@app.command("due")
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
    import datetime

    from cpms_cli.reports.children import responses as report
    from cpms_cli.reports.children.due_list import write_visits
    from cpms_cli.reports.children.scores import document
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.response.due import list_due
    from cpms_cli.survey.era import shown_date
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    until = until or datetime.date.today()
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


@app.command("summary")
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
    from cpms_cli.reports.children.scores import document
    from cpms_cli.reports.interchange.people_labels import write_for_people
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.response.case_work import compute_case_work
    from cpms_cli.writing.files import csv_text, json_text

    with workspace:
        survey, spoken = workspace.survey, workspace.language
        work = compute_case_work(workspace, area=area, as_of=until, by=by)
    if target.file is not None:
        write_for_people(work.tables, target.file, survey, spoken)
        say_written(target.file, spoken)
    if target.format == "json":
        typer.echo(json_text(document(work.tables, **work.about())))
    elif target.format == "csv":
        typer.echo(csv_text(next(iter(work.grouped.values()), work.totals)), nl=False)
    elif target.file is None:
        show_case_work(Screen(open_console(spoken), survey, spoken), work)
