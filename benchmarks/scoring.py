"""Scoring 1,000,000 child rounds, against the same 22 rules written by hand in DuckDB SQL, in the same run.

    python benchmarks/scoring.py

Each side is a process of its own: two threads, 3 GB. Each scores, stores the scores and makes the community table
(children by level, yes and known answers by subdistrict and round). Two baselines:

- `text` reads the Parquet that ours reads, canonical text of children and of households, and tells the 22 indicators,
  the level, the highest possible level and the reasons for the level. `reasons` is ours asked for these columns. The
  target, 1.3 times, is held against this pair: both read the same files and tell the same things.
- `typed` reads a Parquet in which the work of reading text and of joining is already done, and tells indicators and
  level alone. `levels` is ours, from text, asked for these columns: what is above the target here is mostly that work.

`everything` is ours with household levels, what is open and the answers behind every score, which no baseline tells.
The community tables of all sides, and all scores of each pair, must be equal. CPU seconds are told beside wall time:
they say more on a machine that does other things.
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

FOLDER = Path(__file__).resolve().parent
BASELINES, OURS = ("text", "typed"), ("reasons", "levels", "everything")
AGAINST = {"reasons": "text", "levels": "typed", "everything": "text"}
FIGURES = ("wall_s", "cpu_s")


def measured(side: str, folder: Path) -> dict[str, Any]:
    """One run of one side."""
    code = FOLDER / f"scoring_{'baseline' if side in BASELINES else 'ours'}.py"
    done = subprocess.run([sys.executable, code, folder, side], check=True, stdout=subprocess.PIPE, text=True)
    costs: dict[str, Any] = json.loads(done.stdout)
    return costs


def main() -> None:
    """Print medians and ratios as JSON; exit code 1 where the sides do not find the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run((sys.executable, FOLDER / "scoring_data.py", folder, str(options.children)), check=True)
        runs = [{side: measured(side, folder) for side in (*BASELINES, *OURS)} for _ in range(options.runs)]
    medians = {
        side: {figure: round(statistics.median(run[side][figure] for run in runs), 2) for figure in FIGURES}
        | {"peak_gb": round(max(run[side]["peak_gb"] for run in runs), 2)}
        for side in (*BASELINES, *OURS)
    }
    ratios = {
        f"{side} / {against}": {
            figure: round(medians[side][figure] / medians[against][figure], 2) for figure in FIGURES
        }
        for side, against in AGAINST.items()
    }
    result = {"children": options.children, "runs": options.runs, **medians, "ratio": ratios, "target": 1.3}
    print(json.dumps(result, indent=2))
    if any(run[side]["table"] != runs[0]["text"]["table"] for run in runs for side in (*BASELINES, *OURS)):
        sys.exit("the sides do not count the same children")
    if any(run[side]["sums"] != run[AGAINST[side]]["sums"] for run in runs for side in ("reasons", "levels")):
        sys.exit("the sides do not tell the same scores")


if __name__ == "__main__":
    main()
