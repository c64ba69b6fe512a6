"""The page on Python is true and whole: its examples run, and no public function is missing."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import cpms_cli
from tests.conftest import SAMPLES
from tests.docs.pages import DOCS

PAGE, THAI = DOCS / "python.md", DOCS / "python.th.md"
_AS_SHOWN = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF


def _code(page: Path) -> str:
    """The examples of a page, each block of code after the other, and nothing else."""
    return "\n".join(re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))


def _asked(page: Path) -> Iterator[str]:
    """The names that the examples call, and the errors that they catch."""
    for example in doctest.DocTestParser().get_examples(_code(page)):
        for node in ast.walk(ast.parse(example.source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name):
                yield node.type.id


def test_every_public_function_has_an_example_on_the_page() -> None:
    assert len(cpms_cli.__all__) > 80
    assert sorted({*cpms_cli.__all__} - {*_asked(PAGE)}) == []


def test_the_examples_give_what_stands_under_them(
    sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SAMPLES, tmp_path / "sample_data")
    shutil.copy(sample_store, tmp_path / "cpms.duckdb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CPMS_LANG", "en")
    for key in ("CPMS_KEY", "CPMS_BUNDLE_KEY"):  # which the page sets: what was there comes back at the end
        monkeypatch.setenv(key, "")
        monkeypatch.delenv(key)
    examples = doctest.DocTestParser().get_doctest(_code(PAGE), {}, PAGE.name, str(PAGE), 0)
    assert len(examples.examples) > len(cpms_cli.__all__)
    with pd.option_context("display.width", None):  # which the page sets
        failed = doctest.DocTestRunner(optionflags=_AS_SHOWN, verbose=False).run(examples).failed
    assert failed == 0, capsys.readouterr().out


def test_the_thai_page_has_the_same_examples() -> None:
    assert _code(THAI) == _code(PAGE)
    assert "[English](python.md)" in THAI.read_text("utf-8")
    assert "[ภาษาไทย](python.th.md)" in PAGE.read_text("utf-8")
    prose = re.sub(r"^```.*?^```", "", THAI.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    paragraphs = [part for part in prose.split("\n\n") if part.strip() and not part.startswith("[English]")]
    assert [part for part in paragraphs if not re.search("[\u0e01-\u0e5b]", part)] == []
