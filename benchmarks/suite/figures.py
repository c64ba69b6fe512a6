"""Medians, ratios and growth of what runs cost, as a table and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import pandas as pd
from processes import Cost

FIGURES = ("cpu_s", "wall_s", "work_cpu_s", "work_wall_s")


def figures_of(runs: Sequence[Mapping[str, Cost]]) -> dict[str, Any]:
    """Return medians of each side and their ratios; raises ValueError where the sides found other things."""
    results = {side: cost.result for side, cost in runs[0].items()}
    if results["ours"] != results["baselines"] and None not in results.values():
        raise ValueError(f"the sides differ: {results}")
    sides = {
        side: {
            **{name: round(median(getattr(run[side], name) for run in runs), 3) for name in FIGURES},
            "peak_gb": round(max(run[side].peak_gb for run in runs), 3),
            "written": runs[0][side].written,
        }
        for side in ("ours", "baselines")
    }
    ratios = {name: _ratio(sides["ours"][name], sides["baselines"][name]) for name in (*FIGURES, "peak_gb", "written")}
    return {**sides, "ratio": ratios}


def _ratio(ours: float, baseline: float) -> float | None:
    return round(ours / baseline, 2) if baseline else None


def growth_of(by_rows: Mapping[int, Mapping[str, Any]]) -> float | None:
    """Return the slope of log(CPU seconds of the work) over log(rows) between the two largest sizes; 1 is linear.

    None where there is one size, or where the work is too short to be measured.
    """
    sizes = sorted(by_rows)[-2:]
    seconds = [by_rows[rows]["ours"]["work_cpu_s"] for rows in sizes]
    if len(sizes) < 2 or min(seconds) <= 0:
        return None
    return round(math.log(seconds[1] / seconds[0]) / math.log(sizes[1] / sizes[0]), 2)


def table_of(cases: Mapping[str, Mapping[int, Mapping[str, Any]]], against: Mapping[str, str]) -> str:
    """Return the figures as a table for the terminal: a line for each case and size."""
    rows = [
        {
            "case": case,
            "rows": f"{size:,}",
            "beside": against[case],
            "CPU s": figures["ours"]["cpu_s"],
            "ratio": figures["ratio"]["cpu_s"],
            "work CPU s": figures["ours"]["work_cpu_s"],
            "ratio of work": figures["ratio"]["work_cpu_s"],
            "GB": figures["ours"]["peak_gb"],
            "MB written": round(figures["ours"]["written"] / 1e6, 2),
            "growth": growth_of(by_rows) if size == max(by_rows) else None,
        }
        for case, by_rows in cases.items()
        for size, figures in by_rows.items()
    ]
    return pd.DataFrame(rows).astype("object").fillna("").to_string(index=False)
