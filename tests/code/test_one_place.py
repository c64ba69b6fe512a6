"""What has one place in the code stands nowhere else: where a workbook begins, where a
key comes from, and which day it is."""

from __future__ import annotations

import ast
import datetime
import time

import pytest

from cpms_cli.survey.country_time import country_today
from tests.conftest import ROOT

MODULES = sorted((ROOT / "cpms_cli").rglob("*.py"))


def _calls(source: str, *wanted: str) -> bool:
    """Whether something of one of these dotted names is called, under whatever name it was imported."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return any(_dotted(node.func, names) in wanted for node in ast.walk(tree) if isinstance(node, ast.Call))


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
    assert [path.relative_to(ROOT / "cpms_cli").as_posix() for path in places] == ["writing/workbooks/new_workbook.py"]


def test_which_day_it_is_is_asked_in_one_place() -> None:
    """A list of the day and a check of dates agree, also at two in the morning and on a server in another zone."""
    asked = ("datetime.date.today", "date.today", "datetime.datetime.today", "time.localtime", "pandas.Timestamp.today")
    assert [path.name for path in MODULES if _calls(path.read_text("utf-8"), *asked)] == []


def _in_ranong() -> datetime.date:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=7)).date()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes its time zone from the system alone")
@pytest.mark.parametrize("zone", ["Etc/GMT+12", "UTC", "Etc/GMT-14"])
def test_the_day_is_the_countrys_in_every_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of these zones are never on the same day."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        first, day, last = _in_ranong(), country_today(), _in_ranong()
        assert first <= day <= last
    time.tzset()


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
