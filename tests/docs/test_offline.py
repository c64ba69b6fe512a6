"""Installing from a USB stick: built on a connected machine, installed with the index switched off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from run import python_of
from scripts.offline import SYSTEMS, requirements
from tests.conftest import ROOT, THOROUGH


def _run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="runs the script for Linux and macOS")
def test_a_folder_built_here_installs_with_no_index_and_works(tmp_path: Path) -> None:
    """With CPMS_THOROUGH=1 it is installed by its script and run; otherwise pip says what it would install from it."""
    stick, place = tmp_path / "usb stick", tmp_path / "place"
    built = _run(sys.executable, ROOT / "scripts" / "offline.py", stick)
    assert built.returncode == 0, built.stderr
    script = next(stick.glob("install.*"))
    assert "<h1>cpms</h1>" in (stick / "README.html").read_text("utf-8")
    alone = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_COMPILE": "1"}
    if not THOROUGH:
        # What the script would install, every wheel of it held against its hash, without unpacking 300 MB.
        command = re.search(r"-m (pip install .*) -r", script.read_text("utf-8"))
        assert command is not None
        words = (*command[1].split(), "--dry-run", "--ignore-installed", "-r", stick / "requirements.txt")
        done = _run(sys.executable, "-m", *words, **alone)
        assert done.returncode == 0, done.stderr
        assert re.search(r"Would install .*\bcpms-cli-", done.stdout)
        return
    done = _run("sh", script, place, **alone)
    assert done.returncode == 0, done.stderr
    cpms = python_of(place).parent / "cpms"
    checked = _run(cpms, "validate", stick / "sample_data" / "survey_2567.csv", CPMS_LANG="en")
    assert "292 can be stored" in checked.stdout


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    ran = _run(sys.executable, ROOT / "scripts" / "offline.py", tmp_path)
    assert ran.returncode != 0
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_each_system_gets_what_its_own_python_needs() -> None:
    lock = (
        "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:aa\n"
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:bb\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:cc\n"
        "rich==15.0.0 \\\n    --hash=sha256:dd\n"
    )
    assert list(requirements(lock, SYSTEMS["windows"], "3.11")) == [
        "colorama==0.4.6 \\\n    --hash=sha256:aa",
        "numpy==2.4.6 \\\n    --hash=sha256:bb",
        "rich==15.0.0 \\\n    --hash=sha256:dd",
    ]
    assert list(requirements(lock, SYSTEMS["macos"], "3.13")) == [
        "numpy==2.5.5 \\\n    --hash=sha256:cc",
        "rich==15.0.0 \\\n    --hash=sha256:dd",
    ]
