"""The two sheets that an annotated workbook has first: the list of findings, and the list of what was mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cpms_cli.checking.findings import MASK
from cpms_cli.checking.mending.repairs import Repair
from cpms_cli.checking.validation import Validation
from cpms_cli.ooxml.marking import MOST_LINKS, TextSheet
from cpms_cli.ooxml.sheet_cells import Place
from cpms_cli.reading.source import column_letter
from cpms_cli.survey.messages import draft_lines, say
from cpms_cli.survey.model.definition import Language, Survey

LISTED = 100_000
_WIDTHS = (11, 16, 9, 22, 24, 52, 52, 24, 34)
_CHANGE_WIDTHS = (24, 16, 9, 22, 30, 30)
Change = tuple[int, Repair, Place]
"""The position of a table among those validated, a repair that was done, and the cell."""


@dataclass(frozen=True)
class Job:
    """A workbook to be annotated.

    `findings`: those of the validation, in words. `mends`: the repairs of each table, None where nothing is mended.
    `names`: the sheet of each table in the workbook that is written. Without `identified`, personal values are masked.
    """

    survey: Survey
    validation: Validation
    language: Language
    identified: bool
    findings: pd.DataFrame
    mends: Sequence[Sequence[Repair]] | None
    names: Mapping[int, str]


def list_notes(job: Job) -> list[str]:
    """Return what is said above the list where it does not show all there is."""
    notes, findings = [], len(job.findings)
    if findings > LISTED:
        notes.append(say("annotate_listed", job.language, limit=LISTED, all=findings))
    if min(findings, LISTED) > MOST_LINKS:
        notes.append(say("annotate_links", job.language, limit=MOST_LINKS))
    return notes


def list_sheet(job: Job, notes: Sequence[str], sheet: str) -> TextSheet:
    """Return the first sheet: all findings, each with a link to its cell; `notes` stand above them."""
    language, validation, findings = job.language, job.validation, job.findings
    shown = findings.sort_values(["severity", "source", "row"], kind="stable").head(LISTED)
    sheets = shown["source"].map(job.names).astype("str")
    letter = pd.Series([column_letter(int(column)) for column in shown["at"]], index=shown.index, dtype="str")
    cell = (letter + shown["row"].astype("str")).mask(shown["row"].isna(), "")
    columns = [
        shown["severity"]
        .astype("str")
        .map({severity: say(f"severity_{severity}", language) for severity in ("error", "warning")}),
        sheets,
        cell,
        shown["column"].astype("str"),
        shown["value"],
        shown["message"].astype("str"),
        shown["mend"].astype("str"),
        shown["proposal"],
        shown["check"].astype("str"),
    ]
    rows = list(zip(*(column.fillna("") for column in columns), strict=True))
    name = validation.tables[0].source.path.name
    title = say(
        "annotate_title",
        language,
        file=name,
        errors=validation.errors,
        warnings=validation.warnings,
        storable=validation.storable,
        rows=validation.rows,
    )
    masked = [] if job.identified else [say("annotate_masked", language)]
    named = ("severity", "sheet", "cell", "column", "value", "what", "mend", "proposal", "rule")
    head = [say(f"col_{key}", language) for key in named]
    return TextSheet(
        sheet,
        [title, *draft_lines(language), say("annotate_how", language), *masked, *notes],
        head,
        rows,
        _WIDTHS,
        2,
        list(zip(sheets, cell.replace("", "A1"), strict=True)),
        shown["severity"].astype("str").tolist(),
    )


def changes_sheet(job: Job, changes: Sequence[Change], name: str) -> TextSheet:
    """Return the sheet that lists what was mended."""
    language = job.language
    rows, links = [], []
    for index, repair, (row, column) in changes[:LISTED]:
        cell, table = f"{column_letter(column)}{row}", job.validation.tables[index]
        hidden = job.survey.fields[repair.field].personal and not job.identified
        old, new = (MASK, MASK) if hidden else (repair.old, repair.new)
        reason = say(f"fix_reason_{repair.reason}", language)
        rows.append((reason, job.names[index], cell, table.columns[repair.field].header, old, new))
        links.append((job.names[index], cell))
    lines = [say("fix_title", language, count=len(changes)) if changes else say("fix_none", language)]
    lines += [] if job.identified else [say("annotate_masked", language)]
    if len(changes) > LISTED:
        lines.append(say("annotate_listed", language, limit=LISTED, all=len(changes)))
    head = [say(f"col_{key}", language) for key in ("reason", "sheet", "cell", "column", "old", "new")]
    return TextSheet(name, lines, head, rows, _CHANGE_WIDTHS, 2, links, ["text"] * len(rows))
