"""Every command starts with `cli.main`, help and completion too: what only some of them need is loaded by these."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

HEAVY = {"pandas", "numpy", "pyarrow", "duckdb", "pydantic", "sqlglot", "rich", "openpyxl", "scipy"}


def test_starting_loads_no_engine_and_no_table() -> None:
    code = "import sys, cpms_cli.cli.main; print(*{name.partition('.')[0] for name in sys.modules})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(ran.stdout.split())
    assert {"cpms_cli", "typer"} <= loaded
    assert HEAVY & loaded == set()
