"""Which machine the figures are of: those of two machines are not compared."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("duckdb", "pandas", "pyarrow", "polars", "pandera", "splink", "python-calamine", "openpyxl", "XlsxWriter")
_NAME_OF_PROCESSOR = Path("/proc/cpuinfo")


def describe_machine() -> dict[str, str]:
    """Return what must be the same where figures of two runs are compared."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
    }


def describe_libraries() -> dict[str, str]:
    """Return the versions of the libraries that are measured or measured against."""
    versions = {}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def _processor() -> str:
    if _NAME_OF_PROCESSOR.exists():
        lines = _NAME_OF_PROCESSOR.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        return names[0] if names else platform.processor()
    return platform.processor()
