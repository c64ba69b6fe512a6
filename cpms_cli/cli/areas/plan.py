"""`cpms plan community` and `cpms plan province`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.areas.area import Code
from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.handing import check_audience, check_folder, hand_over, paper_workspace
from cpms_cli.cli.option_values import COMMUNITY, PROVINCE, STORE, AreaAsked, check_width, year
from cpms_cli.cli.options import Audience, By, Lang, Round, Schemas, Store, TextOrJson
from cpms_cli.cli.telling import Target
from cpms_cli.writing.output_formats import TEXT_OR_JSON, listed_endings

if TYPE_CHECKING:
    from cpms_cli.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="A document for a committee: what was found, what is due, what to decide.")
File = Annotated[
    Path | None,
    typer.Option("--output", "-o", help=f"Write a file: {listed_endings('document')}.", show_default=False),
]


@app.command("community")
def community(
    code: Code,
    store: Store = STORE,
    round_: Round = None,
    by: By = None,
    audience: Audience = None,
    format_: TextOrJson = "text",
    output: File = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Plan of a village (8 digits) or subdistrict (6): situation, activities, lines for decisions. Counts, no names.

    \b
    Examples:
      cpms plan community 850105 --store cpms.duckdb
      cpms plan community 850105 --by sex --by age_group --store cpms.duckdb
      cpms plan community 850105 --lang th -o plan.docx --store cpms.duckdb
      cpms plan community 850105 --audience partners -o partners.docx
    """
    check_width(code, COMMUNITY)
    check_audience(audience, None, by=by)
    asked, target = AreaAsked(code, year(round_), tuple(by or ())), Target(format_, output, TEXT_OR_JSON)
    _plan(paper_workspace(store, schemas, lang, code, audience), asked, audience, target)


@app.command("province")
def province(
    code: Code,
    store: Store = STORE,
    round_: Round = None,
    by: By = None,
    audience: Audience = None,
    format_: TextOrJson = "text",
    output: File = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Plan of a province (2 digits) or district (4), with what leads in each subdistrict. Counts, no names.

    \b
    Examples:
      cpms plan province 85 --store cpms.duckdb
      cpms plan province 85 --round 2569 -o plan.xlsx --store cpms.duckdb
      cpms plan province 85 -o plan.pdf --store cpms.duckdb
      cpms plan province 85 --audience ministry --store cpms.duckdb
    """
    check_width(code, PROVINCE)
    check_audience(audience, None, by=by)
    asked, target = AreaAsked(code, year(round_), tuple(by or ())), Target(format_, output, TEXT_OR_JSON)
    _plan(paper_workspace(store, schemas, lang, code, audience), asked, audience, target)


def _plan(workspace: Workspace, asked: AreaAsked, audience: str | None, target: Target) -> None:
    from cpms_cli.reports.composing.plan import plan_document
    from cpms_cli.summaries.area.plans import compute_area_plan

    output = target.file
    if output is not None:
        from cpms_cli.reports.documents.rendering import check_ending

        check_ending(output)
        check_folder(output)
    with workspace:
        plan = compute_area_plan(workspace, asked.code, round_=asked.round, by=asked.by)
        plan, handing = hand_over(workspace, plan, audience)
    document = plan_document(workspace.survey, plan, workspace.language, handing.notes if audience else None)
    if output is not None:
        from cpms_cli.reports.documents.rendering import render

        render(document, output)
        say_written(output, workspace.language)
    if target.format == "json":
        from cpms_cli.reports import scores as report
        from cpms_cli.writing.files import json_text

        about = {
            "area": plan.code,
            "name": plan.name,
            "round": plan.round,
            "previous": plan.previous,
            "children_total": plan.children,
            "households_total": plan.households,
            "unknown_share": plan.unknown_share,
            **handing.about(),
        }
        typer.echo(json_text(report.document(plan.tables, **about)))
    elif output is None:
        from cpms_cli.reports.documents.document_text import show_document
        from cpms_cli.reports.terminal import open_console

        show_document(open_console(document.language), document)
