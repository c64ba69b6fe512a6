"""`cpms` as a process of its own, with bounds on its memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import ROOT

Run = Callable[..., dict[str, Any]]


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
