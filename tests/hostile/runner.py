"""Runs `cpms` once for each line it is given, in a process of its own, and tells how that process ended.

Starting Python and importing the parts anew would cost two seconds a file: here they are imported once, before any
thread runs, and each run is a fork. Give it a JSON list of words a line; it answers with a JSON object a line.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import duckdb
import pandas
import pandera.pandas
import pyarrow.csv
import python_calamine  # noqa: F401

import cpms_cli.merging.merge  # noqa: F401
from cpms_cli import load_survey
from cpms_cli.checking.rows.row_rules import rule_groups
from cpms_cli.cli.main import main

SECONDS, MEMORY = 30, 8_000_000_000


def child(words: list[str], folder: Path) -> None:
    """The run itself; never returns."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(SECONDS)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["cpms", *words]
    code = 70
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(words: list[str], folder: Path) -> dict[str, object]:
    """Exit code (negative for a signal), error text, seconds and peak memory in bytes."""
    begun = time.monotonic()
    number = os.fork()
    if number == 0:
        child(words, folder)
    _, status, used = os.wait4(number, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "err": (folder / "err").read_text("utf-8", "replace"),
        "out": (folder / "out").read_text("utf-8", "replace"),
        "seconds": time.monotonic() - begun,
        "memory": used.ru_maxrss * 1024,
    }


if __name__ == "__main__":
    assert duckdb and pandas and pyarrow
    # What each run would load anew and every run has alike; neither starts a thread.
    rule_groups(load_survey())
    pandera.pandas.SeriesSchema(str).validate(pandas.Series(["a"]))
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), Path(sys.argv[1]))), flush=True)
