"""The input of each case, drawn once for a size and kept for the run: invented children."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cpms_cli.merging.merge import merge
from cpms_cli.samples.difficulties import HARD
from cpms_cli.samples.drawn_answers import SampleRound, sample_rounds
from cpms_cli.survey.opening.loading import load_survey

SEED = 11
_SCRIPTS = Path(__file__).resolve().parent.parent
_SUBDISTRICTS = [f"85010{number}" for number in range(1, 9)]
_LAST = 2026


def nothing(folder: Path, rows: int) -> None:
    """Draw nothing."""


def plain_csv(folder: Path, rows: int) -> None:
    """Write `rows.csv`: 60 columns, one cell in a hundred that has a rule is bad."""
    _run("validation_data.py", folder / "rows.csv", rows)


def plain_xlsx(folder: Path, rows: int) -> None:
    """Write `rows.xlsx`, the cells of `plain_csv`."""
    plain_csv(folder, rows)
    cells = pd.read_csv(folder / "rows.csv", dtype=str, keep_default_na=False)
    cells.to_excel(folder / "rows.xlsx", index=False, sheet_name="survey", engine="xlsxwriter")


def wrong_xlsx(folder: Path, rows: int) -> None:
    """Write `rows.xlsx`, whose cells are bad as `plain_csv` says."""
    plain_xlsx(folder, rows)


def answered_csv(folder: Path, rows: int) -> None:
    """Write `rows.csv`, one round of a province as families answer."""
    _flat(_rounds(rows, 1)[0]).to_csv(folder / "rows.csv", index=False)


def two_rounds(folder: Path, rows: int) -> None:
    """Write `first.csv` and `second.csv`, two rounds of so many children, as hard to link as life."""
    for name, sample in zip(("first", "second"), _rounds(rows, 2), strict=True):
        _flat(sample).to_csv(folder / f"{name}.csv", index=False)


def nine_rounds(folder: Path, rows: int) -> None:
    """Write `nine.duckdb`, a store of nine rounds, and `rows.csv`, the tenth."""
    for number, sample in enumerate(_rounds(rows, 10)):
        _flat(sample).to_csv(folder / "rows.csv", index=False)
        if number < 9:
            merge([folder / "rows.csv"], folder / "nine.duckdb")


def store(folder: Path, rows: int) -> None:
    """Write `store.duckdb`, which holds one round."""
    answered_csv(folder, rows)
    merge([folder / "rows.csv"], folder / "store.duckdb")


def scoring_parquet(folder: Path, rows: int) -> None:
    """Write the canonical text of children and households as Parquet."""
    _run("scoring_data.py", folder, rows)


DRAWN: dict[str, Callable[[Path, int], None]] = {
    draw.__name__: draw
    for draw in (
        nothing,
        plain_csv,
        plain_xlsx,
        wrong_xlsx,
        answered_csv,
        two_rounds,
        nine_rounds,
        store,
        scoring_parquet,
    )
}


def _run(script: str, *words: object) -> None:
    subprocess.run([sys.executable, _SCRIPTS / script, *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def _rounds(rows: int, rounds: int) -> list[SampleRound]:
    return sample_rounds(_SUBDISTRICTS, list(range(_LAST + 1 - rounds, _LAST + 1)), rows, SEED, HARD)


def _flat(sample: SampleRound) -> pd.DataFrame:
    home = list(load_survey().key("household"))
    return sample.children.merge(sample.households, on=home, suffixes=("", "_of_home"))
