"""Scoring 1,000,000 child rounds, against the same 22 rules written by hand in DuckDB SQL, in the same run.

    python benchmarks/scoring.py

Each side is a process of its own: two threads, 3 GB. `baseline` reads typed Parquet (dates parsed, no answer already
NULL, the household's answers beside the child's) and works out the 22 indicators and the level. `same` is ours from
canonical text, two files to join, asked for the same columns. `ours` is all that ours tells: highest possible levels,
household levels, reasons and answers behind every score, which the baseline has not. Each then makes the community table
(children by level, yes and known answers by subdistrict and round); the three tables must be equal. Target: 1.3 times.
CPU seconds are told beside wall time: they say more on a machine that does other things.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SIDES = ("baseline", "same", "ours")
FIGURES = ("wall_s", "cpu_s")


def measured(side: str, folder: Path) -> dict[str, Any]:
    """One run of one side."""
    code = HERE / f"scoring_{'baseline' if side == 'baseline' else 'ours'}.py"
    words = (sys.executable, code, folder, *(["--same"] if side == "same" else []))
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> None:
    """Print medians and ratios as JSON; exit code 1 where the community tables differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run((sys.executable, HERE / "scoring_data.py", folder, str(told.children)), check=True)
        runs = [{side: measured(side, folder) for side in SIDES} for _ in range(told.runs)]
    medians = {
        side: {figure: round(statistics.median(run[side][figure] for run in runs), 2) for figure in FIGURES}
        | {"peak_gb": round(max(run[side]["peak_gb"] for run in runs), 2)}
        for side in SIDES
    }
    ratios = {
        side: {figure: round(medians[side][figure] / medians["baseline"][figure], 2) for figure in FIGURES}
        for side in SIDES[1:]
    }
    print(json.dumps({"children": told.children, "runs": told.runs, **medians, "ratio": ratios, "target": 1.3}, indent=2))
    if any(run[side]["table"] != runs[0]["baseline"]["table"] for run in runs for side in SIDES):
        sys.exit("the sides do not count the same children")


if __name__ == "__main__":
    main()
