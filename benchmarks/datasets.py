"""What a data set of a whole country costs: CPU seconds, memory and bytes, at a size that one chooses.

    python benchmarks/datasets.py --copies 2
    python benchmarks/datasets.py --copies 1 --copies 2 --copies 6

Draws 3,250 children in each of two rounds for the subdistricts of a district, merges and exports them, and writes the
rows once more for each of `--provinces` provinces, `--copies` times, each time as other children of other homes: 77
provinces with 2 copies are a million child rounds, with 26 thirteen million. So the answers are those of one district;
only who they are differs. Then, each a process of its own: `score --dataset`, `community`, `province`, `country`,
without scores and with them. Seconds are the processor's; growth is between the first and the last size, per row.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import multiprocessing
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scale import Drawn, measured, size_of, write_files

from cpms_cli.datasets.folder.manifest import (
    DEFINITION,
    HOUSEHOLDS,
    Partition,
    label_of,
    partition_name,
    read_manifest,
    write_manifest,
)
from cpms_cli.survey.opening.loading import load_survey

CHILDREN, ROUNDS = 3_250, 2
SUBDISTRICT, OF_WHOM = "subdistrict", ("cpms_id", "household_id", "household_row")
ASKED = "850105"


def write_seed(folder: Path) -> None:
    """Merge and export the rows that are copied."""
    files = folder / "files"
    files.mkdir()
    write_files(files, Drawn(CHILDREN, ROUNDS, 11, 1))
    store = ("--store", folder / "s.duckdb")
    for words in (("merge", "--jobs", "1", files, *store), ("export", "dataset", folder / "seed", *store)):
        assert measured(*words)["exit_code"] in (0, 1)


def copied(table: pa.Table, number: int, codes: list[str]) -> pa.Table:
    """The rows as other children, in other homes, in these subdistricts."""
    known = sorted(table[SUBDISTRICT].unique().to_pylist())
    places = pa.array([codes[known.index(code) % len(codes)] for code in known])
    place = pc.index_in(table[SUBDISTRICT], value_set=pa.array(known))
    for name in {SUBDISTRICT, *OF_WHOM} & set(table.column_names):
        other = pc.binary_join_element_wise(table[name], str(number), "-")
        column = places.take(place) if name == SUBDISTRICT else other
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def write_country(seed: Path, to: Path, provinces: list[str], copies: int) -> None:
    """Write the rows of these provinces, and the manifest."""
    manifest = read_manifest(seed)
    assert manifest is not None
    survey, label = load_survey(), label_of(manifest)
    partitions = []
    for place, province in enumerate(provinces):
        codes = sorted(code for code in survey.areas if len(code) == 6 and code.startswith(province))
        for partition in manifest.partitions:
            name, digests, rows = partition_name(province, partition.round), {}, 0
            homes = next(path for path in partition.further if path.startswith(HOUSEHOLDS))
            for source, path in (
                (partition.path, f"{name}/children.parquet"),
                (homes, f"{HOUSEHOLDS}/{name}/households.parquet"),
            ):
                table = pq.read_table(seed / source, partitioning=None)
                (to / path).parent.mkdir(parents=True, exist_ok=True)
                parts = [copied(table, place * copies + number, codes) for number in range(copies)]
                whole = pa.concat_tables(parts).replace_schema_metadata(label)
                pq.write_table(whole, to / path, compression="zstd")
                digests[path] = hashlib.sha256((to / path).read_bytes()).hexdigest()
                rows = rows or whole.num_rows
            (path, digest), further = next(iter(digests.items())), dict(list(digests.items())[1:])
            fresh = Partition(province, partition.round, path, rows, digest, "made", name, further)
            partitions.append(replace(fresh, unasked=partition.unasked, partly_unasked=partition.partly_unasked))
    (to / DEFINITION).write_bytes((seed / DEFINITION).read_bytes())
    write_manifest(to, replace(manifest, partitions=tuple(partitions)))


def apart(work: Callable[..., None], *arguments: object) -> None:
    """Do work in a process of its own: what it takes would count as memory of the processes that this one starts."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == 0


def measure(folder: Path, provinces: list[str], copies: int, memory: str) -> list[dict[str, object]]:
    """Print a line of JSON per step, and return them."""
    rows, scores = folder / f"rows{copies}", folder / f"scores{copies}"
    rows.mkdir()
    apart(write_country, folder / "seed", rows, provinces, copies)
    manifest = read_manifest(rows)
    assert manifest is not None
    limit = ("--dataset", rows, "--memory-limit", memory)
    kept = (*limit, "--scores", scores)
    steps: dict[str, tuple[object, ...]] = {
        "score --dataset": ("score", *limit, "-o", scores),
        "score --dataset again": ("score", *limit, "-o", scores),
        "community, of scores": ("community", ASKED, *kept),
        "community, worked out": ("community", ASKED, *limit),
        "province, of scores": ("province", ASKED[:2], *kept),
        "migration of a province, of scores": ("migration", "--area", ASKED[:2], *kept),
        "country, of scores": ("country", *kept),
    }
    lines = []
    for step, words in steps.items():
        line = {"rows": manifest.rows, "step": step, **measured(*words), "load": round(os.getloadavg()[0], 1)}
        lines.append(line)
        print(json.dumps(line), flush=True)
    print(json.dumps({"rows": manifest.rows, "rows_mb": size_of(rows), "scores_mb": size_of(scores)}), flush=True)
    return lines


def main() -> None:
    """Print a line of JSON per step and size, and how each step grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, action="append")
    parser.add_argument("--provinces", type=int, default=77)
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--folder", help="where the files are written for a while; else among the temporary ones")
    options = parser.parse_args()
    known = sorted(code for code in load_survey().areas if len(code) == 2)
    provinces = sorted({*known[: options.provinces - 1], ASKED[:2]})
    sizes = []
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        apart(write_seed, folder)
        for copies in options.copies or [1]:
            sizes.append(measure(folder, provinces, copies, options.memory))
    for first, last in zip(sizes[0], sizes[-1], strict=True):
        if len(sizes) > 1:
            growth = math.log(_number(last, "cpu") / _number(first, "cpu")) / math.log(
                _number(last, "rows") / _number(first, "rows")
            )
            print(json.dumps({"step": first["step"], "growth": round(float(np.float64(growth)), 2)}), flush=True)


def _number(line: dict[str, object], name: str) -> float:
    return float(str(line[name]))


if __name__ == "__main__":
    main()
