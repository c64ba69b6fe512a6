"""A validation as text for the officer, as tables for a file, and as one JSON document for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console

from cpms_cli.checking.columns_not_read import Asked, column_records, undecided_lines
from cpms_cli.checking.findings import Wording
from cpms_cli.checking.unasked import unasked_records
from cpms_cli.checking.validation import Validation
from cpms_cli.reports.files.how_read import read_notes
from cpms_cli.reports.files.sheets_not_read import sheet_records, show_sheets
from cpms_cli.reports.terminal import Layout, show_table
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import records

SCHEMA_VERSION = 1
FINDING_COLUMNS = ("file", "sheet", "row", "column", "cell", "rule", "severity", "value", "message", "mend")
_EXAMPLES = 3
_WIDE, _NARROW = 160, 100


def findings_table(survey: Survey, validation: Validation, language: Language) -> pd.DataFrame:
    """Every finding with message and mend, under the names that scripts may rely on."""
    worded = Wording(survey, language).put_into_words(validation.findings)
    return worded.rename(columns={"check": "rule"})[list(FINDING_COLUMNS)]


def grouped(survey: Survey, validation: Validation, language: Language) -> pd.DataFrame:
    """One line per cause: file, sheet, severity, rule, count, where (first cells), message, mend; worst first."""
    findings = validation.findings
    if findings.empty:
        return pd.DataFrame(columns=["file", "sheet", "severity", "rule", "count", "where", "message", "mend"])
    # The figures tell one volunteer's pattern from another's.
    cause = ["source", "severity", "check", "field", "figures"]
    number = findings.groupby(cause, sort=False, observed=True, dropna=False).ngroup()
    heads = findings.assign(cause=number).drop_duplicates("cause").set_index("cause")
    values = pd.DataFrame({"cause": number, "value": findings["value"]})
    values = values.groupby(["cause", "value"], dropna=False, sort=False).size().rename("n").reset_index()
    values = values.sort_values("n", ascending=False, kind="stable")
    examples = findings.assign(cause=number).groupby("cause", sort=False).head(_EXAMPLES)
    place = (
        examples["cell"]
        .fillna(examples["row"].astype("str"))
        .fillna(examples["value"])
        .fillna(examples["column"].astype("str"))
        .groupby(examples["cause"], sort=False)
    )
    commonest = values.drop_duplicates("cause").set_index("cause")["value"]
    others = values.groupby("cause")["value"].nunique() - 1
    table = heads.assign(count=number.value_counts(), where=place.agg(", ".join), value=commonest, others=others)
    table = table.reset_index(drop=True)
    worded = Wording(survey, language).put_into_words(table)
    # "And 1 other value" says something only after a value.
    worded["others"] = worded["others"].where(Wording(survey, language).tells_value(worded["check"]), 0)
    worded["message"] = worded["message"].astype("str") + worded["others"].map(
        lambda count: f" ({say('others', language, count=int(count))})" if count > 0 else ""
    ).astype("str")
    worded["where"] = worded["where"] + (worded["count"] > _EXAMPLES).map({True: ", …", False: ""}).astype("str")
    # Whether anything of a family may be stored comes before what is wrong with its answers.
    worded["later"] = worded["check"] != "consent_differs"
    worded = worded.rename(columns={"check": "rule"}).sort_values(
        ["source", "severity", "later", "count"], ascending=[True, True, True, False], kind="stable"
    )
    return worded[["file", "sheet", "severity", "rule", "count", "where", "message", "mend"]].reset_index(drop=True)


def counts(validation: Validation) -> dict[str, int]:
    """The figures of a validation."""
    return {
        "tables": len(validation.tables),
        "rows": validation.rows,
        "storable": validation.storable,
        "rows_with_errors": validation.rows_with_errors,
        "errors": validation.errors,
        "warnings": validation.warnings,
    }


def document(
    survey: Survey, validation: Validation, language: Language, changed: pd.DataFrame | None = None
) -> dict[str, Any]:
    """The JSON document of a validation; `notes` say how each sheet was read."""
    return {
        "schema_version": SCHEMA_VERSION,
        "exit_code": validation.exit_code,
        "error": None,
        "definition": survey.digest,
        "counts": counts(validation),
        "notes": read_notes(validation.tables, language),
        "columns_not_read": column_records(validation.tables),
        "answers_not_asked": unasked_records(validation.tables),
        "findings": records(findings_table(survey, validation, language)),
        "sheets_not_read": sheet_records(validation.tables, language),
        **({} if changed is None else {"changes": records(changed)}),
    }


def failure_document(
    message_id: str, message: str, exit_code: int, columns: Sequence[Mapping[str, object]] = ()
) -> dict[str, Any]:
    """The JSON document of a run that could not go on: the same shape, with the error in it; `columns` not read."""
    return {
        "schema_version": SCHEMA_VERSION,
        "exit_code": exit_code,
        "error": {"id": message_id, "message": message},
        "definition": None,
        "counts": None,
        "notes": [],
        "columns_not_read": list(columns),
        "answers_not_asked": [],
        "findings": [],
        "sheets_not_read": [],
    }


def show(console: Console, survey: Survey, validation: Validation, language: Language, asked: Asked) -> None:
    """Print a validation as the officer reads it: grouped by cause, worst first; at the end the sum, and what was not
    read. `asked` is how it was asked for."""
    for note in read_notes(validation.tables, language):
        console.print(note["message"])
    lines = show_findings(console, survey, validation, language)
    sums = counts(validation)
    console.print(say("validate_sum", language, bad=sums["rows_with_errors"], **sums))
    if not lines:
        console.print(say("validate_clean", language))
    for line in undecided_lines(survey, validation.tables, asked, "validate", language):
        console.print(line)
    show_sheets(console, validation.tables, language)


def show_findings(console: Console, survey: Survey, validation: Validation, language: Language) -> int:
    """Print what is wrong, grouped by cause, worst first; how many causes there are."""
    lines = grouped(survey, validation, language)
    lines["severity"] = [say(f"severity_{severity}", language) for severity in lines["severity"]]
    shown = {name: name for name in ("severity", "count", "where", "message", "mend", "rule")} | {"message": "what"}
    if console.width < _WIDE:
        # Side by side, narrow columns hold a word or two a line and cut Thai words: the mend goes below the fault.
        lines["message"] = lines["message"].astype("str") + "\n→ " + lines["mend"].astype("str")
        lines["where"] = lines["where"].astype("str").str.replace(", ", "\n", regex=False)
        # A child who is in no row is named by code, place and round: one under another.
        lines["where"] = lines["where"].str.replace(" ", "\n", regex=False)
        left_out: tuple[str, ...] = ("mend",)
        if console.width < _NARROW:
            lines["message"] = lines["message"] + f"\n{say('col_rule', language)}: " + lines["rule"].astype("str")
            left_out = ("mend", "rule")
        shown = {name: key for name, key in shown.items() if name not in left_out}
    headings = {name: say(f"col_{key}", language) for name, key in shown.items()}
    if "mend" not in headings:
        headings["message"] += f"\n→ {say('col_mend', language)}"
    patterns = lines["rule"].isin([pattern.id for pattern in survey.patterns])
    for (file, sheet), part in lines[~patterns].groupby(
        ["file", lines.loc[~patterns, "sheet"].astype("str").fillna("")], sort=False, observed=True
    ):
        title = say("validate_title", language, file=file, sheet=sheet)
        show_table(console, part, headings, Layout(right=("count",), tight=("severity",)), title=title)
    if patterns.any():
        columns: dict[str, str] = {name: headings[name] for name in ("message", "mend", "rule") if name in headings}
        show_table(console, lines[patterns], columns, title=say("validate_patterns", language))
    return len(lines)
