"""What a merge costs as a store grows: CPU seconds and memory, round after round and for a small file.

    python benchmarks/merging.py --children 6000 --rounds 10

Rounds are drawn as hard to link as life (`cpms samples --hard`). Each is merged into one store; before the last one a
file of 300 of its rows is merged into a copy, and into an empty store. Each merge is a process of its own, so that its
memory is its own. The growth exponent is the slope of log(seconds) over log(rows in the store): 0 where a merge costs
what its file costs, 1 where it costs what the store holds. Targets: the small file at most three times what it takes in
an empty store, the last round at most 1.5 times the first, peak memory under 1.5 GB.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from cpms_cli.merging.merge import merge
from cpms_cli.samples.difficulties import HARD
from cpms_cli.samples.drawn_answers import sample_rounds
from cpms_cli.survey.opening.loading import load_survey

SMALL = 300
SUBDISTRICTS = [f"85010{number}" for number in range(1, 9)]


def round_files(folder: Path, children: int, rounds: int, seed: int) -> list[Path]:
    """Write a file per round, a row per child with what its household said."""
    home = list(load_survey().key("household"))
    paths = list[Path]()
    for sample in sample_rounds(SUBDISTRICTS, list(range(2027 - rounds, 2027)), children, seed, HARD):
        path = folder / f"round_{len(paths):02}.csv"
        sample.children.merge(sample.households, on=home, suffixes=("", "_of_home")).to_csv(path, index=False)
        paths.append(path)
    return paths


def measured(file: Path, store: Path) -> dict[str, float]:
    """Merge in a process of its own: CPU seconds, wall seconds, and the peak of memory in GB."""
    command = (sys.executable, __file__, "--merge", file, "--into", store)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def merge_here(file: Path, store: Path) -> None:
    """Merge, and print what it took. What a process takes to be ready is not counted."""
    load_survey()
    cpu, wall = time.process_time(), time.perf_counter()
    merge([file], store)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    figures = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "peak_gb": peak}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def growth(sizes: list[int], seconds: list[float]) -> float:
    """The slope of log(seconds) over log(rows)."""
    points = pd.DataFrame({"x": map(math.log, sizes), "y": map(math.log, seconds)})
    return float(points["x"].cov(points["y"]) / points["x"].var())


def main() -> None:
    """Print a line of JSON per merge, then what was aimed at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--merge", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.merge:
        merge_here(options.merge, options.into)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = round_files(folder, options.children, options.rounds, options.seed)
        small, store, rows = folder / "small.csv", folder / "store.duckdb", 0
        pd.read_csv(files[-1], dtype=str).head(SMALL).to_csv(small, index=False)
        sizes, seconds = list[int](), list[float]()
        for file in files:
            if file == files[-1]:
                empty = measured(small, folder / "empty.duckdb")
                full = measured(small, Path(shutil.copy(store, folder / "copy.duckdb")))
                print(json.dumps({"small file": SMALL, "into empty": empty, "into": rows, "full": full}), flush=True)
                print(json.dumps({"small file, times empty": round(full["cpu"] / empty["cpu"], 1)}), flush=True)
            figures = measured(file, store)
            rows += len(pd.read_csv(file, dtype=str))
            sizes.append(rows)
            seconds.append(figures["cpu"])
            print(json.dumps({"round": file.stem, "rows in the store": rows, **figures}), flush=True)
        print(json.dumps({"last round, times first": round(seconds[-1] / seconds[0], 2)}))
        print(json.dumps({"growth exponent": round(growth(sizes[1:], seconds[1:]), 2)}))


if __name__ == "__main__":
    main()
