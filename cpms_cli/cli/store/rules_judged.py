"""`cpms score fairness` and `cpms score validate`: the rules themselves judged, on the children of a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.every_command.next_step import say_written
from cpms_cli.cli.option_values import STORE, one_of, year
from cpms_cli.cli.options import Area, Format, Lang, Output, Round, Schemas, Store, workspace_of
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from cpms_cli.workspace import Workspace

FailOnGap = Annotated[
    float | None,
    typer.Option(
        "--fail-on-gap", help="Exit code 1 if a gap is larger, as 0.1 for ten points of a hundred.", show_default=False
    ),
]


def fairness(
    area: Area = None,
    round_: Round = None,
    fail_on_gap: FailOnGap = None,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Compare the levels of groups of children, the rules that make them, and twins with other papers.

    By nationality, sex, disability, birth registration and ID, in one round (the last). For the office's own use:
    small counts are shown.

    \b
    Examples:
      cpms score fairness --store cpms.duckdb
      cpms score fairness --area 85 -o fairness.xlsx --store cpms.duckdb
      cpms score fairness --fail-on-gap 0.5 --store cpms.duckdb
    """
    one_of(format_)
    if fail_on_gap is not None and not 0 <= fail_on_gap <= 1:
        raise UsageError("bad_limit", limit=fail_on_gap)
    round_year = year(round_)
    from cpms_cli.reports.areas.rule_comparisons import show_beyond, show_fairness
    from cpms_cli.summaries.fairness.level_gaps import compute_fairness

    with workspace_of(store, schemas, lang) as workspace:
        compared = compute_fairness(workspace, area, round_year)
    beyond = None if fail_on_gap is None else compared.beyond(fail_on_gap)
    code = int(bool(beyond))
    _tell(
        workspace,
        compared.tables,
        {**compared.scope.about(), "gaps_beyond": beyond, "exit_code": code},
        lambda console: show_fairness(console, workspace.survey, compared, workspace.language),
        (format_, output),
    )
    if fail_on_gap is not None:
        typer.echo(show_beyond(compared, fail_on_gap, workspace.language), err=True)
    raise typer.Exit(code)


def validate(
    area: Area = None,
    round_: Round = None,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Hold the levels of a round against what later rounds say of the same children.

    Without --round, the round before the last. What such figures can mean, and what not, stands in the manual: "What
    the levels foretell". For the office's own use: small counts are shown.

    \b
    Examples:
      cpms score validate --store cpms.duckdb
      cpms score validate --round 2567 -o foretold.xlsx --store cpms.duckdb
    """
    one_of(format_)
    round_year = year(round_)
    from cpms_cli.reports.areas.rule_comparisons import show_foretold
    from cpms_cli.summaries.fairness.later_rounds import compute_foretold

    with workspace_of(store, schemas, lang) as workspace:
        foretold = compute_foretold(workspace, area, round_year)
    _tell(
        workspace,
        foretold.tables,
        {**foretold.scope.about(), "later_rounds": list(foretold.rounds)},
        lambda console: show_foretold(console, workspace.survey, foretold, workspace.language),
        (format_, output),
    )


def _tell(
    workspace: Workspace,
    tables: dict[str, pd.DataFrame],
    about: Mapping[str, object],
    show: Callable[[Console], None],
    asked: tuple[str, Path | None],
) -> None:
    """Write the tables to a file, and print them: as JSON, as CSV the last but one of them, or as `show` does."""
    from cpms_cli.reports.interchange.people_labels import write_for_people
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    format_, output = asked
    if output is not None:
        write_for_people(tables, output, workspace.survey, workspace.language)
        show_line(say("rules_office_only", workspace.language), err=True)
        say_written(output, workspace.language)
    if format_ == "json":
        typer.echo(json_text({**document(tables, internal=True), **about}))
    elif format_ == "csv":
        typer.echo(csv_text(tables.get("gaps", tables.get("figures", next(iter(tables.values()))))), nl=False)
    elif output is None:
        show(open_console(workspace.language))
