"""`cpms` as a process of its own, with bounds on its memory and time; and the sample rounds in small, for what merges
them often."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import merge
from tests.conftest import ROOT, ROUNDS

Run = Callable[..., dict[str, Any]]
ROWS = 50


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("runner")
    surroundings = {**os.environ, "CPMS_LANG": "en", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        (sys.executable, "-m", "tests.hostile.runner", str(folder)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=surroundings,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask(*words: object) -> dict[str, Any]:
            process.stdin.write(json.dumps([str(word) for word in words]) + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            answer: dict[str, Any] = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            return answer

        yield ask
        process.stdin.close()


@pytest.fixture(scope="session")
def small_rounds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The first rows of each sample round, with rows that must be set aside among them."""
    folder = tmp_path_factory.mktemp("small")
    parts = [folder / path.name for path in ROUNDS]
    for path, part in zip(ROUNDS, parts, strict=True):
        if path.suffix == ".csv":
            part.write_text("".join(path.read_text("utf-8-sig").splitlines(keepends=True)[: ROWS + 1]), "utf-8")
            continue
        sheets = pd.read_excel(path, sheet_name=None, dtype=str, engine="calamine")
        with pd.ExcelWriter(part, engine="xlsxwriter") as book:
            for name, sheet in sheets.items():
                sheet.head(ROWS).to_excel(book, sheet_name=name, index=False)
    return parts


@pytest.fixture(scope="session")
def small_store(small_rounds: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the first of the small rounds; tests that write must copy it."""
    store = tmp_path_factory.mktemp("small-store") / "s.duckdb"
    merge([small_rounds[0]], store)
    return store
