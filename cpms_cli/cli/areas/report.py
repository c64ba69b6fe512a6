"""`cpms report`: a report on an area or on a child, or the leaflet for families, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.completing import complete_area
from cpms_cli.cli.every_command.next_step import say_site, say_written
from cpms_cli.cli.handing import paper_workspace, warn_office
from cpms_cli.cli.option_values import COMMUNITY, PROVINCE, STORE, AreaAsked, as_typed, check_width, year
from cpms_cli.cli.options import Identified, Lang, Round, Schemas, Store, definition_of, language, workspace_of
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import listed_endings

if TYPE_CHECKING:
    from cpms_cli.reports.document import Document
    from cpms_cli.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="A report as one file: HTML, PDF, DOCX or XLSX, by its ending.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The area's official code.", show_default=False)]
To = Annotated[
    Path, typer.Option("--output", "-o", help=f"Write a file: {listed_endings('document')}.", show_default=False)
]
Shade = Annotated[
    str | None,
    typer.Option(
        "--shade", help="What the map shows: a level, as victim, or an indicator's number.", show_default=False
    ),
]
SiteArea = Annotated[
    str | None,
    typer.Option(
        "--area",
        help="Only this province or district.",
        show_default=False,
        callback=as_typed,
        autocompletion=complete_area,
    ),
]
Audience = Annotated[str, typer.Option("--audience", help="Whom it is for: what it was given before is reckoned with.")]
Internal = Annotated[bool, typer.Option("--internal", help="Withhold nothing; for the office, not for publication.")]


@app.callback()
def _group() -> None:
    """A report as one file, by its ending: HTML for a browser, PDF, DOCX or XLSX."""


@app.command("community")
def community(
    code: Code,
    output: To,
    store: Store = STORE,
    round_: Round = None,
    audience: Audience = "public",
    internal: Internal = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Report on a village (8 digits) or subdistrict (6), with charts. Small counts are withheld, and no child is shown.

    \b
    Examples:
      cpms report community 850105 -o report.html --store cpms.duckdb
      cpms report community 85010501 -o report.html --round 2568 --lang th
    """
    check_width(code, COMMUNITY)
    readers = None if internal else audience
    from cpms_cli.summaries.area.compared_answers import area_to_read

    workspace = paper_workspace(store, schemas, lang, area_to_read(code), readers)
    _area(workspace, AreaAsked(code, year(round_)), readers, output)


@app.command("province")
def province(
    code: Code,
    output: To,
    store: Store = STORE,
    round_: Round = None,
    shade: Shade = None,
    audience: Audience = "public",
    internal: Internal = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Report on a province (2 digits) or district (4), with a map. Small counts are withheld, and no child is shown.

    \b
    Examples:
      cpms report province 85 -o report.html --store cpms.duckdb
      cpms report province 8501 -o report.html --shade 3 --lang th
    """
    check_width(code, PROVINCE)
    readers = None if internal else audience
    from cpms_cli.summaries.area.compared_answers import area_to_read

    workspace = paper_workspace(store, schemas, lang, area_to_read(code), readers)
    _area(workspace, AreaAsked(code, year(round_)), readers, output, shade)


@app.command("site")
def site(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A new folder, or one with such a site.", show_default=False)
    ],
    area: SiteArea = None,
    store: Store = STORE,
    round_: Round = None,
    audience: Audience = "public",
    internal: Internal = False,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Make pages to click through, for a USB stick: a province, its areas, indicators and rights; no child is shown.

    Needs a browser and no network: open index.html. Small counts are withheld, over all pages together.

    \b
    Examples:
      cpms report site pages --store cpms.duckdb
      cpms report site pages --area 8501 --round 2568 --lang th
    """
    from cpms_cli.reports.documents.rendering import render_site
    from cpms_cli.reports.site.site import compose_site
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.site_folder import check_site

    if area is not None and len(area) not in PROVINCE:
        raise UsageError("site_area", area=area)
    replaced, readers = check_site(folder), None if internal else audience
    with workspace_of(store, schemas, lang, writes=readers is not None) as workspace:
        made = compose_site(workspace, area, round_=year(round_), audience=readers)
        spoken = workspace.language
    warn_office(made.warning)
    if internal:
        show_line(say("office_only", spoken), err=True)
    render_site(made.pages, folder)
    say_site(folder, len(made.pages), spoken, replaced=replaced)


@app.command("child")
def child(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The child's CPMS ID.", show_default=False)],
    output: To,
    store: Store = STORE,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """Report on one child: levels over the years and why, indicators by round, every answer; names are hidden.

    \b
    Examples:
      cpms report child ID -o child.html --store cpms.duckdb
      cpms report child ID -o child.html --lang th --store cpms.duckdb
    """
    from cpms_cli.reports.composing.child_report import compose_child_report
    from cpms_cli.reports.documents.rendering import check_ending

    check_ending(output)
    with workspace_of(store, schemas, lang, identified=identified) as workspace:
        document = compose_child_report(workspace, identifier)
    _write(document, output)


@app.command("leaflet")
def leaflet(
    context: typer.Context,
    output: To,
    contact: Annotated[
        str, typer.Option("--contact", help="Whom families can ask; else a line to write it on.", show_default=False)
    ] = "",
    lang: Lang = None,
    store: Store = STORE,
    schemas: Schemas = None,
) -> None:
    """Make the leaflet for families: what is kept about them, why, whom to ask, how to say that something is wrong.

    In an office's folder the contact comes from cpms.toml. Whom to call at once stands in the definition (risk.yaml):
    that of the store, where there is one.

    \b
    Examples:
      cpms report leaflet -o leaflet.docx --lang th
      cpms report leaflet -o leaflet.html --contact "Pak Nam office, 077 000 000"
    """
    spoken = language(lang)
    from cpms_cli.reports.composing.leaflet import compose_leaflet
    from cpms_cli.reports.documents.rendering import check_ending

    check_ending(output)
    _write(compose_leaflet(definition_of(context, store, schemas), contact, spoken), output)


def _area(workspace: Workspace, asked: AreaAsked, audience: str | None, output: Path, shade: str | None = None) -> None:
    from cpms_cli.reports.composing.area.area_report import compose_area_report
    from cpms_cli.reports.documents.rendering import check_ending

    check_ending(output)
    with workspace:
        document, warning = compose_area_report(
            workspace, asked.code, round_=asked.round, shade=shade, audience=audience
        )
    warn_office(warning)
    _write(document, output)


def _write(document: Document, output: Path) -> None:
    from cpms_cli.reports.documents.rendering import render

    render(document, output)
    say_written(output, document.language)
