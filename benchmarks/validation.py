"""Validating 1,000,000 rows x 60 columns of CSV, against pandera on polars with the same rules in the same run.

    python -m pip install polars
    python benchmarks/validation.py

51 column rules, 1 % of the cells they look at are bad, and every bad cell is named: file, row, column, value. Each side
is a process of its own that reads the file, checks it and counts the bad cells; the counts must agree with each other
and with what was planted. Targets: at most 1.5 times the baseline's time, peak memory under 2 GB. `--full` adds a run
of ours with the rules across fields and rows, which the baseline does not have.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SIDES = ("baseline", "ours", "full")


def measured(side: str, path: Path) -> dict[str, Any]:
    """One run of one side in a process of its own."""
    code = FOLDER / f"validation_{'baseline' if side == 'baseline' else 'ours'}.py"
    begun = time.perf_counter()
    done = subprocess.run(
        (sys.executable, code, path, *(["--full"] if side == "full" else [])),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    costs: dict[str, Any] = json.loads(done.stdout)
    return {**costs, "process_s": time.perf_counter() - begun}


def main() -> None:
    """Print the medians, ratios and peaks as JSON; exit code 1 when the two sides do not name as many cells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    sides = SIDES if options.full else SIDES[:2]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        made = subprocess.run(
            (sys.executable, FOLDER / "validation_data.py", path, str(options.rows)),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        planted = json.loads(made.stdout)
        runs = [{side: measured(side, path) for side in sides} for _ in range(options.runs)]
    medians = {
        side: {
            "work_s": round(statistics.median(run[side]["work_s"] for run in runs), 2),
            "process_s": round(statistics.median(run[side]["process_s"] for run in runs), 2),
            "peak_gb": round(max(run[side]["peak_gb"] for run in runs), 2),
            "bad_cells": runs[0][side]["bad_cells"],
        }
        for side in sides
    }
    ratios = {
        side: round(medians[side]["process_s"] / medians["baseline"]["process_s"], 2)
        for side in sides
        if side != "baseline"
    }
    print(json.dumps({**planted, "runs": options.runs, **medians, "ratio": ratios, "target": 1.5}, indent=2))
    if medians["ours"]["bad_cells"] != medians["baseline"]["bad_cells"]:
        sys.exit("the two sides do not name the same number of bad cells")


if __name__ == "__main__":
    main()
