"""`--audience` of the commands that print a summary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from cpms_cli.cli.options import workspace_of
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    from cpms_cli.reports.areas.handed import Handing
    from cpms_cli.workspace import Workspace

Summary = TypeVar("Summary")


def check_audience(audience: str | None, output: Path | None, **asked: object) -> None:
    """Raise UsageError, before the store notes that anything was given away, for a file that cannot be written, or an
    option that shows single children."""
    if audience is None:
        return
    for option, value in asked.items():
        if value:
            raise UsageError("not_for_audience", option=f"--{option}")
    if output is not None:
        from cpms_cli.reports.interchange.interchange_files import check_export

        check_export("table", output)


def check_folder(output: Path) -> None:
    """Raise UsageError where there is no folder for a file, before the store notes that anything was given away."""
    if not output.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(output.resolve().parent))


def warn_office(warning: str | None) -> None:
    """Say on stderr, never in what is handed on, that readers can work out withheld counts."""
    if warning is not None:
        typer.echo(warning, err=True)


def area_alone(area: str | None, audience: str | None) -> str | None:
    """Return the area whose rows alone are read; None where all are: what an audience gets is held against what it has
    of other areas."""
    return area if audience is None else None


def paper_workspace(store: Path, schemas: Path | None, lang: str | None, area: str, audience: str | None) -> Workspace:
    """Return the workspace of a paper for which the rows of an area are read, for an audience all."""
    return workspace_of(store, schemas, lang, writes=audience is not None).of_area(area_alone(area, audience))


def hand_over(workspace: Workspace, summary: Summary, audience: str | None) -> tuple[Summary, Handing]:
    """Return the summary as this audience gets it, or as it is for the office, and what is said below it."""
    from cpms_cli.reports.areas.handed import Handing, for_the_office

    if audience is None:
        return summary, for_the_office(workspace, summary)
    from cpms_cli.disclosure.release.audience import hand_on

    published = hand_on(workspace, summary, audience)
    warn_office(published.warning)
    return published.summary, Handing(published, workspace.language)
