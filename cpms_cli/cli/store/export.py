"""`cpms export`: rows and figures for other systems."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.handing import warn_office
from cpms_cli.cli.option_values import STORE, year
from cpms_cli.cli.options import Area, Identified, Lang, Round, Schemas, Store, language, workspace_of
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import Kind, listed_endings

app = typer.Typer(no_args_is_help=True, help="Rows and figures as other systems take them; names only when asked for.")

File = Annotated[Path | None, typer.Argument(metavar="FILE", help="Its ending chooses the format.", show_default=False)]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file, as other commands take it.", show_default=False)
]
Audience = Annotated[
    str, typer.Option("--audience", help="For whom: each gets pseudonyms of its own, and figures that fit together.")
]
Deidentified = Annotated[
    bool, typer.Option("--deidentified", help="Make answers coarser until nobody stands alone, and say how far.")
]
Alike = Annotated[
    int | None,
    typer.Option(
        "--k", min=2, help="How many children must share each combination; else the definition's.", show_default=False
    ),
]

Series = Annotated[
    str | None,
    typer.Option(
        "--series",
        help="One pseudonym for a child in all files of this name; k then covers all its years.",
        show_default=False,
    ),
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The data set's folder.", show_default=False)]
Moved = Annotated[
    Path | None,
    typer.Option(
        "--moved",
        help="The workbook of cpms link provinces: a child who moved counts once in all provinces.",
        show_default=False,
    ),
]


@app.callback()
def _group() -> None:
    """Rows and figures as other systems take them; names only when asked for."""


def _file_named(kind: Kind, file: Path | None, output: Path | None) -> Path:
    """The file to write, named in either way; raises UsageError where none is named, or two."""
    if file is not None and output is not None:
        raise UsageError("options_apart", first="FILE", second="--output")
    named = file or output
    if named is None:
        raise UsageError("export_no_file", kind=kind, endings=listed_endings(kind))
    return named


@app.command("records")
def records(
    file: File = None,
    output: Output = None,
    store: Store = STORE,
    area: Area = None,
    round_: Round = None,
    audience: Audience = "public",
    deidentified: Deidentified = False,
    k: Alike = None,
    series: Series = None,
    identified: Identified = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Write a row per child and round: answers and scores. Endings: .csv, .xlsx, .parquet, .jsonl, .sav (SPSS),
    .zip (Frictionless Data Package).

    Without an option there are no names, numbers or houses; a birth date is its month, a village its subdistrict, and
    identifiers are pseudonyms for this audience. --deidentified also makes answers coarser, and says the k it reached:
    alone, and beside every file that this audience was given before. Its pseudonyms are of this file, unless --series
    asks for the same ones again.

    \b
    Examples:
      cpms export records children.sav --store cpms.duckdb
      cpms export records open.zip --deidentified --k 5 --round 2569
      cpms export records years.csv --k 5 --series cohort --audience university
    """
    round_year = year(round_)
    if identified and (deidentified or k is not None):
        raise UsageError("identified_and_not")
    if series is not None and not deidentified and k is None:
        raise UsageError("series_without_k")
    from cpms_cli.reports.interchange.interchange_files import check_export, write_records
    from cpms_cli.summaries.records.child_records import Detail, Disclosed, make_records
    from cpms_cli.survey.messages import say

    target = _file_named("records", file, output)
    check_export("records", target)
    with workspace_of(store, schemas, lang, identified=identified, writes=True) as workspace:
        survey, spoken = workspace.survey, workspace.language
        coarse: Detail = "deidentified" if deidentified or k is not None else "masked"
        disclosed = Disclosed("identified" if identified else coarse, k, audience, series)
        exported = make_records(workspace, disclosed, area=area, round_=round_year)
    dictionary = write_records(survey, exported, target, spoken)
    detail = say(f"detail_{exported.detail}", spoken)
    show_line(say("export_written", spoken, file=target, count=len(exported.frame), detail=detail))
    if dictionary is not None:
        show_line(say("export_dictionary", spoken, file=dictionary))
    if exported.k is not None:
        from cpms_cli.reports.interchange.interchange_files import k_sentences

        for sentence in k_sentences(survey, exported, series, spoken):
            typer.echo(sentence)
        if exported.finer:
            show_line(say("export_finer", spoken, audience=audience), err=True)


