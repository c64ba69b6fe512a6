"""`cpms doctor`."""

from __future__ import annotations

import typer

from cpms_cli.cli.options import Against, Lang, Schemas, TextOrJson, language, one_of


def doctor(store: Against = None, format_: TextOrJson = "text", lang: Lang = None, schemas: Schemas = None) -> None:
    """Say whether the installation is sound: packages, encryption, fonts, the definition's hash, a store's health.

    Exit code 1 when something is wrong. Nothing is written, and nothing leaves the machine.

    \b
    Examples:
      cpms doctor
      cpms doctor --store cpms.duckdb --format json
    """
    one_of(format_, ("text", "json"))
    told = language(lang)
    from dataclasses import asdict

    from cpms_cli.diagnosing import diagnose
    from cpms_cli.reports.files.diagnosis import show_diagnosis
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.writing.files import json_text

    found = diagnose(store, schemas=schemas, language=told)
    if format_ == "json":
        signs = [asdict(sign) for sign in found.signs]
        typer.echo(json_text({"schema_version": 1, "exit_code": found.exit_code, "error": None, "signs": signs}))
    else:
        show_diagnosis(open_console(), found, told)
    raise typer.Exit(found.exit_code)
