"""`cpms schema use` and `cpms schema undo`: which definition a store follows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.options import SHIPPED, STORE, Lang, Store, TextOrJson, language, one_of
from cpms_cli.writing.output_formats import TEXT_OR_JSON

Adopted = Annotated[
    str, typer.Argument(metavar="FOLDER", help="A definition's folder, or: shipped.", show_default=False)
]


def use(
    folder: Adopted,
    store: Store = STORE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    format_: TextOrJson = "text",
    lang: Lang = None,
) -> None:
    """Let a store follow another definition: questions that come, go or get another name, rules, levels.

    Shows first what changes, and who would be at another level; in a terminal, asks. Answers in the store are never
    lost. From then on every command reads the store by this definition. Exit code 2: the store cannot follow it.

    \b
    Examples:
      cpms schema use ranong --store cpms.duckdb --dry-run
      cpms schema use shipped --store cpms.duckdb --yes
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from cpms_cli.reports.files.adoption_changes import adoption_document, obstacle_lines, show_adoption
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.scoring.definition_comparison import compare_definitions
    from cpms_cli.store.definitions.adopting import adopt_definition, planned_adoption
    from cpms_cli.survey.files.loading import load_survey
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import json_text

    after = load_survey(None if folder == SHIPPED else Path(folder))
    plan = planned_adoption(store, after)
    if plan.obstacles:
        if format_ == "json":
            typer.echo(json_text(adoption_document(plan, None, spoken, adopted=False, exit_code=2)))
        else:
            typer.echo("\n".join(obstacle_lines(store.name, plan, spoken)), err=True)
        raise typer.Exit(2)
    compared = None if plan.is_followed else compare_definitions(store, after, language=spoken)
    if format_ == "text":
        if plan.is_followed:
            typer.echo(say("adoption_same", spoken, store=store.name))
            return
        show_adoption(open_console(spoken), store.name, plan, compared, spoken)
        if (
            not dry_run
            and not yes
            and sys.stdin.isatty()
            and not typer.confirm(say("adoption_sure", spoken, store=store.name), err=True)
        ):
            raise typer.Exit(1)
    if not dry_run:
        adopt_definition(store, after)
    if format_ == "json":
        typer.echo(json_text(adoption_document(plan, compared, spoken, adopted=not dry_run, exit_code=0)))
    elif dry_run:
        typer.echo(say("adoption_dry", spoken, folder=folder, store=store))
    else:
        typer.echo(say("adoption_done", spoken, store=store, after=after.digest[:12]))


def undo(store: Store = STORE, lang: Lang = None) -> None:
    """Take the last cpms schema use back: the store follows the definition that it followed before.

    Refused where files were merged since: undo these first.

    \b
    Examples:
      cpms schema undo --store cpms.duckdb
      cpms schema undo --store cpms.duckdb --lang th
    """
    spoken = language(lang)
    from cpms_cli.store.definitions.adopting import take_back_adoption
    from cpms_cli.survey.messages import say

    before = take_back_adoption(store)
    typer.echo(say("adoption_taken_back", spoken, store=store, before=before.digest[:12]))
