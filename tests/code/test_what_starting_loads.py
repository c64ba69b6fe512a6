"""Every command starts with `cli.main`, help and completion too: what only some of them need is loaded by these."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

HEAVY = {"pandas", "numpy", "pyarrow", "duckdb", "pydantic", "sqlglot", "rich", "openpyxl", "scipy"}


OF_WORKBOOKS = {"xlsxwriter", "openpyxl", "lxml"}


def loaded_by(*modules: str) -> set[str]:
    """What a process has loaded that imports these modules."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ran.stdout.split())


def test_starting_loads_no_engine_and_no_table() -> None:
    loaded = {name.partition(".")[0] for name in loaded_by("cpms_cli.cli.main")}
    assert {"cpms_cli", "typer"} <= loaded
    assert HEAVY & loaded == set()


def test_a_list_on_the_screen_loads_nothing_that_reads_or_writes_workbooks() -> None:
    lists = ("cpms_cli.reports.children.visits", "cpms_cli.reports.children.today")
    loaded = loaded_by(*lists, "cpms_cli.summaries.response.visits", "cpms_cli.summaries.today.today_list")
    assert set(lists) <= loaded
    assert OF_WORKBOOKS & loaded == set()
    assert [name for name in loaded if name.startswith(("cpms_cli.checking", "cpms_cli.reading"))] == []
