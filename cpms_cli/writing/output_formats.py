"""Every kind of output: the endings that a file of it can have, which function writes each, and what keeps a
spreadsheet from running its text.

Options, refusals and writers read this list; nothing else says which endings there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Literal

from cpms_cli.errors import UsageError

Kind = Literal[
    "table", "document", "records", "figures", "form", "review", "annotated", "header_map", "visits", "due", "today"
]
Printed = Literal["text", "json", "csv"]

# What `--format` of a command may say.
PRINTED: tuple[Printed, ...] = ("text", "json", "csv")
TEXT_OR_JSON: tuple[Printed, ...] = ("text", "json")


class Gate(Enum):
    """What keeps a text of the data from being run by the program that opens the file."""

    APOSTROPHE = "a text that begins like a formula gets an apostrophe: `writing.gate.disarmed`"
    TEXT_CELLS = "cells are text by their type: `writing.workbooks.new_workbook`, `ooxml.sheet_cells`"
    NO_FORMULAS = "the format knows no formulas, and its library escapes what has a meaning in it"


@dataclass(frozen=True)
class OutputFormat:
    """An ending of a kind of output; `writer` is `module:function`, imported when it is needed; `one_table` says that a
    file holds one table only."""

    kind: Kind
    ending: str
    writer: str
    gate: Gate
    one_table: bool = False

    @property
    def write(self) -> Callable[..., bytes]:
        """Return the function that makes the file's bytes; what it takes is the same for all endings of a kind."""
        module, _, function = self.writer.partition(":")
        writer: Callable[..., bytes] = getattr(import_module(f"cpms_cli.{module}"), function)
        return writer


_FILES, _DOCUMENTS, _INTERCHANGE = "writing.files", "reports.documents", "reports.interchange.interchange_files"

FORMATS: tuple[OutputFormat, ...] = (
    OutputFormat("table", ".csv", f"{_FILES}:csv_bytes", Gate.APOSTROPHE),
    OutputFormat("table", ".json", f"{_FILES}:json_bytes", Gate.NO_FORMULAS),
    OutputFormat("table", ".parquet", f"{_FILES}:parquet_bytes", Gate.NO_FORMULAS, one_table=True),
    OutputFormat("table", ".xlsx", f"{_FILES}:xlsx_bytes", Gate.TEXT_CELLS),
    OutputFormat("document", ".html", f"{_DOCUMENTS}.html_file:html_bytes", Gate.NO_FORMULAS),
    OutputFormat("document", ".docx", f"{_DOCUMENTS}.docx_file:docx_bytes", Gate.NO_FORMULAS),
    OutputFormat("document", ".xlsx", f"{_DOCUMENTS}.xlsx_report:xlsx_bytes", Gate.TEXT_CELLS),
    OutputFormat("document", ".pdf", f"{_DOCUMENTS}.pdf_file:pdf_bytes", Gate.NO_FORMULAS),
    OutputFormat("document", ".md", f"{_DOCUMENTS}.markdown_file:markdown_bytes", Gate.NO_FORMULAS),
    OutputFormat("records", ".csv", f"{_INTERCHANGE}:csv_records", Gate.APOSTROPHE),
    OutputFormat("records", ".xlsx", f"{_INTERCHANGE}:xlsx_records", Gate.TEXT_CELLS),
    OutputFormat("records", ".parquet", f"{_INTERCHANGE}:parquet_records", Gate.NO_FORMULAS),
    OutputFormat("records", ".jsonl", f"{_INTERCHANGE}:jsonl_records", Gate.NO_FORMULAS),
    OutputFormat("records", ".sav", f"{_INTERCHANGE}:sav_records", Gate.NO_FORMULAS),
    OutputFormat("records", ".zip", f"{_INTERCHANGE}:zip_records", Gate.APOSTROPHE),
    OutputFormat("figures", ".csv", f"{_INTERCHANGE}:csv_figures", Gate.APOSTROPHE),
    OutputFormat("figures", ".xlsx", f"{_INTERCHANGE}:xlsx_figures", Gate.TEXT_CELLS),
    OutputFormat("figures", ".parquet", f"{_INTERCHANGE}:parquet_figures", Gate.NO_FORMULAS),
    OutputFormat("figures", ".hxl.csv", f"{_INTERCHANGE}:hxl_bytes", Gate.APOSTROPHE),
    OutputFormat("figures", ".dhis2.json", f"{_INTERCHANGE}:dhis2_bytes", Gate.NO_FORMULAS),
    OutputFormat("form", ".xlsx", "forms.form_workbook:form_bytes", Gate.TEXT_CELLS),
    OutputFormat("review", ".xlsx", "linking.review.review_workbook:review_bytes", Gate.TEXT_CELLS),
    # A workbook that is read and written once more with what was found in it: its writer puts the file in place itself.
    OutputFormat("annotated", ".xlsx", "checking.mending.annotation:annotate", Gate.TEXT_CELLS),
    OutputFormat("annotated", ".xlsm", "checking.mending.annotation:annotate", Gate.TEXT_CELLS),
    OutputFormat("header_map", ".csv", "checking.drafting.map_sheets:map_csv", Gate.APOSTROPHE),
    OutputFormat("header_map", ".xlsx", "checking.drafting.map_sheets:map_workbook", Gate.TEXT_CELLS),
    # Lists to walk with: under other endings they are written as tables are.
    OutputFormat("visits", ".xlsx", "reports.children.visits_workbook:visits_workbook", Gate.TEXT_CELLS),
    OutputFormat("due", ".csv", "reports.children.due_list:due_csv", Gate.APOSTROPHE),
    OutputFormat("due", ".xlsx", "reports.children.due_list:due_workbook", Gate.TEXT_CELLS),
    OutputFormat("today", ".xlsx", "reports.children.today_workbook:today_workbook", Gate.TEXT_CELLS),
)


def endings(kind: Kind) -> tuple[str, ...]:
    """Return the endings that a file of a kind can have."""
    return tuple(output.ending for output in FORMATS if output.kind == kind)


def listed_endings(kind: Kind) -> str:
    """Return the endings of a kind as help lists them.

    >>> listed_endings("due")
    '.csv or .xlsx'
    """
    *first, last = endings(kind)
    return f"{', '.join(first)} or {last}" if first else last


def output_format(kind: Kind, path: Path) -> OutputFormat:
    """Return the format that the ending of a file's name chooses, the longest ending first: `a.hxl.csv` is HXL.

    Raises UsageError, with the endings there are, for another.
    """
    name = path.name.lower()
    of_kind = [output for output in FORMATS if output.kind == kind]
    fitting = [output for output in of_kind if name.endswith(output.ending) and name != output.ending]
    if not fitting:
        raise UsageError("unknown_ending", file=path.name, known=", ".join(output.ending for output in of_kind))
    return max(fitting, key=lambda output: len(output.ending))


def has_format(kind: Kind, path: Path) -> bool:
    """Whether a file's ending is one of those of a kind."""
    return path.suffix.lower() in endings(kind)
