"""`cpms doctor`."""

from __future__ import annotations

import typer

from cpms_cli.cli.option_values import one_of
from cpms_cli.cli.options import Against, Lang, Schemas, TextOrJson, language
from cpms_cli.writing.output_formats import TEXT_OR_JSON


def doctor(store: Against = None, format_: TextOrJson = "text", lang: Lang = None, schemas: Schemas = None) -> None:
    """Say whether the installation is sound: packages, encryption, fonts, the definition's hash, a store's health.

    In an office, also which settings its commands follow, and who says so: an option goes before the variables
    CPMS_STORE, CPMS_LANG and CPMS_ROUND, these before cpms.toml. Exit code 1 when something is wrong. Nothing is
    written, and nothing leaves the machine.

    \b
    Examples:
      cpms doctor
      cpms doctor --store cpms.duckdb --format json
    """
    one_of(format_, TEXT_OR_JSON)
    spoken = language(lang)
    from cpms_cli.cli.office_defaults import current_office, list_defaults
    from cpms_cli.diagnosing import Diagnosis, Sign, diagnose
    from cpms_cli.reports.files.diagnosis import show_diagnosis
    from cpms_cli.reports.terminal import open_console
    from cpms_cli.writing.files import json_text

    diagnosis, office = diagnose(store, schemas=schemas, language=spoken), current_office()
    if office is not None:
        listed = list_defaults(office).items()
        office_signs = [Sign(f"office_{key}", f"{default.value} ({default.origin})") for key, default in listed]
        diagnosis = Diagnosis((Sign("office", str(office.file)), *office_signs, *diagnosis.signs))
    if format_ == "json":
        signs = [{"item": sign.item, "found": sign.observed, "verdict": sign.verdict} for sign in diagnosis.signs]
        typer.echo(json_text({"schema_version": 1, "exit_code": diagnosis.exit_code, "error": None, "signs": signs}))
    else:
        show_diagnosis(open_console(spoken), diagnosis, spoken)
    raise typer.Exit(diagnosis.exit_code)
