"""Our side of each case: `ours.py CASE FOLDER ROWS`, a process of its own."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from processes import Side, main_of

AREA = "85"
LINKED = {
    "given_name": "given_name",
    "family_name": "family_name",
    "mother_name": "mother_name",
    "sex": "sex",
    "birth_date": "birth_date",
    "national_id": "national_id",
    "village_code": "village_code",
    "household_no": "household_no",
}


def run_command(*words: object) -> None:
    """Run a command of cpms in this process; raises SystemExit where it fails."""
    from cpms_cli.cli.main import main

    sys.argv = ["cpms", *map(str, words)]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise


def start_up() -> Side:
    """`cpms --help`."""

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        from cpms_cli.__main__ import main

        sys.argv = ["cpms", "--help"]
        with suppress(SystemExit):
            main()
        return None, None

    return side


def read_csv() -> Side:
    """`read` of a CSV."""
    return _read("rows.csv")


def read_xlsx() -> Side:
    """`read` of a workbook."""
    return _read("rows.xlsx")


def _read(name: str) -> Side:
    from cpms_cli import load_survey, read

    survey = load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        return sum(len(table.rows) for table in read(folder / name, survey)), None

    return side


def validate_columns() -> Side:
    """`validate` with the rules of single columns."""
    from validation_ours import count_bad_cells

    return lambda folder, rows: (count_bad_cells(str(folder / "rows.csv"), full=False), None)


def validate_everything() -> Side:
    """`validate` with all rules."""
    from cpms_cli import load_survey, validate

    load_survey()
    return lambda folder, rows: (validate([folder / "rows.csv"]).rows, None)


def annotate() -> Side:
    """`validate`, and the workbook with its findings in it."""
    from cpms_cli import annotate, load_survey, validate

    load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / "annotated.xlsx"
        annotate(validate([folder / "rows.xlsx"]), out, overwrite=True)
        return None, out

    return side


def merge_into_an_empty_store() -> Side:
    """`merge` into a store that is not there yet."""
    from cpms_cli import load_survey, merge

    load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / f"empty-{os.getpid()}.duckdb"
        merge([folder / "rows.csv"], out)
        return None, out

    return side


def merge_into_nine_rounds() -> Side:
    """`merge` of a tenth round."""
    from cpms_cli import load_survey, merge

    load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = Path(shutil.copy(folder / "nine.duckdb", folder / f"ten-{os.getpid()}.duckdb"))
        merge([folder / "rows.csv"], out)
        return None, out

    return side


def link_two_rounds() -> Side:
    """`link_frames` over two rounds."""
    import pandas as pd

    from cpms_cli import link_frames, load_survey

    load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        tables = [pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("first", "second")]
        link_frames(tables[0], tables[1], LINKED)
        return None, None

    return side


def score() -> Side:
    """Indicators, level, highest level and reasons, stored, and the community table."""
    from scoring_baseline import measure
    from scoring_ours import scored_by

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        costs = measure(scored_by(folder, "reasons"))
        return [costs["table"], costs["sums"]], None

    return side


def community_table() -> Side:
    """`summarise_area` of a province."""
    from cpms_cli import load_survey, summarise_area

    load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        summarise_area(folder / "store.duckdb", AREA)
        return None, None

    return side


def report() -> Side:
    """The report of a province as HTML."""
    from cpms_cli import load_survey, render, report_area

    load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / f"report-{os.getpid()}.html"
        render(report_area(folder / "store.duckdb", AREA, audience=None), out)
        return None, out

    return side


def export_records() -> Side:
    """`cpms export records` to CSV."""
    return _export("csv")


def export_records_to_xlsx() -> Side:
    """`cpms export records` to a workbook."""
    return _export("xlsx")


def _export(ending: str) -> Side:
    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / f"records-{os.getpid()}.{ending}"
        run_command("export", "records", "--store", folder / "store.duckdb", "-o", out, "--identified")
        return None, out

    return side


def data_set() -> Side:
    """`export_dataset`."""
    from cpms_cli import export_dataset, load_survey

    load_survey()

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / f"data-{os.getpid()}"
        export_dataset(folder / "store.duckdb", out, identified=True)
        return None, out

    return side


if __name__ == "__main__":
    main_of(globals())
