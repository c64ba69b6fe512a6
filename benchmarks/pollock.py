"""How well polluted CSV files are read: the public Pollock benchmark (Vitagliano et al., VLDB 2023), told nothing.

    python benchmarks/pollock.py FOLDER [--losses N]

FOLDER is a copy of the benchmark's repository (github.com/HPI-Information-Systems/Pollock): `polluted_files/csv`,
`polluted_files/clean` and `pollock_weights.json`. Nothing is fetched. Each file goes through `read_cells` with no
parameter; its header and records are compared with the clean version by the benchmark's ten measures: loaded at all;
precision, recall and F1 of the header's cells, of the records, and of all cells. Simple score: the sum of the ten
means; weighted: with each file weighted by how common its pollution is.

Cells are compared as text, which is never kinder than the benchmark, where numbers, dates and prices are first made
alike. A file that is refused counts as not loaded.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections import Counter
from collections.abc import Hashable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cpms_cli import CpmsError, read_cells
from cpms_cli.reading.source import SourceTable

MEASURES = (
    "success",
    "header_precision",
    "header_recall",
    "header_f1",
    "record_precision",
    "record_recall",
    "record_f1",
    "cell_precision",
    "cell_recall",
    "cell_f1",
)
Rows = list[list[str]]


def rows_of(tables: Iterable[SourceTable]) -> Rows:
    """Header and records of the tables; without a header the first record stands first, as in the clean files."""
    rows: Rows = []
    for table in tables:
        if any(table.header):
            rows.append(list(table.header))
        columns = [column.to_pylist() for column in table.data.columns]
        rows += [[cell or "" for cell in row] for row in zip(*columns, strict=True)]
    return rows


def agreement(truth: Iterable[Hashable], answered: Iterable[Hashable]) -> tuple[float, float, float]:
    """How far two collections agree, in the benchmark's order: the share of the truth that was found (which it calls
    precision), the share of what was found that is true (recall), and their harmonic mean; 1 where nothing is true."""
    true, loaded = Counter(truth), Counter(answered)
    if not true:
        return 1.0, 1.0, 1.0
    common = (true & loaded).total()
    if not common:
        return 0.0, 0.0, 0.0
    of_true, of_found = common / true.total(), common / loaded.total()
    return of_true, of_found, 2 * of_true * of_found / (of_true + of_found)


def score(clean: Rows, loaded: Rows | None) -> tuple[float, ...]:
    """The ten measures of one file; `loaded` is None where it was refused."""
    if loaded is None:
        return (0.0,) * len(MEASURES)
    if not clean:
        return (1.0,) * len(MEASURES)
    folded = [[[cell.lower() for cell in row] for row in rows] for rows in (clean, loaded)]
    heads = [rows[0] if rows else [] for rows in folded]
    records = [["".join(row) for row in rows[1:]] for rows in folded]
    cells = [[cell for row in rows for cell in row] for rows in (clean, loaded)]
    return (1.0, *agreement(*heads), *agreement(*records), *agreement(*cells))


def measured(folder: Path, name: str) -> tuple[str, tuple[float, ...]]:
    """One file read and scored."""
    with (folder / "clean" / name).open(encoding="utf-8-sig", newline="") as stream:
        clean = list(csv.reader(stream))
    try:
        loaded = rows_of(read_cells(folder / "csv" / name))
    except CpmsError:
        loaded = None
    return name, score(clean, loaded)


def main() -> None:
    """Print the means, both scores and, where asked, the files that lose most, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--losses", type=int, default=0, help="also name the N files that lose most")
    options = parser.parse_args()
    folder = options.folder / "polluted_files"
    weights = json.loads((options.folder / "pollock_weights.json").read_text("utf-8"))
    names = sorted(path.name for path in (folder / "csv").glob("*.csv"))
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        results = dict(pool.map(measured, [folder] * len(names), names, chunksize=50))
    total = sum(weights[name] for name in names)
    simple = {
        measure: sum(scores[position] for scores in results.values()) / len(names)
        for position, measure in enumerate(MEASURES)
    }
    weighted = sum(sum(results[name]) * weights[name] / total for name in names)
    answer = {
        "files": len(names),
        "refused": sorted(name for name in names if not results[name][0]),
        **{measure: round(value, 4) for measure, value in simple.items()},
        "simple": round(sum(simple.values()), 4),
        "weighted": round(weighted, 4),
    }
    if options.losses:
        lost = {name: (10 - sum(results[name])) * weights[name] / total for name in names}
        answer["losses"] = {
            name: {"score": round(sum(results[name]), 3), "weighted_loss": round(lost[name], 5)}
            for name in sorted(names, key=lambda name: (-lost[name], name))[: options.losses]
        }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
