"""How long `cpms --help` takes, against importing typer and rich alone: `python benchmarks/startup.py`.

Target: at most 2.0 times. Both are whole processes, run in turns so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

BASELINE = (sys.executable, "-c", "import typer, rich")
OURS = (sys.executable, "-m", "cpms_cli", "--help")


def seconds(command: tuple[str, ...]) -> float:
    """Wall time of one process."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    """Print the medians and their ratio as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    seconds(BASELINE), seconds(OURS)
    pairs = [(seconds(BASELINE), seconds(OURS)) for _ in range(runs)]
    baseline, ours = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    figures = {"baseline_s": round(baseline, 3), "cpms_help_s": round(ours, 3), "ratio": round(ours / baseline, 2)}
    print(json.dumps({**figures, "target": 2.0, "runs": runs}))


if __name__ == "__main__":
    main()
