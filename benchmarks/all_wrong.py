"""A file in which every cell is wrong takes at most three times the time of a clean one: `all_wrong.py [ROWS]`.

100,000 rows of 60 columns unless told otherwise; each is validated in a process of its own, with every rule, and
written as the terminal shows it; the ratio is printed, and the exit code is 1 where it is over three.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import validation_data
from validation_rules import plan

from cpms_cli.survey.opening.loading import load_survey

MOST = 3.0


def write_wrong(path: Path, rows: int) -> None:
    """A file of as many columns in which no cell says anything: one nonsense per column, the key among them."""
    fields, _ = plan(load_survey())
    cells = {field.name: pa.array([f"?{number % 7}" for number in range(rows)]) for field in fields}
    arrow_csv.write_csv(pa.table(cells), path)


def seconds(path: Path) -> float:
    """How long the command takes, start to end."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "cpms_cli", "validate", str(path)], check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main(rows: int) -> int:
    """Measure each once and compare."""
    with tempfile.TemporaryDirectory() as folder:
        clean, wrong = Path(folder) / "clean.csv", Path(folder) / "wrong.csv"
        validation_data.BAD_SHARE = 0.0
        validation_data.main(clean, rows)
        write_wrong(wrong, rows)
        took = {"clean_s": seconds(clean), "all_wrong_s": seconds(wrong)}
    ratio = took["all_wrong_s"] / took["clean_s"]
    print(json.dumps({"rows": rows, **{key: round(value, 1) for key, value in took.items()}, "ratio": round(ratio, 2)}))
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
