"""`cpms link`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written, write_and_say
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import Encoding, Format, Lang, Output, Schemas, Sheets, Store, TextOrJson, Unmasked, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import TEXT_OR_JSON

app = typer.Typer(no_args_is_help=True, help="How rounds are linked, how well, and for whom.")

Limit = Annotated[float, typer.Option("--gap", min=0, max=100, help="Points between two groups that are a warning.")]
FailOnGap = Annotated[bool, typer.Option("--fail-on-gap", help="Exit code 1 when a gap is above the limit.")]

First = Annotated[Path, typer.Argument(metavar="FILE", help="A table of persons, in any format that validate reads.")]
Second = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="Another; without it, duplicates in the first.", show_default=False),
]
LinkMap = Annotated[
    Path | None,
    typer.Option("--map", help="Which header is what: a CSV with header,field, or YAML.", show_default=False),
]
FieldOf = Annotated[
    list[str] | None,
    typer.Option("--field", help="The same for one header: given_name=HEADER; repeat it.", show_default=False),
]
Stores = Annotated[
    list[Path], typer.Argument(metavar="STORE...", help="The store of each province.", show_default=False)
]


@app.callback()
def _group() -> None:
    """How rounds are linked, how well, and for whom."""


@app.command("report")
def report(
    store: Store = STORE,
    limit: Limit = 5.0,
    fail_on_gap: FailOnGap = False,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Per round: link rate, doubtful rate, estimated wrong and missed links, by nationality, sex, age, ID and village.

    Exit code 0; with --fail-on-gap 1 when one group is linked that much less often than another.

    \b
    Examples:
      cpms link report --store cpms.duckdb
      cpms link report --fail-on-gap --format json --store cpms.duckdb
    """
    one_of(format_)
    spoken = language(lang)
    from cpms_cli.linking.link_quality import link_report
    from cpms_cli.reports.files import links
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.writing.files import csv_text, json_text

    quality = link_report(store, language=spoken, limit=limit, schemas=schemas)
    code = 1 if fail_on_gap and len(quality.gaps) else 0
    if output is not None:
        tables = {"groups": quality.groups, "link_gaps": quality.gaps}
        write_and_say(tables, output, definition_in_use(store, schemas), spoken, to_mend=bool(code))
    if format_ == "json":
        typer.echo(json_text(links.document(quality, code)))
    elif format_ == "csv":
        typer.echo(csv_text(quality.groups), nl=False)
    elif output is None:
        links.show(open_console(spoken), quality, limit, spoken)
    raise typer.Exit(code)


@app.command("rebuild")
def rebuild(store: Store = STORE, format_: Format = "text", lang: Lang = None, schemas: Schemas = None) -> None:
    """Make all links of the store anew. Every merge leaves the same links, so this changes nothing; it takes longer.

    \b
    Examples:
      cpms link rebuild --store cpms.duckdb
      cpms link rebuild --store cpms.duckdb --format json
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from dataclasses import asdict

    from cpms_cli.linking.rebuilding import rebuild_links
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import json_text

    rebuilt = asdict(rebuild_links(store, schemas=schemas))
    typer.echo(json_text(rebuilt) if format_ == "json" else say("link_rebuilt", spoken, **rebuilt))


@app.command("files")
def files(
    first: First,
    second: Second = None,
    mapping: LinkMap = None,
    field: FieldOf = None,
    format_: Format = "text",
    output: Output = None,
    identified: Unmasked = False,
    lang: Lang = None,
    encoding: Encoding = None,
    sheet: Sheets = None,
    schemas: Schemas = None,
) -> None:
    """Say which rows of any two tables of persons are one person, or which rows of one table are. Nothing is stored.

    Headers that the survey knows need no map. A header can be: given_name, family_name, full_name, other_name,
    mother_name, sex, birth_date, national_id, person_number, village_code, household_no, address, suburb, postcode,
    phone. Pairs are told by row numbers; --identified shows the cells too. Exit code 1: some cells could not be read.

    \b
    Examples:
      cpms link files sample_data/survey_2568.xlsx sample_data/survey_2569.xlsx
      cpms link files sample_data/survey_2567.csv --format json
    """
    one_of(format_)
    spoken = language(lang)
    from cpms_cli.linking.tables.file_pairs import link_files
    from cpms_cli.reports.files import linked_files as report
    from cpms_cli.reports.interchange.people_labels import write_for_people
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.writing.files import csv_text, json_text

    linked = link_files(
        first,
        second,
        mapping=mapping,
        fields=_fields(field or []),
        identified=identified,
        encoding=encoding,
        sheets=sheet,
        language=spoken,
        schemas=schemas,
    )
    survey = load_survey(schemas)
    if output is not None:
        pairs = report.in_words(linked.pairs, spoken) if output.suffix.lower() == ".xlsx" else linked.pairs
        write_for_people({"pairs": pairs}, output, survey, spoken)
    if format_ == "json":
        typer.echo(json_text(report.document(linked)))
    elif format_ == "csv":
        typer.echo(csv_text(linked.pairs), nl=False)
    else:
        report.show(open_console(spoken, stderr=output is not None, tables=output is None), linked, survey, spoken)
    if output is not None:
        say_written(output, spoken)
    raise typer.Exit(linked.exit_code)


@app.command("provinces")
def provinces(
    stores: Stores,
    format_: TextOrJson = "text",
    output: Output = None,
    identified: Unmasked = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Find children last seen in one province who were first seen in another, in a later round. No store is changed.

    Sure is a pair with one national or CPMS ID and one name, or with the same full name, birth date, sex, and mother or
    brother or sister. Other likely pairs wait for a person, who decides in the workbook (-o, .xlsx; names with
    --identified, which the log of each store says). cpms export dataset --moved counts each of them once.

    \b
    Examples:
      cpms link provinces ranong.duckdb phuket.duckdb -o moved.xlsx
      cpms link provinces ranong.duckdb phuket.duckdb --format json
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from cpms_cli.linking.provinces.moved_workbook import write_moved
    from cpms_cli.linking.provinces.province_links import link_provinces
    from cpms_cli.reports.children import moved_children as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import json_text
    from cpms_cli.writing.output_formats import output_format

    if output is not None:
        output_format("review", output)
    moved = link_provinces(stores, identified=identified, language=spoken, schemas=schemas)
    survey = definition_in_use(stores[0], schemas)
    if output is not None:
        write_moved(moved, survey, output, spoken)
    if format_ == "json":
        typer.echo(json_text(report.document(moved)))
    elif output is None:
        report.show(open_console(spoken), moved, survey, spoken)
    else:
        counts = say("moved_pairs", spoken, automatic=moved.automatic, review=len(moved.pairs) - moved.automatic)
        show_line(counts, err=True)
    if output is not None:
        say_written(output, spoken)


def _fields(words: list[str]) -> dict[str, str]:
    """Return what each header holds, of options as given_name=HEADER."""
    fields = {}
    for word in words:
        held, sign, header = word.partition("=")
        if not sign or not header.strip():
            raise UsageError("link_field_option", field=word)
        fields[header.strip()] = held.strip()
    return fields
