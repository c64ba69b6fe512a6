"""What Apache Spark needs beside this program: pyspark, and a Java of the system that fits it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata

LOWEST, FITTING = 17, "17, 21 or 25"
"""The lowest version of Java that Spark 4 runs on, and those that it is tested with."""
_VERSION = re.compile(r'version "(?:1\.)?(?P<major>\d+)[^"]*"')
_SECONDS = 30


@dataclass(frozen=True)
class Java:
    """The Java that Spark would take: its program, and its version, None where it does not say."""

    program: str
    version: int | None

    @property
    def fits(self) -> bool:
        """Whether Spark runs on it."""
        return self.version is not None and self.version >= LOWEST

    @property
    def shown(self) -> str:
        """Return it in a few words."""
        return f"Java {self.version or '?'} ({self.program})"


def installed_java() -> Java | None:
    """Return the Java that Spark would take: that of JAVA_HOME, else the first on the path."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=os.path.join(home, "bin")) if home else shutil.which("java")  # noqa: PTH118
    if program is None:
        return None
    try:
        ran = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return Java(program, None)
    version = _VERSION.search(ran.stderr + ran.stdout)
    return Java(program, int(version["major"]) if version else None)


def installed_pyspark() -> str | None:
    """Return the version of pyspark that is installed; None where there is none."""
    try:
        return metadata.version("pyspark")
    except metadata.PackageNotFoundError:
        return None
