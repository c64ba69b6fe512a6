"""`cpms validate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.guard import Overwrite
from cpms_cli.cli.option_values import STORE, one_of, village_code, year
from cpms_cli.cli.options import (
    Against,
    Encoding,
    Files,
    Format,
    Lang,
    Maps,
    Output,
    Round,
    Schemas,
    Sheets,
    Unmasked,
    Village,
    followed_definition,
    language,
)
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    from cpms_cli.checking.columns_not_read import Asked
    from cpms_cli.checking.mending.annotation import Annotation
    from cpms_cli.survey.model.definition import Language

Annotate = Annotated[
    Path | None,
    typer.Option(help="Write a copy with the wrong cells coloured and explained: a new .xlsx.", show_default=False),
]
Fix = Annotated[
    Path | None,
    typer.Option(help="As --annotate, and what is only written oddly is written plainly.", show_default=False),
]

ShowChanges = Annotated[
    bool, typer.Option("--show-changes", help="List what was read otherwise than written; as CSV, that list alone.")
]


def validate(
    files: Files,
    round_: Round = None,
    village: Village = None,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
    encoding: Encoding = None,
    identified: Unmasked = False,
    map_: Maps = None,
    store: Against = None,
    show_changes: ShowChanges = False,
    annotate: Annotate = None,
    fix: Fix = None,
    sheets: Sheets = None,
    overwrite: Overwrite = False,
) -> None:
    """Say which cells are wrong, and how to mend them.

    Exit code 0: nothing to mend; 1: some rows cannot be stored, or a column or a sheet with answers was not read; 2: a
    file cannot be read; 130: stopped.

    \b
    Examples:
      cpms validate sample_data/survey_2567.csv
      cpms validate sample_data/survey_2568.xlsx --format json
      cpms validate sample_data/survey_2567.csv --show-changes
      cpms validate sample_data/survey_2568.xlsx --annotate to_mend.xlsx
    """
    one_of(format_)
    spoken, round_year, copy = language(lang), year(round_), _one_copy(annotate, fix)
    from cpms_cli.checking.mending.read_otherwise import changes
    from cpms_cli.merging.compare import validate_against_store as run
    from cpms_cli.reports.files import read_otherwise as changes_report
    from cpms_cli.reports.files import validation as report
    from cpms_cli.reports.interchange.people_labels import write_for_people
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import check_not_read, csv_text, json_text

    if output is not None:
        check_not_read(output, [*files, *(map_ or [])])
    followed = None if store is not None or schemas is not None else followed_definition()
    validation = run(
        files,
        store,
        round_=round_year,
        schemas=schemas,
        encoding=encoding,
        identified=identified,
        mapping=map_,
        sheets=sheets,
        village=village_code(village),
        **({"survey": followed} if followed is not None else {}),
    )
    survey = validation.survey
    if followed is not None:
        show_line(say("definition_followed", spoken, store=STORE), err=True)
    changed = changes(validation.tables, survey=survey, identified=identified) if show_changes else None
    findings = report.findings_table(survey, validation, spoken)
    written = None
    if copy is not None:
        from cpms_cli.checking.mending.annotation import annotate as write_copy

        # Before anything is printed: a run that fails prints one document, not two.
        written = write_copy(
            validation,
            copy,
            language=spoken,
            identified=identified,
            fix=fix is not None,
            overwrite=overwrite,
        )
    if output is not None:
        write_for_people(
            {"findings": findings, **({} if changed is None else {"changes": changed})}, output, survey, spoken
        )
    if format_ == "json":
        typer.echo(json_text(report.document(survey, validation, spoken, changed)))
    elif format_ == "csv":
        typer.echo(csv_text(findings if changed is None else changed), nl=False)
    else:
        # What a written file does not hold, as how a sheet was read and what was not, is said all the same.
        console = open_console(spoken, stderr=output is not None, tables=output is None)
        report.show(
            console,
            survey,
            validation,
            spoken,
            _asked(files, map_, {"--round": round_, "--village": village, "--encoding": encoding}, store),
        )
        if changed is not None:
            changes_report.show_changes(console, changed, spoken)
    if output is not None:
        say_written(output, spoken, to_mend=bool(validation.exit_code))
    if written is not None:
        _tell(written, spoken, fix is not None)
    raise typer.Exit(validation.exit_code)


def _asked(files: list[Path], map_: list[Path] | None, options: dict[str, str | None], store: Path | None) -> Asked:
    """How the validation was asked for, to be asked again with a map."""
    from cpms_cli.checking.columns_not_read import Asked

    words = (word for name, value in options.items() if value is not None for word in (name, str(value)))
    return Asked(files, map_, tuple(words), store)


def _one_copy(annotate: Path | None, fix: Path | None) -> Path | None:
    """The copy to write, if any; raises UsageError where two are asked for."""
    if annotate is not None and fix is not None:
        raise UsageError("annotate_or_fix")
    return fix or annotate


def _tell(written: Annotation, spoken: Language, fixed: bool) -> None:
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say

    console = open_console(spoken, stderr=True)
    for note in written.notes:
        console.print(note)
    sheet = say("annotate_sheet", spoken)
    counted = {"cells": written.cells, "listed": written.listed}
    console.print(say("annotate_done", spoken, file=written.path, sheet=sheet, **counted))
    if fixed:
        console.print(say("fix_done", spoken, count=written.changed, sheet=say("annotate_changes", spoken)))
