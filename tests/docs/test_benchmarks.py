"""The benchmarks run: both sides of a case find the same, and figures of two machines are not compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def _run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


def test_a_case_is_measured_beside_its_baseline_and_compared_on_one_machine_only(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    ran = _run("--sizes", 60, "--runs", 1, "--cases", "score", "read XLSX", "-o", figures)
    assert (ran.returncode, ran.stdout.splitlines()[0].split()[:3]) == (0, ["case", "rows", "beside"]), ran.stderr
    made = json.loads(figures.read_text(encoding="utf-8"))
    assert set(made["cases"]) == {"score", "read XLSX"}
    for by_rows in made["cases"].values():
        assert by_rows["60"]["ours"]["cpu_s"] > 0
        assert by_rows["60"]["baselines"]["peak_gb"] > 0

    made["machine"]["cores"] = "64"
    figures.write_text(json.dumps(made), encoding="utf-8")
    refused = _run("--cases", "score", "--compare", figures)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "another machine" in refused.stderr
