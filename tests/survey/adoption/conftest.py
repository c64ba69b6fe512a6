"""A store of one round, and a folder with a definition of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import merge
from tests.conftest import Draw, MakeOnce
from tests.definitions import copy_definition


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """One child of the round 2569, who smokes; its home is the example's."""
    first = draw({"tobacco": "yes"}, name="first.csv")
    return once(lambda path: merge([first], path))
