"""No module imports itself by way of others, not even from within a function: each can be read after what it needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.conftest import ROOT


def _names(source: str) -> Iterator[str]:
    """Every module that is imported anywhere in a module, also for its types alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _circle(sources: Mapping[str, str]) -> list[str]:
    """The modules of a circle, in the order in which they are imported; none where there is no circle."""
    imports = {name: {*_names(source)} & sources.keys() - {name} for name, source in sources.items()}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        return [str(name) for name in circle.args[1]]
    return []


@pytest.mark.parametrize(
    ("bottom", "circle"),
    [
        ("import json", set()),
        ("def read():\n    from house.roof import tiles", {"house.roof", "house.wall"}),
        ("from house import roof", {"house.roof", "house.wall"}),
    ],
)
def test_a_circle_is_seen_however_it_is_imported(bottom: str, circle: set[str]) -> None:
    assert {*_circle({"house.roof": "from house.wall import top", "house.wall": bottom})} == circle


def test_no_module_of_the_package_is_in_a_circle() -> None:
    sources = {}
    for path in (ROOT / "cpms_cli").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        sources[name] = path.read_text("utf-8")
    assert _circle(sources) == []
