"""How long the officer waits for an annotated workbook: 20,000 rows of 60 columns, one cell in twenty wrong.

`annotation.py [ROWS]`; prints seconds for validating alone and with --annotate, what was marked, and peak memory in GB.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import validation_data
import xlsxwriter

from cpms_cli.checking.mending.annotation import annotate
from cpms_cli.checking.validation import validate
from cpms_cli.reading.tables import read
from cpms_cli.survey.opening.loading import load_survey

BAD_SHARE = 0.05


def workbook(folder: Path, rows: int) -> Path:
    """A workbook of the benchmark's rows, with the share of bad cells that is asked for here."""
    validation_data.BAD_SHARE = BAD_SHARE
    validation_data.main(folder / "rows.csv", rows)
    [table] = read(folder / "rows.csv", load_survey())
    with xlsxwriter.Workbook(folder / "rows.xlsx", {"constant_memory": False}) as book:
        sheet = book.add_worksheet("survey")
        sheet.write_row(0, 0, table.source.header)
        for position, column in enumerate(table.source.data.columns):
            sheet.write_column(1, position, column.to_pylist())
    return folder / "rows.xlsx"


def main(rows: int) -> None:
    """Measure once."""
    with tempfile.TemporaryDirectory() as name:
        path = workbook(Path(name), rows)
        begun = time.perf_counter()
        validation = validate([path])
        checked = time.perf_counter()
        written = annotate(validation, Path(name) / "out.xlsx")
        ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    figures = {
        "validate_s": checked - begun,
        "annotate_s": ended - checked,
        "cells": written.cells,
        "listed": written.listed,
        "peak_gb": peak,
    }
    print(json.dumps({key: round(value, 2) for key, value in figures.items()}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
