"""`cpms link`."""

from __future__ import annotations

from typing import Annotated

import typer

from cpms_cli.cli.options import STORE, Format, Lang, Output, Schemas, Store, language, one_of

app = typer.Typer(no_args_is_help=True, help="How rounds are linked, how well, and for whom.")

Limit = Annotated[float, typer.Option("--gap", min=0, max=100, help="Points between two groups that are a warning.")]
FailOnGap = Annotated[bool, typer.Option("--fail-on-gap", help="Exit code 1 when a gap is above the limit.")]


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
    from cpms_cli.reports.interchange.people_labels import write_for_people
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.writing.files import csv_text, json_text

    quality = link_report(store, language=spoken, limit=limit, schemas=schemas)
    code = 1 if fail_on_gap and len(quality.gaps) else 0
    if output is not None:
        write_for_people(
            {"groups": quality.groups, "gaps": quality.gaps}, output, definition_in_use(store, schemas), spoken
        )
    if format_ == "json":
        typer.echo(json_text(links.document(quality, code)))
    elif format_ == "csv":
        typer.echo(csv_text(quality.groups), nl=False)
    else:
        links.show(open_console(spoken), quality, limit, spoken)
    raise typer.Exit(code)
