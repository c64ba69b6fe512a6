"""An office of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Cpms
from tests.office.runs import NewOffice


@pytest.fixture
def office(cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewOffice:
    """Makes an office in which this test then is: with these options, and these lines in the place of `[run]`."""
    for name in ("CPMS_STORE", "CPMS_ROUND"):
        monkeypatch.delenv(name, raising=False)

    def make(*options: str, run: str = 'steps = ["merge"]') -> Path:
        folder = tmp_path / "bang rin"
        assert cpms("init", folder, "--area", "850105", "--lang", "en", *options).code == 0
        settings = folder / "cpms.toml"
        settings.write_text(f"{settings.read_text('utf-8').partition('[run]')[0]}[run]\n{run}\n", "utf-8")
        monkeypatch.chdir(folder)
        return folder

    return make
