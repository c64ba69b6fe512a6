"""What many files, questions and a data set cost: CPU seconds, memory and bytes, at a size that one chooses.

    python benchmarks/scale.py --children 5000 --rounds 10

Draws a file for each of 20 subdistricts and each round (`--files 1`: one a round), merges the folder, asks about a
subdistrict and its province, exports the store, and scores the data set. `--districts` says in which districts the
subdistricts are: with those of two provinces, what is asked about one of them bears on a part of the store. Each step
is a process of its own; its seconds are the processor's, those of the processes that it starts counted too.
`--one-by-one 20` merges the first 20 files once more one by one, and as a folder: what it saves to link them together.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.samples.drawn_answers import sample_rounds
from cpms_cli.survey.opening.loading import load_survey

DISTRICTS = ("8501", "8502", "8503", "8504")
_EACH = 5
"""So many subdistricts of each district."""
_LAST_ROUND = 2026


@dataclass(frozen=True)
class Drawn:
    """What is drawn: so many children a round, in so many files."""

    children: int
    rounds: int
    seed: int
    files: int
    districts: Sequence[str] = DISTRICTS


def write_files(folder: Path, drawn: Drawn) -> list[Path]:
    """Write so many flat files for each round, of some subdistricts each, in the order of the rounds."""
    survey = load_survey()
    home, village = list(survey.key("household")), survey.role("village").name
    codes = [f"{district}0{number}" for district in drawn.districts for number in range(1, _EACH + 1)]
    years = list(range(_LAST_ROUND + 1 - drawn.rounds, _LAST_ROUND + 1))
    paths = list[Path]()
    for year, sample in zip(years, sample_rounds(codes, years, drawn.children, drawn.seed), strict=True):
        rows = sample.children.merge(sample.households, on=home, suffixes=("", "_of_home"))
        for number, of_file in rows.groupby(rows[village].str[:6].map(codes.index) % drawn.files):
            paths.append(folder / f"{year}_{number}.csv")
            of_file.to_csv(paths[-1], index=False)
            os.utime(paths[-1], (time.time() - 1_000_000 + len(paths),) * 2)
    return paths


def measured(*words: object) -> dict[str, float]:
    """Run a command of cpms: CPU and wall seconds, and the peak of memory in GB of its largest process."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "cpms_cli", *map(str, words)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = used.ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    figures = {"cpu": used.ru_utime + used.ru_stime, "wall": time.perf_counter() - begun, "peak_gb": peak}
    return {"exit_code": process.returncode, **{name: round(value, 2) for name, value in figures.items()}}


def size_of(folder: Path) -> float:
    """The bytes of all files, in MB."""
    files = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return round(sum(path.stat().st_size for path in files) / 1e6, 1)


def main() -> None:
    """Print a line of JSON per step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--districts", nargs="+", default=DISTRICTS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--one-by-one", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files, store = folder / "files", folder / "s.duckdb"
        files.mkdir()
        paths = write_files(
            files, Drawn(options.children, options.rounds, options.seed, options.files, options.districts)
        )
        print(json.dumps({"files": len(paths), "mb": size_of(files), "load": os.getloadavg()}), flush=True)
        if options.one_by_one:
            some = folder / "some"
            some.mkdir()
            chosen = [Path(shutil.copy2(path, some)) for path in paths[: options.one_by_one]]
            each = [measured("merge", path, "--store", folder / "one.duckdb") for path in chosen]
            sums = {kind: round(sum(step[kind] for step in each), 1) for kind in ("cpu", "wall")}
            print(json.dumps({"step": "one by one", "files": len(chosen), **sums}), flush=True)
            together = measured("merge", "--jobs", options.jobs, some, "--store", folder / "some.duckdb")
            print(json.dumps({"step": "the same as a folder", **together}), flush=True)
        rows, scores, table = folder / "rows", folder / "scores", folder / "scores.parquet"
        paper, subdistrict = folder / "province.html", f"{options.districts[0]}01"
        province = subdistrict[:2]
        steps = {
            "merge": (("merge", "--jobs", options.jobs, files, "--store", store), store),
            "merge again": (("merge", "--jobs", options.jobs, files, "--store", store), store),
            "score the store": (("score", "--store", store, "-o", table), table),
            "community": (("community", subdistrict, "--store", store), store),
            "visits of a subdistrict": (("visits", "--area", subdistrict, "--store", store), store),
            "today in a subdistrict": (("today", "--area", subdistrict, "--store", store), store),
            "response due in a subdistrict": (("response", "due", "--area", subdistrict, "--store", store), store),
            "province": (("province", province, "--store", store), store),
            "report of a province": (
                ("report", "province", province, "--internal", "-o", paper, "--store", store),
                paper,
            ),
            "export dataset": (("export", "dataset", rows, "--store", store), rows),
            "export dataset again": (("export", "dataset", rows, "--store", store), rows),
            "score the data set": (("score", "--dataset", rows, "-o", scores, "--memory-limit", "500MB"), scores),
            "score the data set again": (("score", "--dataset", rows, "-o", scores), scores),
        }
        for step, (words, made) in steps.items():
            print(json.dumps({"step": step, **measured(*words), "mb": size_of(made)}), flush=True)


if __name__ == "__main__":
    main()