@app.command("figures")
def figures(
    file: File = None,
    output: Output = None,
    store: Store = STORE,
    area: Area = None,
    round_: Round = None,
    audience: Audience = "public",
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Write counts of answers by subdistrict, round and indicator; small counts are withheld. Endings: .csv, .xlsx,
    .parquet, .hxl.csv (HXL hashtags), .dhis2.json (DHIS2 data value set).

    \b
    Examples:
      cpms export figures figures.hxl.csv --store cpms.duckdb
      cpms export figures figures.dhis2.json --round 2569 --store cpms.duckdb
    """
    round_year = year(round_)
    from cpms_cli.disclosure.release.published_figures import compute_published_figures
    from cpms_cli.reports.interchange.interchange_files import check_export, write_figures
    from cpms_cli.summaries.counts.shares import COUNTS
    from cpms_cli.survey.messages import say

    target = _file_named("figures", file, output)
    check_export("figures", target)
    with workspace_of(store, schemas, lang, writes=True) as workspace:
        published = compute_published_figures(
            workspace, area=area, round_=round_year, audience=audience, tell=warn_office
        )
    dictionary = write_figures(workspace.survey, published, target, workspace.language)
    withheld = int(published[list(COUNTS)].isna().sum().sum())
    written = say("figures_written", workspace.language, file=target, count=len(published), withheld=withheld)
    typer.echo(written)
    if dictionary is not None:
        typer.echo(say("export_dictionary", workspace.language, file=dictionary))


@app.command("dataset")
def dataset(
    folder: Folder,
    store: Store = STORE,
    audience: Audience = "public",
    moved: Moved = None,
    identified: Identified = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Write the store as Parquet by province and round, with a manifest: a row per child and round, as export records
    writes it, in typed columns.

    Without --identified there are no names, numbers or houses, and identifiers are pseudonyms for this audience. What
    is there as the store has it is not written again, so that a run which was stopped goes on. Several stores go into
    one folder, each with its own provinces or rounds, if they follow one definition and share the secret in
    CPMS_PSEUDONYM_KEY. With --moved, given for every store, children who moved have one identifier in all of them.

    \b
    Examples:
      cpms export dataset rows --store cpms.duckdb
      cpms export dataset named_rows --identified --store cpms.duckdb
    """
    from cpms_cli import __version__
    from cpms_cli.datasets.folder.exporting import Watching, write_dataset
    from cpms_cli.linking.provinces.moved_workbook import read_moved
    from cpms_cli.reports.interchange.interchange_files import write_dataset_dictionary
    from cpms_cli.reports.progress import Progress
    from cpms_cli.survey.messages import say

    counted_as = None if moved is None else read_moved(moved, language(lang))
    with workspace_of(store, schemas, lang, identified=identified, writes=True) as workspace:
        spoken = workspace.language
        with Progress("dataset_progress", spoken, shown=sys.stderr.isatty()) as progress:
            watching = Watching(progress.begin, progress.advance)
            exported = write_dataset(
                workspace,
                folder,
                audience=audience,
                counted_as=counted_as,
                tool_version=__version__,
                watching=watching,
            )
        write_dataset_dictionary(workspace.survey, folder, exported.columns, spoken)
    detail = say(f"detail_{exported.detail}", spoken)
    counts = {"written": len(exported.written), "same": len(exported.same), "rows": exported.rows}
    message = "dataset_written" if exported.written or exported.removed else "dataset_same"
    show_line(say(message, spoken, folder=folder, detail=detail, **counts))
    if exported.removed:
        show_line(say("dataset_removed", spoken, partitions=", ".join(exported.removed)))
