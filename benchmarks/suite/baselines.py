"""What each case is measured beside: `baselines.py CASE FOLDER ROWS`, a process of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from processes import Side, main_of

_ROWS = "FROM child_observation JOIN household_observation USING (round, village_code, household_no)"


def start_up() -> Side:
    """What a command line of typer and rich imports at least."""

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        import rich
        import typer

        return None if rich and typer else "", None

    return side


def read_csv() -> Side:
    """Read polars' CSV reader, all columns as text."""
    import polars as pl

    return lambda folder, rows: (len(pl.read_csv(folder / "rows.csv", infer_schema=False)), None)


def read_xlsx() -> Side:
    """Read the cells with python-calamine alone."""
    from python_calamine import load_workbook

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        return len(load_workbook(folder / "rows.xlsx").get_sheet_by_index(0).to_python()) - 1, None

    return side


def validate_columns() -> Side:
    """Check with pandera on polars."""
    from validation_baseline import count_bad_cells

    return lambda folder, rows: (count_bad_cells(str(folder / "rows.csv")), None)


def validate_everything() -> Side:
    """Check the same file, columns alone."""
    from cpms_cli import load_survey, validate

    load_survey()
    return lambda folder, rows: (validate([folder / "rows.csv"], columns_only=True).rows, None)


def annotate() -> Side:
    """Open with openpyxl, colour the cells that are bad, save."""
    from openpyxl import load_workbook
    from openpyxl.styles import PatternFill

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        book, out = load_workbook(folder / "rows.xlsx"), folder / "coloured.xlsx"
        colour = PatternFill("solid", fgColor="FFFF9999")
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("?"):
                    cell.fill = colour
        book.save(out)
        return None, out

    return side


def merge_into_an_empty_store() -> Side:
    """Load the CSV into a table of a file."""
    import duckdb

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / f"plain-{os.getpid()}.duckdb"
        with duckdb.connect(str(out)) as connection:
            connection.execute("CREATE TABLE child AS FROM read_csv(?, all_varchar = true)", [str(folder / "rows.csv")])
        return None, out

    return side


def merge_into_nine_rounds() -> Side:
    """Merge the same file into an empty store."""
    from ours import merge_into_an_empty_store

    return merge_into_an_empty_store()


def link_two_rounds() -> Side:
    """Link with plain splink, as its manual uses it."""
    import pandas as pd
    from plain_splink import scored_pairs

    kinds = {**dict.fromkeys(("given_name", "family_name", "mother_name"), "name"), "birth_date": "date"}
    kinds |= {"national_id": "number", **dict.fromkeys(("sex", "village_code", "household_no"), "exact")}
    blocks = (
        ("national_id",),
        ("birth_date", "sex"),
        ("given_name", "family_name"),
        ("given_name", "mother_name"),
        ("village_code", "household_no"),
    )
    sure = (("given_name", "family_name", "birth_date"), ("national_id",))

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        tables = [pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("first", "second")]
        scored_pairs(tables, kinds, blocks, sure, ("birth_date", "given_name"))
        return None, None

    return side


def score() -> Side:
    """Score with rules written by hand, for this survey alone."""
    from scoring_baseline import measure, scored_by_hand

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        costs = measure(scored_by_hand(folder, text=True))
        return [costs["table"], costs["sums"]], None

    return side


def community_table() -> Side:
    """Count the answers to as many questions as there are indicators, by village."""
    import duckdb

    from cpms_cli import load_survey

    survey = load_survey()
    names = [name for name in survey.columns("child") if survey.fields[name].codelist]
    names = names[: len(survey.indicators)]
    counts = ", ".join(f"count(*) FILTER ({name} = 'yes'), count({name})" for name in names)

    def side(folder: Path, rows: int) -> tuple[Any, None]:
        with duckdb.connect(str(folder / "store.duckdb"), read_only=True) as connection:
            connection.execute(f"SELECT village_code, count(*), {counts} {_ROWS} GROUP BY village_code").fetchall()
        return None, None

    return side


def report() -> Side:
    """Make the community table of the same area."""
    from ours import community_table

    return community_table()


def export_records() -> Side:
    """Copy the stored rows to CSV."""
    return _copy("csv", "(FORMAT csv)")


def data_set() -> Side:
    """Copy the stored rows to Parquet by province and round."""
    return _copy("parts", "(FORMAT parquet, PARTITION_BY (province, round))")


def _copy(ending: str, how: str) -> Side:
    import duckdb

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / f"plain-{os.getpid()}.{ending}"
        with duckdb.connect(str(folder / "store.duckdb"), read_only=True) as connection:
            connection.execute(f"COPY (SELECT village_code[:2] AS province, * {_ROWS}) TO '{out}' {how}")
        return None, out

    return side


def export_records_to_xlsx() -> Side:
    """Write the stored rows with XlsxWriter, a row at a time."""
    import duckdb
    import xlsxwriter

    def side(folder: Path, rows: int) -> tuple[Any, Path]:
        out = folder / f"plain-{os.getpid()}.xlsx"
        with duckdb.connect(str(folder / "store.duckdb"), read_only=True) as connection:
            stored = connection.execute(f"SELECT * {_ROWS}").fetchall()
        with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_numbers": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(stored):
                sheet.write_row(number, 0, [None if cell is None else str(cell) for cell in row])
        return None, out

    return side


if __name__ == "__main__":
    main_of(globals())
