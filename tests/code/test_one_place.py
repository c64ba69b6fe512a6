"""What has one place in the code stands nowhere else: where a workbook begins, and where a key comes from."""

from __future__ import annotations

import ast

import pytest

from tests.conftest import ROOT

MODULES = sorted((ROOT / "cpms_cli").rglob("*.py"))


def _calls(source: str, wanted: str) -> bool:
    """Whether something of this dotted name is called, under whatever name it was imported."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return any(_dotted(node.func, names) == wanted for node in ast.walk(tree) if isinstance(node, ast.Call))


def _dotted(node: ast.AST, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize(
    ("source", "called"),
    [
        ("import xlsxwriter\nxlsxwriter.Workbook(b)", True),
        ("import xlsxwriter as x\nwith x.Workbook(b) as book: pass", True),
        ("from xlsxwriter import Workbook as Book\nBook(b)", True),
        ("import xlsxwriter\ndef fill(book: xlsxwriter.Workbook): pass", False),
        ("import openpyxl\nopenpyxl.Workbook()", False),
    ],
)
def test_a_call_is_seen_under_every_name(source: str, called: bool) -> None:
    assert _calls(source, "xlsxwriter.Workbook") is called


def test_every_workbook_begins_in_one_place() -> None:
    """Elsewhere, the options by which text is never a formula could be forgotten."""
    places = [path for path in MODULES if _calls(path.read_text("utf-8"), "xlsxwriter.Workbook")]
    assert [path.relative_to(ROOT / "cpms_cli").as_posix() for path in places] == ["writing/new_workbook.py"]


def test_nothing_is_passed_through_the_environment() -> None:
    """What one function tells another is an argument; the environment is read, and never written."""
    written = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else []
            written += [
                f"{path.name}:{target.lineno}"
                for target in targets
                if isinstance(target, ast.Subscript) and ast.unparse(target.value) == "os.environ"
            ]
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("os.environ.", "os.putenv")):
                named = ast.unparse(node.func).rsplit(".", 1)[-1]
                written += [f"{path.name}:{node.lineno}"] if named in ("update", "setdefault", "pop", "putenv") else []
    assert written == []
