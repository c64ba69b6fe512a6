"""What is measured, at which sizes, and beside what."""

from __future__ import annotations

from dataclasses import dataclass

SMALL, MIDDLE, LARGE, COUNTRY = 1_000, 50_000, 1_000_000, 13_000_000


@dataclass(frozen=True)
class Case:
    """One thing that is measured.

    `beside` names the baseline in words, `draws` the input (a function of `drawn.py`). A case is measured at the sizes
    that are asked for, up to `most` rows.
    """

    name: str
    beside: str
    draws: str
    most: int
    needs: str = ""


CASES = (
    Case("start-up", "importing typer and rich", "nothing", SMALL),
    Case("read CSV", "polars.read_csv, all as text", "plain_csv", LARGE, "polars"),
    Case("read XLSX", "python-calamine alone", "plain_xlsx", MIDDLE),
    Case("validate columns", "pandera on polars, the same rules", "plain_csv", LARGE, "polars"),
    Case("validate everything", "the same file, columns alone", "answered_csv", MIDDLE),
    Case("annotate", "openpyxl: open, colour as many cells, save", "wrong_xlsx", 20_000),
    Case("merge into an empty store", "plain DuckDB: the CSV into a table of a file", "answered_csv", MIDDLE),
    Case("merge into nine rounds", "the same file into an empty store", "nine_rounds", 5_000),
    Case("link two rounds", "plain splink", "two_rounds", 20_000),
    Case("score", "the same rules by hand in DuckDB SQL", "scoring_parquet", COUNTRY),
    Case("community table", "plain DuckDB: answers to as many questions, counted by village", "store", MIDDLE),
    Case("report", "the community table", "store", MIDDLE),
    Case("export records", "plain DuckDB: COPY of the stored rows to CSV", "store", MIDDLE),
    Case("export records to XLSX", "XlsxWriter by hand, as many cells", "store", MIDDLE),
    Case("data set", "plain DuckDB: COPY of the stored rows to Parquet by partition", "store", MIDDLE),
)
