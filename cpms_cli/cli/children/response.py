"""`cpms response`: what was done for the children is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.children import assign, responses
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import ChildId, Encoding, Lang, Map, Schemas, Store, TextOrJson, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.survey.language import Language
from cpms_cli.writing.output_formats import TEXT_OR_JSON

if TYPE_CHECKING:
    pass

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
    from cpms_cli.reports.children.list_answers import answers_record, show_answers
    from cpms_cli.reports.files.response_import import import_document, show_import
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
        document = import_document(survey, imported, spoken)
        typer.echo(json_text({**document, "exit_code": code, "answers": answers_record(answers)}))
    else:
        screen = Screen(open_console(spoken), survey, spoken)
        show_import(screen, imported, store)
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
    from cpms_cli.reports.scores import code_labels
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
app.command("due")(responses.due)
app.command("summary")(responses.summary)
