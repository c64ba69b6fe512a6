"""All benchmarks of speed, memory and size, as ratios to baselines that are measured in the same run.

    python -m pip install polars
    python -m benchmarks --sizes 1000 50000 -o figures.json

See `python -m benchmarks --help`. What each case does, and beside what, stands in `benchmarks/suite/cases.py`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    folder = Path(__file__).resolve().parent
    sys.path[:0] = [str(folder / "suite"), str(folder)]
    sys.exit(import_module("running").main(sys.argv[1:]))
