"""`cpms run`."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cpms_cli.cli.office_defaults import current_office, settled
from cpms_cli.cli.option_values import one_of
from cpms_cli.cli.options import Lang, TextOrJson, language
from cpms_cli.cli.terminal.opening import open_written
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import TEXT_OR_JSON

if TYPE_CHECKING:
    from cpms_cli.office.office_run import Run, Tell
    from cpms_cli.office.settings import Office
    from cpms_cli.survey.model.definition import Language

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help="The office's folder; else the one that is around.", show_default=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; nothing is stored or written.")]
Open = Annotated[bool, typer.Option("--open", help="Open the page to open first, with the computer's own program.")]
Log = Annotated[
    Path | None,
    typer.Option("--log", help="Add a line of JSON to this .jsonl file for each event.", show_default=False),
]


def run(
    folder: Folder = None,
    dry_run: DryRun = False,
    log: Log = None,
    open_: Open = False,
    format_: TextOrJson = "text",
    lang: Lang = None,
) -> None:
    """Take in what is new in the office's inbox, and leave in its outbox what each person needs.

    Each file is checked, mended as far as nothing is lost, and stored; then all is scored, and the page to open first,
    the workbooks to mend, the list of visits and the report are written. Stopped in the middle, it goes on where it
    was. Exit code 0: all is in the store, or nothing is new; 1: something is to mend, or a file was left out; 2: no
    office, or the store cannot be used; 130: stopped.

    \b
    Examples:
      cpms run office
      cpms run office --dry-run
      cpms run office --format json --log log.jsonl
    """
    one_of(format_, TEXT_OR_JSON)
    office = _office(folder)
    spoken = language(lang or office.language)
    from cpms_cli import __version__
    from cpms_cli.office.office_run import run_of_office
    from cpms_cli.office.run_document import document
    from cpms_cli.writing.files import json_text

    if log is not None:
        _check_log(log, office)
    done = run_of_office(
        office,
        language=spoken,
        dry_run=dry_run,
        tool_version=__version__,
        tell=_tell(log, spoken, quiet=format_ == "json"),
    )
    if format_ == "json":
        typer.echo(json_text(document(done)))
    else:
        _show(done, spoken)
    if open_ and done.page is not None:
        open_written(done.page, spoken)
    raise typer.Exit(done.exit_code)


def _office(folder: Path | None) -> Office:
    """The office in a folder, or around it. Raises UsageError where there is none."""
    if folder is None:
        around = current_office()
        if around is None:
            raise UsageError("office_none", folder=Path.cwd())
        return settled(around)
    from cpms_cli.office.settings import load_office, office_folder

    place = office_folder(folder)
    if place is None:
        raise UsageError("office_none", folder=folder)
    return settled(load_office(place))


def _check_log(log: Path, office: Office) -> None:
    """Raise UsageError where the log's file must not be written: the store, a file of the inbox, the settings."""
    from cpms_cli.writing.outputs import check_output

    if log.suffix.lower() != ".jsonl":
        raise UsageError("office_log_ending", file=log.name)
    check_output(log, [office.inbox, office.file], [office.store], overwrite=False, filled_in=False)


def _tell(log: Path | None, spoken: Language, *, quiet: bool) -> Tell:
    """What takes the events of a run: a line of the log, and a line on stderr for people."""
    from cpms_cli.survey.messages import say

    def shown(event: str, about: Mapping[str, Any]) -> None:
        if event == "output":
            if about["name"]:
                show_line(say("office_wrote", spoken, name=about["name"]), err=True)
            return
        state = say(f"office_is_{about['state']}", spoken)
        message = "office_progress_rows" if about["rows_in"] else "office_progress"
        show_line(say(message, spoken, **{**about, "state": state}), err=True)

    def tell(event: str, about: Mapping[str, Any]) -> None:
        if log is not None:
            _add_line(log, {"time": datetime.datetime.now(datetime.UTC).isoformat(), "event": event, **about})
        if not quiet:
            shown(event, about)

    return tell


def _add_line(log: Path, entry: Mapping[str, Any]) -> None:
    try:
        with log.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UsageError("cannot_write", file=log.name, reason=error.strerror or "") from None


def _show(done: Run, spoken: Language) -> None:
    from cpms_cli.office.run_document import run_lines
    from cpms_cli.reports.terminal import open_console

    console = open_console(spoken)
    for outcome in done.files:
        for words in outcome.messages if outcome.state != "known" else ():
            console.print(words)
    for written in done.outputs:
        if written.message:
            console.print(written.message)
    for line in run_lines(done, spoken):
        console.print(line)
