"""`cpms child`: `cpms child ID` shows one; `dispute` writes down what its family says is wrong; `split` and `join`
correct how its rows are linked; `forget` erases it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cpms_cli.cli.children import dispute
from cpms_cli.cli.every_command.next_step import write_and_say
from cpms_cli.cli.option_values import STORE, one_of, year
from cpms_cli.cli.options import (
    ChildId,
    Format,
    Identified,
    Lang,
    Output,
    Round,
    Schemas,
    Store,
    Why,
    language,
    workspace_of,
)
from cpms_cli.cli.shown_by_default import SHOW, ShowUnlessNamed
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.errors import UsageError
from cpms_cli.writing.output_formats import TEXT_OR_JSON

if TYPE_CHECKING:
    from pathlib import Path

    from cpms_cli.linking.review.by_hand import Regrouped
    from cpms_cli.workspace import Workspace

app = typer.Typer(cls=ShowUnlessNamed, no_args_is_help=True, help="One child over the years; split or join its rows.")

Reason = Annotated[str, typer.Option("--reason", help="Why, in words; kept with the decision.", show_default=False)]


@app.callback()
def _group() -> None:
    """One child over the years: `cpms child ID` shows it, `split` and `join` correct which rows are its own."""


@app.command(SHOW)
def child(
    identifier: ChildId,
    why: Why = False,
    round_: Round = None,
    store: Store = STORE,
    format_: Format = "text",
    output: Output = None,
    lang: Lang = None,
    identified: Identified = False,
    schemas: Schemas = None,
) -> None:
    """Show one child over the years: levels and why, indicators side by side by round, every answer.

    With --why, one round (the last, or --round): every indicator and every risk rule with the answers behind it, what
    is not known, and what the level would become with one more answer.

    \b
    Examples:
      cpms child ID --store cpms.duckdb
      cpms child ID --why --round 2569 --store cpms.duckdb
      cpms child show ID --format json --store cpms.duckdb
    """
    one_of(format_)
    round_year = year(round_)
    if why:
        _why(workspace_of(store, schemas, lang), identifier, round_year, format_, output)
        return
    if round_year is not None:
        raise UsageError("round_needs_why")
    from cpms_cli.reports import scores as report
    from cpms_cli.reports.terminal import Screen, open_console
    from cpms_cli.summaries.child.child_history import compute_child_history
    from cpms_cli.writing.files import check_several, csv_text, json_text

    check_several(output)
    with workspace_of(store, schemas, lang, identified=identified) as workspace:
        history = compute_child_history(workspace, identifier)
    if output is not None:
        write_and_say(history.tables, output, workspace.survey, workspace.language)
    if format_ == "json":
        typer.echo(json_text(report.document(history.tables, cpms_id=history.cpms_id)))
    elif format_ == "csv":
        typer.echo(csv_text(history.indicators), nl=False)
    elif output is None:
        report.show_child(Screen(open_console(workspace.language), workspace.survey, workspace.language), history)


def _why(workspace: Workspace, identifier: str, round_: int | None, format_: str, output: Path | None) -> None:
    from cpms_cli.reports.children import why as report
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.summaries.child.why import explain_child
    from cpms_cli.writing.files import csv_text, json_text

    with workspace:
        explained = explain_child(workspace, identifier, round_=round_)
    if output is not None:
        write_and_say(explained.why.sheets, output, workspace.survey, workspace.language)
    if format_ == "json":
        typer.echo(json_text(report.document(explained)))
    elif format_ == "csv":
        typer.echo(csv_text(explained.why.sheets["what_if"]), nl=False)
    elif output is None:
        report.show_why(open_console(workspace.language), workspace.survey, explained, workspace.language)


app.command("dispute")(dispute.dispute)


@app.command("split")
def split(
    identifier: ChildId,
    rounds: Annotated[
        list[str], typer.Option("--round", help="A round that is another child's; may be repeated.", show_default=False)
    ],
    reason: Reason = "",
    store: Store = STORE,
    format_: Format = "text",
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Say that the rows of some rounds are another child, with an identifier of its own; it holds for later merges.

    \b
    Examples:
      cpms child split ID --round 2569 --reason "a twin" --store cpms.duckdb
      cpms child split ID --round 2568 --round 2569 --reason "two families"
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from cpms_cli.linking.review.by_hand import split_child
    from cpms_cli.survey.messages import say

    years = [round_given for round_given in (year(word) for word in rounds) if round_given is not None]
    after = split_child(store, identifier, years, reason, schemas=schemas)
    names = list(after.children)
    moved = sorted(round_ for name in names[1:] for round_ in after.children[name])
    text = say(
        "split_done",
        spoken,
        id=names[0],
        kept=", ".join(after.children[names[0]]),
        moved=", ".join(moved),
        new=", ".join(names[1:]),
    )
    _tell(after, text, format_)


@app.command("join")
def join(
    identifiers: Annotated[
        list[str], typer.Argument(metavar="ID ID...", help="Two or more CPMS IDs.", show_default=False)
    ],
    reason: Reason = "",
    store: Store = STORE,
    format_: Format = "text",
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Say that several are one child. The identifier of the earliest row is shown; the others still find the child.

    \b
    Examples:
      cpms child join ID ID --reason "seen with the mother" --store cpms.duckdb
      cpms child join ID ID ID --reason "school register" --store cpms.duckdb
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from cpms_cli.linking.review.by_hand import join_children
    from cpms_cli.survey.messages import say

    after = join_children(store, identifiers, reason, schemas=schemas)
    parts = ((name, ", ".join(rounds)) for name, rounds in after.children.items())
    _tell(after, "\n".join(say("join_done", spoken, id=name, rounds=rounds) for name, rounds in parts), format_)


def _tell(after: Regrouped, text: str, format_: str) -> None:
    from cpms_cli.writing.files import json_text

    children = [{"cpms_id": name, "rounds": list(rounds)} for name, rounds in after.children.items()]
    document = {"schema_version": 1, "exit_code": 0, "error": None, "children": children}
    typer.echo(json_text(document) if format_ == "json" else text)


@app.command("forget")
def forget(
    identifier: ChildId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    store: Store = STORE,
    lang: Lang = None,
    schemas: Schemas = None,
) -> None:
    """Remove a child from the store and its history, for good. The log says that it was done, not about whom.

    Survey files, backups and bundles are not reached: whoever keeps them must be told.

    \b
    Examples:
      cpms child forget ID --store cpms.duckdb
      cpms child forget ID --yes --store cpms.duckdb
    """
    spoken = language(lang)
    from cpms_cli.store.identifier_search import plain_identifier
    from cpms_cli.store.safety.erasure import check_known
    from cpms_cli.store.safety.erasure import forget as run
    from cpms_cli.survey.messages import say

    whole = check_known(store, identifier, schemas=schemas)
    if yes and whole != plain_identifier(identifier):
        # Nobody is asked: a slip in the beginning of an identifier must not remove another child.
        raise UsageError("forget_whole_id", id=identifier, whole=whole)
    if not yes and not typer.confirm(say("forget_sure", spoken, id=whole), err=True):
        raise typer.Exit(2)
    erased = run(store, whole, schemas=schemas)
    show_line(say("child_forgotten", spoken, rows=erased.rows, rounds=erased.rounds, responses=erased.responses))
