"""`cpms store`: check, backup, restore, compact, encrypt, audit, push."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cpms_cli.cli.every_command.next_step import write_and_say
from cpms_cli.cli.option_values import STORE, one_of
from cpms_cli.cli.options import Format, Lang, Output, Schemas, Store, language
from cpms_cli.cli.store.push import push
from cpms_cli.cli.terminal.window import show_line

app = typer.Typer(no_args_is_help=True, help="The store: check, backup, restore, compact, encrypt, audit, push.")
app.command("push")(push)
Target = Annotated[Path, typer.Argument(metavar="FILE", help="The copy.", show_default=False)]
MB = 1_000_000


@app.command("check")
def check(store: Store = STORE, format_: Format = "text", lang: Lang = None, schemas: Schemas = None) -> None:
    """Prove every invariant: each row belongs to one child and one batch, the sums hold, nothing is an orphan.

    Names what work that was killed left beside the store; cpms store compact removes it.

    Exit code 0: everything holds; 1: something does not; 2: the store cannot be opened; 130: stopped.

    \b
    Examples:
      cpms store check --store cpms.duckdb
      cpms store check --store cpms.duckdb --format json
    """
    one_of(format_)
    spoken = language(lang)
    from cpms_cli.reports.files import store as report
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.store.access.birth import has_log, log_of
    from cpms_cli.store.invariants import check_store
    from cpms_cli.store.safety.leftovers import leftovers
    from cpms_cli.survey.messages import say
    from cpms_cli.writing.files import csv_text, json_text

    violations = check_store(store, schemas=schemas)
    beside = [path.name for path in leftovers(store)]
    exit_code = 1 if violations["violations"].any() else 0
    if format_ == "json":
        typer.echo(json_text(document({"invariants": violations}, exit_code=exit_code, leftovers=beside)))
    elif format_ == "csv":
        typer.echo(csv_text(violations), nl=False)
    else:
        report.show_check(open_console(spoken), store.name, violations, spoken)
        if has_log(store):
            show_line(say("store_has_log", spoken, log=log_of(store).name))
        if beside:
            show_line(say("leftovers", spoken, files=", ".join(beside), store=store.name))
    raise typer.Exit(exit_code)


@app.command("backup")
def backup(to: Target, store: Store = STORE, lang: Lang = None, schemas: Schemas = None) -> None:
    """Copy the store to a new file, and prove that the copy is the same. An encrypted store stays encrypted.

    \b
    Examples:
      cpms store backup cpms-2569.duckdb --store cpms.duckdb
      cpms store check --store cpms-2569.duckdb
    """
    spoken = language(lang)
    from cpms_cli.store.safety.copies import backup as run
    from cpms_cli.survey.messages import say

    show_line(say("store_backed_up", spoken, file=run(store, to, schemas=schemas)))


@app.command("restore")
def restore(copy: Target, store: Store = STORE, lang: Lang = None, schemas: Schemas = None) -> None:
    """Put a backup in the store's place, after proving it. The store that was there is kept beside it.

    \b
    Examples:
      cpms store restore cpms-2569.duckdb --store cpms.duckdb
      cpms store check --store cpms.duckdb
    """
    spoken = language(lang)
    from cpms_cli.store.safety.copies import restore as run
    from cpms_cli.survey.messages import say

    kept = run(copy, store, schemas=schemas)
    show_line(say("store_restored", spoken, file=kept.name) if kept else say("store_restored_new", spoken))


@app.command("compact")
def compact(store: Store = STORE, lang: Lang = None, schemas: Schemas = None) -> None:
    """Write the store anew without the room of what was deleted, and remove what killed work left beside it.

    \b
    Examples:
      cpms store compact --store cpms.duckdb
      cpms store compact --store cpms.duckdb --lang th
    """
    spoken = language(lang)
    from cpms_cli.store.safety.copies import compact as run
    from cpms_cli.survey.messages import say

    before, after = run(store, schemas=schemas)
    show_line(say("store_compacted", spoken, before=round(before / MB, 1), after=round(after / MB, 1)))


@app.command("encrypt")
def encrypt(store: Store = STORE, lang: Lang = None, schemas: Schemas = None) -> None:
    """Encrypt the store (AES-256). The key comes from CPMS_KEY, a file named by CPMS_KEY_FILE, or a prompt.

    It is never given on the command line. A new store is encrypted from the start where a key is set when it is made.

    \b
    Examples:
      CPMS_KEY_FILE=key.txt cpms store encrypt --store cpms.duckdb
      CPMS_KEY_FILE=key.txt cpms store check --store cpms.duckdb
    """
    spoken = language(lang)
    from cpms_cli.store.safety.copies import encrypt as run
    from cpms_cli.survey.messages import say

    run(store, schemas=schemas)
    show_line(say("store_encrypted", spoken, store=store.name))


@app.command("audit")
def audit(
    store: Store = STORE, format_: Format = "text", output: Output = None, lang: Lang = None, schemas: Schemas = None
) -> None:
    """Show which outputs said whom they are about: when, who ran the command, which one, how many children.

    \b
    Examples:
      cpms store audit --store cpms.duckdb
      cpms store audit --store cpms.duckdb -o audit.xlsx
    """
    one_of(format_)
    spoken = language(lang)
    from cpms_cli.reports.files import store as report
    from cpms_cli.reports.scores import document
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.store.definitions.definition_in_use import definition_in_use
    from cpms_cli.store.history import audit_log
    from cpms_cli.writing.files import csv_text, json_text

    log = audit_log(store, schemas=schemas)
    if output is not None:
        write_and_say({"audit": log}, output, definition_in_use(store, schemas), spoken)
    if format_ == "json":
        typer.echo(json_text(document({"audit": log})))
    elif format_ == "csv":
        typer.echo(csv_text(log), nl=False)
    elif output is None:
        report.show_audit(open_console(spoken), log, spoken)
