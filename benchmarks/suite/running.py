"""`python -m benchmarks`: runs cases, prints a table of ratios, writes JSON, compares with an earlier run."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cases import CASES, COUNTRY, LARGE, MIDDLE, SMALL, Case
from drawn import DRAWN
from figures import figures_of, growth_of, table_of
from machine import describe_libraries, describe_machine
from processes import run_side

MOST_GROWTH = 1.1
_HELP = """Run cases beside their baselines, each side a process of its own, in turns; print medians as ratios.

A ratio of 2 says that ours takes twice the processor's seconds of the baseline. "Work" leaves out the start of Python
and imports. Growth is the slope of log(seconds) over log(rows) between the two largest sizes: 1 is linear."""


def main(words: list[str]) -> int:
    """Run; return 0, 1 where a case grows faster than linear by more than a tenth, or 2 for wrong use."""
    options = _options(words)
    earlier = json.loads(options.compare.read_text(encoding="utf-8")) if options.compare else None
    machine = describe_machine()
    if earlier and earlier["machine"] != machine:
        print(f"not compared: the earlier run was made on another machine: {earlier['machine']}", file=sys.stderr)
        return 2
    chosen = [case for case in CASES if not options.cases or case.name in options.cases]
    cases = [case for case in chosen if not case.needs or find_spec(case.needs)]
    left_out = {case.name: case.needs for case in chosen if case not in cases}
    for name, needs in left_out.items():
        print(f"{name}: left out, {needs} is not installed", file=sys.stderr)
    sizes = [*options.sizes, *([COUNTRY] if options.country else [])]
    measured = {case.name: _measure(case, sizes, options.runs) for case in cases}
    print(table_of(measured, {case.name: case.beside for case in cases}))
    growth = {name: growth_of(by_rows) for name, by_rows in measured.items()}
    made = {"machine": machine, "libraries": describe_libraries(), "runs": options.runs, "load": os.getloadavg()}
    if options.output:
        text = json.dumps({**made, "cases": measured, "growth": growth, "left_out": left_out}, indent=2)
        options.output.write_text(text + "\n", encoding="utf-8")
    if earlier:
        print(_compared(measured, earlier["cases"]))
    return int(any(slope is not None and slope > MOST_GROWTH for slope in growth.values()))


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [case.name for case in CASES]
    parser.add_argument("--sizes", type=int, nargs="+", default=[SMALL, MIDDLE, LARGE], help="rows of each input")
    parser.add_argument("--country", action="store_true", help=f"{COUNTRY:,} rows as well, where a case goes so far")
    parser.add_argument("--cases", nargs="+", choices=names, metavar="CASE", help=f"some of: {', '.join(names)}")
    parser.add_argument("--runs", type=int, default=3, help="runs of each side, of which the medians are taken")
    parser.add_argument("-o", "--output", type=Path, help="write all figures as JSON")
    parser.add_argument("--compare", type=Path, help="the JSON of an earlier run on this machine")
    return parser.parse_args(words)


def _measure(case: Case, sizes: list[int], runs: int) -> dict[int, dict[str, Any]]:
    """Return the figures of a case by rows: the sizes that it goes to, or its largest where all are larger."""
    chosen = [rows for rows in sizes if rows <= case.most] or [case.most]
    if case.draws == "nothing":
        chosen = chosen[:1]
    by_rows = {}
    for rows in chosen:
        with tempfile.TemporaryDirectory(prefix="cpms-benchmark-") as name:
            folder = Path(name)
            DRAWN[case.draws](folder, rows)
            costs = [
                {side: _run_alone(side, case.name, folder, rows) for side in ("ours", "baselines")} for _ in range(runs)
            ]
        by_rows[rows] = figures_of(costs)
        print(f"{case.name}, {rows:,} rows: {by_rows[rows]['ratio']}", file=sys.stderr, flush=True)
    return by_rows


def _run_alone(side: str, case: str, folder: Path, rows: int) -> Any:
    """Run a side, and take away what it wrote."""
    before = set(folder.iterdir())
    cost = run_side(side, case, folder, rows)
    for path in set(folder.iterdir()) - before:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return cost


def _compared(measured: dict[str, dict[int, Any]], earlier: dict[str, dict[str, Any]]) -> str:
    """Return a line for each case and size of both runs: the ratio then and now."""
    lines = [
        f"{name}, {rows:,} rows: work {earlier[name][str(rows)]['ratio']['work_cpu_s']} times the baseline before, "
        f"{figures['ratio']['work_cpu_s']} now"
        for name, by_rows in measured.items()
        for rows, figures in by_rows.items()
        if str(rows) in earlier.get(name, {})
    ]
    return "\n".join(lines)
