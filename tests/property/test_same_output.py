"""The same input gives the same bytes: another hash seed, locale, time zone and number of threads change nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, ROUNDS

SCRIPT = """
import sys
from cpms_cli.cli.main import main
store, *files = sys.argv[1:]
for words in (
    ["validate", *files, "--format", "json", "--lang", "en"],
    ["validate", files[0], "--lang", "th"],
    ["score", "--store", store, "--format", "csv", "--lang", "en"],
    ["children", "--store", store, "--format", "json", "--lang", "th"],
    ["province", "85", "--store", store, "--format", "json", "--lang", "en"],
    ["community", "850105", "--store", store, "--lang", "th"],
):
    sys.argv = ["cpms", *words]
    try:
        main()
    except SystemExit:
        pass
"""


def _printed(store: Path, **environment: str) -> bytes:
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", SCRIPT, store, *ROUNDS],
        cwd=ROOT,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    return ran.stdout


def test_the_environment_changes_nothing(sample_store: Path) -> None:
    first = _printed(sample_store, PYTHONHASHSEED="1", LC_ALL="C", TZ="UTC", OMP_NUM_THREADS="1")
    other = _printed(sample_store, PYTHONHASHSEED="77", LC_ALL="th_TH.UTF-8", TZ="Asia/Bangkok", OMP_NUM_THREADS="4")
    assert len(first) > 100_000
    assert first == other
