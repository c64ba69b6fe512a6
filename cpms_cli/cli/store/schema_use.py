"""`cpms schema use` and `cpms schema undo`: which definition a store follows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cpms_cli.reports.definitions.adoption_changes import Proposal
    from cpms_cli.store.definitions.adoption_plan import AdoptionPlan
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import SHIPPED, Lang, Store, TextOrJson, language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.survey.language import Language
from cpms_cli.writing.output_formats import TEXT_OR_JSON

Adopted = Annotated[
    str, typer.Argument(metavar="FOLDER", help="A definition's folder, or: shipped.", show_default=False)
]


def use(
    folder: Adopted,
    store: Store = STORE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    leave_answers: Annotated[
        bool,
        typer.Option(
            "--leave-answers", help="Read answers of rounds that it does not ask as not asked; they stay in the store."
        ),
    ] = False,
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
    from cpms_cli.reports.definitions.adoption_changes import Proposal, proposal_document
    from cpms_cli.scoring.examples.proving import prove_definition
    from cpms_cli.scoring.trials.definition_comparison import compare_definitions
    from cpms_cli.store.adopting import adopt_definition, planned_adoption
    from cpms_cli.survey.opening.loading import load_survey
    from cpms_cli.writing.files import json_text

    own = None if folder == SHIPPED else Path(folder)
    after = load_survey(own)
    plan = planned_adoption(store, after, leave_answers=leave_answers)
    looked_at = not plan.is_followed and plan.can_be_compared
    proposal = Proposal(
        plan,
        compare_definitions(store, after, language=spoken) if looked_at else None,
        prove_definition(own).problems if looked_at and own is not None else (),
    )
    if format_ == "text":
        _show(proposal, store, folder, spoken)
    adopted = (
        not dry_run and proposal.exit_code == 0 and (format_ == "json" or yes or _is_confirmed(plan, store, spoken))
    )
    if adopted:
        adopt_definition(store, after, leave_answers=leave_answers)
    if format_ == "json":
        typer.echo(json_text(proposal_document(proposal, spoken, adopted=adopted)))
        raise typer.Exit(proposal.exit_code)
    _tell_end(proposal, store, folder, spoken, adopted=adopted)
    raise typer.Exit(proposal.exit_code or int(not adopted and not dry_run and not plan.is_followed))


def _show(proposal: Proposal, store: Path, folder: str, spoken: Language) -> None:
    """Print what would change, and to stderr what stands in the way."""
    from cpms_cli.reports.definitions.adoption_changes import refusal_lines, show_adoption
    from cpms_cli.reports.terminal import open_console

    if proposal.compared is not None:
        show_adoption(open_console(spoken), store, proposal, spoken)
    lines = refusal_lines(proposal, store.name, folder, spoken)
    if lines:
        typer.echo("\n".join(lines), err=True)


def _is_confirmed(plan: AdoptionPlan, store: Path, spoken: Language) -> bool:
    """Whether it is to be done: in a terminal that is asked, else whoever typed the command has said so."""
    from cpms_cli.survey.messages import say

    if plan.is_followed or not sys.stdin.isatty():
        return True
    return typer.confirm(say("adoption_sure", spoken, store=store.name), err=True)


def _tell_end(proposal: Proposal, store: Path, folder: str, spoken: Language, *, adopted: bool) -> None:
    from cpms_cli.survey.messages import say

    if proposal.plan.is_followed:
        show_line(say("adoption_same", spoken, store=store.name))
    elif adopted:
        show_line(say("adoption_done", spoken, store=store, after=proposal.plan.after.digest[:12]))
    elif proposal.exit_code == 0:
        show_line(say("adoption_dry", spoken, folder=folder, store=store))


def undo(store: Store = STORE, lang: Lang = None) -> None:
    """Take the last cpms schema use back: the store follows the definition that it followed before.

    Refused where files were merged since: undo these first.

    \b
    Examples:
      cpms schema undo --store cpms.duckdb
      cpms schema undo --store cpms.duckdb --lang th
    """
    spoken = language(lang)
    from cpms_cli.store.adopting import take_back_adoption
    from cpms_cli.survey.messages import say

    before = take_back_adoption(store)
    show_line(say("adoption_taken_back", spoken, store=store, before=before.digest[:12]))
