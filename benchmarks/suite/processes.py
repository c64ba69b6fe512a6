"""A side of a case, run in a process of its own, and what it cost."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Cost:
    """What one run cost: seconds of the processor and of the clock, GB of memory at the peak, bytes written.

    `work_cpu_s` and `work_wall_s` are those of the work alone, without starting Python and importing. `result` is what
    both sides of a case must agree in.
    """

    cpu_s: float
    wall_s: float
    work_cpu_s: float
    work_wall_s: float
    peak_gb: float
    written: int
    result: Any


def run_side(side: str, case: str, folder: Path, rows: int) -> Cost:
    """Run `ours` or `baselines` for a case, over the input in a folder; raises RuntimeError where it fails."""
    words = [sys.executable, str(FOLDER / f"{side}.py"), case, str(folder), str(rows)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDER.parent), str(FOLDER.parent.parent)])}
    begun = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        text = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    if process.returncode:
        raise RuntimeError(f"{case}, {side}, {rows} rows: exit code {process.returncode}")
    work = json.loads(text.splitlines()[-1])
    cpu = used.ru_utime + used.ru_stime
    return Cost(cpu, wall, work["cpu"], work["wall"], work["peak_gb"], work["written"], work["result"])


Side = Callable[[Path, int], tuple[Any, Path | None]]


def main_of(module: dict[str, Callable[[], Side]]) -> None:
    """Run one side in this process, and print what its work cost. `module` has a function for each case, by its name in
    small letters, which imports what the case needs before it begins.

    A side takes the folder of its input and the number of rows, and returns its result and what it wrote.
    """
    case, folder, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    side = module[re.sub(r"\W", "_", case.lower())]()
    cpu, wall = time.process_time(), time.perf_counter()
    result, written = side(folder, rows)
    costs = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    print(json.dumps({**costs, "peak_gb": _peak_gb(), "written": size_of(written), "result": result}))


def _peak_gb() -> float:
    """Return the peak of this process's memory.

    What the system counts for a process begins with the memory of the one that started it, so Linux is asked for the
    peak of the program itself where it can say so.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024 / 1e9
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e9 if sys.platform == "darwin" else peak * 1024 / 1e9


def size_of(path: Path | None) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    if path is None:
        return 0
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)
