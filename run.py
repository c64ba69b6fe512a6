"""Sets everything up on a fresh machine and runs it: `python run.py demo`, `python run.py test`.

Needs Python 3.11 or newer and nothing else. Outside a virtual environment it makes one in `.venv`, so that a system
Python that refuses installations (PEP 668) is left alone; versions and hashes come from the requirements files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
RUN, TEST, SPARK = "run", "test", "spark"


def python_of(environment: Path) -> Path:
    """The interpreter inside a virtual environment, on Windows and elsewhere."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def call(*command: str | Path) -> None:
    """Run a command in the checkout; on failure end with its exit code."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def environment() -> Path:
    """The interpreter to use: the active environment's, or that of `.venv`, made if it is missing."""
    if sys.prefix != sys.base_prefix:
        return Path(sys.executable)
    place = ROOT / ".venv"
    python = python_of(place)
    if not python.exists():
        print(f"Making a virtual environment in {place.name}", file=sys.stderr)
        try:
            venv.create(place, with_pip=True, clear=True)
        except subprocess.CalledProcessError:
            # Debian leaves ensurepip out of its Python unless python3-venv is installed; its pip can still fill one.
            shutil.rmtree(place, ignore_errors=True)
            venv.create(place, with_pip=False)
            call(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip")
    return python


def install(python: Path, requirements: str) -> None:
    """Install locked versions and the project, once for each state of the lock file."""
    lock = ROOT / "requirements" / f"{requirements}.txt"
    stamp = python.parent.parent / f".cpms-{lock.stem}"
    state = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return
    print(f"Installing requirements/{requirements}.txt", file=sys.stderr)
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    call(*pip, "--require-hashes", "-r", lock)
    call(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    stamp.write_text(state, encoding="utf-8")


def install_spark(python: Path) -> None:
    """Install pyspark, half a gigabyte, where there is a Java that it runs on; else its tests are skipped."""
    from cpms_cli.java import FITTING, installed_java  # noqa: PLC0415 - needs a Python that was looked at

    java = installed_java()
    if java is not None and java.fits:
        try:
            install(python, SPARK)
        except SystemExit:
            print("Tests of Spark are skipped: pyspark could not be installed", file=sys.stderr)
    else:
        kind = java.shown if java else "no Java"
        print(f"Tests of Spark are skipped: they need Java {FITTING}, and there is {kind}", file=sys.stderr)


def test(python: Path, selected: list[str]) -> None:
    """Run every check of the project, or only the tests that are selected, as pytest names them."""
    # Hundreds of tests start cpms as a process: each would compile the whole package again, and so would each worker.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Dealt out one by one, tests of one module would make the stores they share in both workers.
    run_tests = (python, "-m", "pytest", "-n", "auto", "--dist", "worksteal", "-rs")
    if selected:
        call(*run_tests, *selected)
        return
    call(python, "-m", "ruff", "check", ".")
    call(python, "-m", "ruff", "format", "--check", "--quiet", ".")
    call(python, "-m", "mypy")
    call(python.parent / "lint-imports", "--no-cache")
    call(*run_tests)


def main() -> None:
    """Run `demo` (or any cpms command), `test`, `offline`, `docs`, `pictures` or `messages` (the Thai catalogue)."""
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit("cpms needs Python 3.11 or newer")
    command, *words = sys.argv[1:] or ["demo"]
    python = environment()
    install(python, TEST if command in {"test", "messages", "pictures"} else RUN)
    match command:
        case "test":
            install_spark(python)
            test(python, words)
        case "offline":
            paths = (word if word.startswith("-") else Path.cwd() / word for word in words)
            call(python, ROOT / "scripts" / "offline.py", *paths)
        case "docs":
            call(python, ROOT / "scripts" / "reference.py", *words)
        case "messages":
            call(python, ROOT / "scripts" / "catalogue.py")
        case "pictures":
            call(python, ROOT / "scripts" / "pictures.py", *words)
        case _:
            call(python, "-m", "cpms_cli", command, *words)


if __name__ == "__main__":
    main()
