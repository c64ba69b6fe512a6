"""Commands in a process that is killed: at a moment of its life, or by a disk that is full.

The parts are imported once, and each command is a fork. Give it a JSON object a line: `files` to be merged and the
`store`, or the `words` of another command, and `kill_after` (seconds) or `most_bytes` (the largest file the process may
write); it answers how the process ended, and when.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time

import duckdb
import pandas
import pandera.pandas
import pyarrow.csv
import python_calamine  # noqa: F401

from cpms_cli import load_survey
from cpms_cli.checking.rows.row_rules import rule_groups
from cpms_cli.cli.main import main
from cpms_cli.merging.merge import merge  # noqa: F401


def child(request: dict[str, object]) -> None:
    """The command itself, as the command line would run it; never returns."""
    os.setpgid(0, 0)
    if most := request.get("most_bytes"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(str(most)), int(str(most))))
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    merged = ["merge", *request.get("files", ()), "--store", request.get("store")]  # type: ignore[misc]
    sys.argv = ["cpms", *map(str, request.get("words") or merged)]  # type: ignore[call-overload]
    code = 70
    try:
        main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)


def run(request: dict[str, object]) -> dict[str, object]:
    """Exit code (negative for a signal) and seconds."""
    begun = time.monotonic()
    number = os.fork()
    if number == 0:
        child(request)
    after = request.get("kill_after")
    if after is not None:
        time.sleep(float(str(after)))
        os.kill(number, signal.SIGKILL)
    _, status = os.waitpid(number, 0)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - begun}


if __name__ == "__main__":
    assert duckdb and pandas and pyarrow
    # What each run would load anew and every run has alike; neither starts a thread.
    rule_groups(load_survey())
    pandera.pandas.SeriesSchema(str).validate(pandas.Series(["a"]))
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)
