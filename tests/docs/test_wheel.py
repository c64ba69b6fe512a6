"""Installed as a wheel in an environment of its own, away from the checkout, everything works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from run import python_of
from tests.conftest import ROOT, THOROUGH


def _run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with nothing in its environment that leads to the checkout."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "CPMS_LANG": "en", "PYTHONIOENCODING": "utf-8"},
    )


def _install(folder: Path) -> Path:
    """Install the project's wheel into a new environment that borrows only the packages of this one; return its Python.

    A line of a `.pth` file adds a folder to the path, but does not read the `.pth` files in that folder: the checkout,
    which is installed there to be edited, is not found through it.
    """
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    built = _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, folder=folder)
    assert built.returncode == 0, built.stderr
    place = folder / "environment"
    venv.create(place, with_pip=False)
    python = python_of(place)
    wheel = next(folder.glob("cpms_cli-*.whl"))
    installed = _run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, folder=folder)
    assert installed.returncode == 0, installed.stderr
    borrowed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    packages = next(place.rglob("site-packages"))
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n", "utf-8")
    return python


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _install(tmp_path_factory.mktemp("wheel"))


# With CPMS_THOROUGH=1 the longer list runs: each command costs seconds.
SHORT = {
    "files": "samples practice --subdistrict 850302 --children 20 --seed 7 --clean",
    "store": "merge practice/survey_2567.csv --store cpms.duckdb",
    "plan": "plan community 850302 -o plan.docx --store cpms.duckdb",
}
LONG = {
    "demo": "demo --lang th",
    "sound": "doctor",
    "definition": "schema check",
    **SHORT,
    "report": "report community 850302 -o report.html --store cpms.duckdb",
    "form": "template -o form.xlsx --round 2570",
}


def test_the_wheel_is_what_runs_and_every_file_of_the_product_is_in_it(installed: Path, tmp_path: Path) -> None:
    script = "import cpms_cli, json, sys; print(json.dumps([cpms_cli.__file__, *sys.path]))"
    module, *paths = json.loads(_run(installed, "-c", script, folder=tmp_path).stdout)
    assert Path(module).is_relative_to(installed.parent.parent)
    assert not [path for path in paths if path and Path(path).resolve() == ROOT]
    for folder, shipped in (("cpms_cli", "."), ("schemas", "schemas"), ("sample_data", "sample_data")):
        names = [path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*.*") if path.suffix != ".pyc"]
        assert [name for name in names if not (Path(module).parent / shipped / name).exists()] == []


def test_the_commands_run_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """The definition, areas, messages, linking, scoring and documents, with nothing of the checkout at hand."""
    cpms = installed.parent / "cpms"
    steps = LONG if THOROUGH else SHORT
    outcomes = {name: _run(cpms, *words.split(), folder=tmp_path) for name, words in steps.items()}
    assert {name: ran.stderr for name, ran in outcomes.items() if ran.returncode not in (0, 1)} == {}
    assert [name for name, ran in outcomes.items() if "Traceback" in ran.stderr] == []
    assert "20 rows in = 20 stored" in outcomes["store"].stdout
    assert (tmp_path / "plan.docx").stat().st_size > 10_000
