"""`cpms merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.children.response import ToRecord, record_files
from cpms_cli.cli.option_values import STORE, one_of, village_code, year
from cpms_cli.cli.options import (
    Encoding,
    Files,
    Lang,
    Maps,
    Round,
    Schemas,
    Sheets,
    Store,
    TextOrJson,
    Village,
    language,
)
from cpms_cli.errors import NoSurveyTable, UsageError
from cpms_cli.writing.output_formats import TEXT_OR_JSON

Quarantine = Annotated[
    Path | None,
    typer.Option(
        "--quarantine", "-q", help="Where rows with errors go: a new .xlsx; else beside the store.", show_default=False
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Merge folders too, read by so many processes at a time.", show_default=False),
]


def merge(
    files: Files,
    store: Store = STORE,
    round_: Round = None,
    village: Village = None,
    quarantine: Quarantine = None,
    format_: TextOrJson = "text",
    lang: Lang = None,
    schemas: Schemas = None,
    encoding: Encoding = None,
    map_: Maps = None,
    sheets: Sheets = None,
    jobs: Jobs = None,
) -> None:
    """Store the rows of survey files; set those with errors aside, to be mended and merged again.

    Today's list, filled in, is read back: what was done is recorded, and answers are stored in their round.

    All of it or nothing. Exit code 0: all is in the store; 1: rows were set aside, or a cell, a column or a sheet with
    answers was not read; 2: nothing was merged, as where a column that is not read holds answers and no --map says what
    it is; 130: stopped.

    With --jobs, a folder's files and bundles are stored one after the other. What is merged already is passed over, so
    that a run which was stopped goes on; a file that cannot be merged is left out and named at the end (exit code 1).

    \b
    Examples:
      cpms merge sample_data/survey_2567.csv --store cpms.duckdb
      cpms merge sample_data/survey_2568.xlsx sample_data/survey_2569.xlsx
      cpms merge --jobs 2 sample_data --store province.duckdb
    """
    one_of(format_, TEXT_OR_JSON)
    spoken, round_year = language(lang), year(round_)
    if jobs is not None:
        if quarantine is not None:
            raise UsageError("options_apart", first="--jobs", second="--quarantine")
        from cpms_cli.cli.files.merge_folder import FoldersToMerge, merge_places
        from cpms_cli.reading.tables import ReadAs

        read_as = ReadAs(round_year, encoding, None, sheets, village_code(village))
        to_merge = FoldersToMerge(files, store, jobs, read_as, map_ or (), schemas)
        raise typer.Exit(merge_places(to_merge, format_, spoken))
    folder = next((path for path in files if path.is_dir()), None)
    if folder is not None:
        raise UsageError("folder_needs_jobs", folder=folder)
    from cpms_cli import __version__
    from cpms_cli.merging.merge import merge as run
    from cpms_cli.reading.response_log import logs_among
    from cpms_cli.reports.files import merge as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.scoring.set_aside import set_aside_levels
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.writing.files import json_text

    # Before the merge: afterwards another program may hold the store, and what was stored would be called refused.
    survey = definition_in_use(store, schemas)
    try:
        merged = run(
            files,
            store,
            round_=round_year,
            quarantine=quarantine,
            schemas=schemas,
            encoding=encoding,
            language=spoken,
            tool_version=__version__,
            mapping=map_,
            sheets=sheets,
            village=village_code(village),
        )
    except NoSurveyTable:
        # Today's list, filled in? Of a list there is neither a round nor a village nor a sheet to choose.
        logs = [] if round_ or village or sheets else logs_among(files, survey, encoding)
        if not logs:
            raise
        if len(logs) < len(files):
            raise UsageError("today_with_survey", file=logs[0].name) from None
        to_record = ToRecord(files, store, quarantine, schemas, encoding, map_[0] if map_ else None)
        code = record_files(to_record, format_, spoken)
        raise typer.Exit(code) from None
    urgent = set_aside_levels(survey, merged)
    if format_ == "json":
        typer.echo(json_text(report.document(survey, merged, urgent, spoken)))
    else:
        report.show(open_console(spoken), survey, merged, urgent, spoken)
    raise typer.Exit(merged.exit_code)
