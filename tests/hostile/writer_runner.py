"""Several commands at once, each a fork of this process, with delays where a store is opened, committed and moved.

Give it a JSON object a line: `runs` (a list of command lines, the name of an account before each), `delay` (seconds at
most), `seed`; it answers with the exit code and the error text of each.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pandera.pandas
import pyarrow.csv
import python_calamine

import cpms_cli.store.access.connection
import cpms_cli.store.file
from cpms_cli import load_survey
from cpms_cli.checking.rows.row_rules import rule_groups
from cpms_cli.cli.main import main
from cpms_cli.merging.merge import merge  # noqa: F401
from cpms_cli.store.safety.copies import compact  # noqa: F401


def slowed(target: Any, name: str, pause: Callable[[], None]) -> None:
    """Put a pause before and after each call of a function."""
    plain = getattr(target, name)

    def slow(*given: Any, **named: Any) -> Any:
        pause()
        result = plain(*given, **named)
        pause()
        return result

    setattr(target, name, slow)


def child(words: list[str], delay: float, seed: int, errors: Path) -> None:
    """The command as the command line would run it, slowed down; never returns."""
    dice = random.Random(seed)

    def pause() -> None:
        time.sleep(dice.random() * delay)

    for target, names in (
        (os, ("fsync", "replace", "rename", "link", "unlink")),
        (duckdb, ("connect",)),
        (Path, ("replace", "unlink", "hardlink_to")),
        (shutil, ("copyfile",)),
        # Right before and right after a commit: the engine writes out of Python's sight.
        (cpms_cli.store.access.connection, ("mark_of", "write_log_in")),
    ):
        for name in names:
            slowed(target, name, pause)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
    os.environ["LOGNAME"], sys.argv = words[0], ["cpms", *words[1:]]
    code = 70
    try:
        main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stderr.flush()
        os._exit(code)


def run(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Exit code (negative for a signal) and error text of each command."""
    with tempfile.TemporaryDirectory() as folder:
        started = []
        for number, words in enumerate(request["runs"]):
            errors = Path(folder) / str(number)
            pid = os.fork()
            if pid == 0:
                child(words, request["delay"], request["seed"] * 100 + number, errors)
            started.append((pid, errors))
        ends = [(os.waitpid(pid, 0)[1], errors) for pid, errors in started]
        return [
            {"code": os.waitstatus_to_exitcode(status), "err": errors.read_text("utf-8") if errors.exists() else ""}
            for status, errors in ends
        ]


if __name__ == "__main__":
    assert duckdb and pandas and pyarrow and python_calamine
    # What each run would load anew and every run has alike; neither starts a thread.
    rule_groups(load_survey())
    pandera.pandas.SeriesSchema(str).validate(pandas.Series(["a"]))
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
