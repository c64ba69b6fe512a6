"""One run of ours: `validate` over the file, column rules only or everything; prints time, peak and bad cells."""

from __future__ import annotations

import json
import resource
import sys
import time

from cpms_cli import load_survey, validate


def report(begun: float, bad_cells: int) -> None:
    """Print what the benchmark compares: seconds of work, peak memory in GB, bad cells named."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"work_s": time.perf_counter() - begun, "peak_gb": peak, "bad_cells": bad_cells}))


def count_bad_cells(path: str, full: bool) -> int:
    """Read, check, name every bad cell, and count them."""
    findings = validate([path], columns_only=not full).findings
    of_columns = findings["check"].isin(list(load_survey().column_checks))
    return len(findings.loc[of_columns, ["row", "column"]].drop_duplicates())


def main(path: str, full: bool) -> None:
    """Count and print."""
    begun = time.perf_counter()
    report(begun, count_bad_cells(path, full))


if __name__ == "__main__":
    main(sys.argv[1], "--full" in sys.argv)
