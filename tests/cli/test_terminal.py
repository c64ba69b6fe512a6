"""In a terminal: long lists go to the pager, levels have colours, `--open` opens what was written; not in a pipe."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from cpms_cli import merge
from cpms_cli.ooxml.sheet_naming import sheet_name
from cpms_cli.reports.terminal import Layout, show_table
from tests.conftest import ROOT, Cpms, made_once, write_drawn

LINES = 12
AtTerminal = Callable[..., str]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    """Twenty homes with a child each; the first child is a victim."""

    def make(path: Path) -> None:
        rows = [
            {"household_no": str(home), "violence_physical": "yes" if home == 1 else "no", "left_alone": "no"}
            for home in range(1, 21)
        ]
        merge([write_drawn(path.with_name("a.csv"), base, rows)], path)

    return made_once(tmp_path_factory, "terminal", make)


@pytest.fixture
def at_terminal(tmp_path: Path) -> AtTerminal:
    """Run cpms in a terminal of its own, twelve lines high; return what stands on it."""

    def run(*args: object, language: str = "en", code: int = 0, **variables: str) -> str:
        inner, outer = pty.openpty()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        environment = {
            **kept,
            "TERM": "xterm",
            "COLUMNS": "80",
            "LINES": str(LINES),
            "CPMS_LANG": language,
            **variables,
        }
        command = [sys.executable, "-m", "cpms_cli", *map(str, args)]
        with subprocess.Popen(command, stdin=outer, stdout=outer, stderr=outer, env=environment, cwd=ROOT) as process:
            os.close(outer)
            seen = b""
            while True:
                try:
                    part = os.read(inner, 65536)
                except OSError:  # the other end is closed
                    break
                if not part:
                    break
                seen += part
        os.close(inner)
        assert process.returncode == code, seen
        return seen.decode(errors="replace")

    return run


def _pager(folder: Path) -> Path:
    """A pager that keeps what it is shown."""
    program = folder / "turn_pages"
    program.write_text(f'#!/bin/sh\necho "pager was here"\ncat > "{folder}/shown"\n')
    program.chmod(0o755)
    return program


def test_what_is_longer_than_the_window_goes_to_the_pager(at_terminal: AtTerminal, store: Path, tmp_path: Path) -> None:
    listed = at_terminal("children", "--store", store, PAGER=str(_pager(tmp_path)))
    shown = (tmp_path / "shown").read_text("utf-8")
    assert "pager was here" in listed
    assert "Victim" not in listed and "Victim" in shown
    assert shown.count("\n") > LINES
    assert "\x1b[1;31mVictim" in shown, "in colour, as in the window"


@pytest.mark.parametrize(
    ("args", "variables"),
    [
        (("--no-pager", "children"), {}),
        (("children", "--no-pager"), {}),
        (("children",), {"CPMS_PAGER": "cat"}),
        (("children",), {"CPMS_PAGER": ""}),
        (("children", "--risk", "victim"), {}),  # short enough
    ],
)
def test_nobody_has_to_have_a_pager(
    at_terminal: AtTerminal, store: Path, tmp_path: Path, args: tuple[str, ...], variables: dict[str, str]
) -> None:
    seen = at_terminal(*args, "--store", store, **{"PAGER": str(_pager(tmp_path)), **variables})
    assert "Victim" in seen and "pager was here" not in seen


def test_a_pipe_has_neither_pager_nor_colour(store: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cpms_cli", "children", "--store", str(store)]
    environment = {**os.environ, "CPMS_LANG": "en", "PAGER": str(_pager(tmp_path)), "LINES": "3", "TERM": "xterm"}
    piped = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=True).stdout
    assert "Victim" in piped and "\x1b" not in piped and "pager was here" not in piped


def test_a_level_is_said_in_words_and_in_a_colour(at_terminal: AtTerminal, store: Path) -> None:
    coloured = at_terminal("--no-pager", "children", "--risk", "victim", "--store", store)
    assert "\x1b[1;31mVictim" in coloured
    for plain in (
        at_terminal("--no-color", "children", "--risk", "victim", "--store", store),
        at_terminal("children", "--risk", "victim", "--store", store, NO_COLOR="1"),
    ):
        assert "Victim" in plain and "\x1b[1;31m" not in plain and "\x1b[31" not in plain


def test_a_terminal_of_an_old_code_page_shows_thai(at_terminal: AtTerminal, store: Path, tmp_path: Path) -> None:
    pager = _pager(tmp_path)
    at_terminal("children", "--store", store, language="th", PAGER=str(pager), PYTHONIOENCODING="cp874")
    assert "ผู้ถูกกระทำ" in (tmp_path / "shown").read_text("cp874")


@pytest.mark.parametrize("encoding", ["cp874", "utf-8"])
def test_letters_that_a_window_cannot_show_are_is_said(encoding: str) -> None:
    """A Burmese name stood as question marks in a Thai window, and nothing said that it is none."""
    command = [sys.executable, "-m", "cpms_cli", "areas", "မောင်"]
    environment = {**os.environ, "CPMS_LANG": "en", "PYTHONIOENCODING": encoding}
    ran = subprocess.run(command, capture_output=True, env=environment, cwd=ROOT, check=False)
    is_said = b"cannot show some letters" in ran.stderr
    assert (b"?????" in ran.stdout + ran.stderr, is_said) == (encoding == "cp874", encoding == "cp874")


@pytest.mark.parametrize("language", ["en", "th"])
def test_a_refusal_fits_into_the_window(at_terminal: AtTerminal, language: str) -> None:
    seen = at_terminal("today", "--store", "a_store_that_nobody_has_made_so_far.duckdb", language=language, code=2)
    lines = seen.replace("\r", "").strip().split("\n")
    assert len(lines) > 1 and lines[0].startswith("cpms: ")
    assert max(map(cell_len, lines)) <= 80


def _opener(folder: Path) -> Path:
    """A folder of programs with one that notes what it is to open."""
    programs = folder / "bin"
    programs.mkdir()
    program = programs / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" >> "{folder}/opened"\n')
    program.chmod(0o755)
    return programs


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems open files by other programs")
def test_what_was_written_is_opened(
    cpms: Cpms, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: dict[str, dict[str, Any]]
) -> None:
    monkeypatch.setenv("PATH", f"{_opener(tmp_path)}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    sheet = tmp_path / "today.xlsx"
    assert cpms("today", "-o", sheet, "--open", "--store", store).code == 0
    assert (tmp_path / "opened").read_text().split() == [str(sheet)]
    # One that is refused, since it is there and may be filled in, is not opened.
    assert cpms("today", "-o", sheet, "--open", "--store", store).code == 2
    assert (tmp_path / "opened").read_text().split() == [str(sheet)]
    office = tmp_path / "office"
    assert cpms("init", office, "--area", "850105", "--round", "2569").code == 0
    write_drawn(office / "inbox" / "a.csv", base, [{"left_alone": "no"}])
    assert cpms("run", office, "--open").code in (0, 1)
    assert (tmp_path / "opened").read_text().split() == [str(sheet), str(office / "outbox" / "open_first.html")]


def test_where_nothing_can_open_it_a_line_says_so(
    cpms: Cpms, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = cpms("today", "-o", tmp_path / "today.xlsx", "--open", "--store", store)
    assert ran.code == 0
    assert "nothing on this computer could open it" in " ".join(ran.err.split())
    refused = cpms("today", "--open", "--store", store)
    assert refused.code == 2 and "-o" in refused.err


@pytest.mark.parametrize("figures", [(), ("count", "late")])
def test_no_column_is_lost_in_a_narrow_window(figures: tuple[str, ...]) -> None:
    """Long headings without blanks are broken before the last column is left out."""
    headings = {
        "day": "วันที่ดำเนินการ",
        "kind": "การดำเนินการ",
        "by": "หน่วยงาน",
        "worker": "รหัสผู้ปฏิบัติงาน",
        "outcome": "ผลการดำเนินการ",
        "reason": "เหตุผลที่ปิดกรณี",
        "count": "รายการที่บันทึก",
        "late": "เลยวันนัดหมาย",
    }
    cells = dict(zip(headings, ("3/11", "เยี่ยม", "อบต", "W2", "พบ", "ดี", "4321", "8765"), strict=True))
    shown = Console(file=StringIO(), width=80)
    show_table(shown, pd.DataFrame([cells]), headings, Layout(right=figures))
    assert isinstance(shown.file, StringIO)
    text = shown.file.getvalue()
    assert [cell for cell in cells.values() if cell not in text] == []
    assert max(map(cell_len, text.splitlines())) <= 80


@pytest.mark.skipif(sys.platform == "win32", reason="no file is called so there")
@pytest.mark.parametrize("language", ["en", "th"])
def test_what_a_file_is_called_does_not_steer_the_terminal(
    cpms: Cpms, base: dict[str, dict[str, Any]], tmp_path: Path, language: str
) -> None:
    """An escape sequence that would set the window's title and colour, and a mark that turns the direction."""
    file = write_drawn(tmp_path / "\x1b]0;t\x07\x1b[31m\u202e69.csv", base, [{"household_no": "1", "sex": "?"}])
    store = ("--store", tmp_path / "s.duckdb")
    for words in (("validate", file), ("merge", file, *store), ("merge", file, *store), ("merge", f"{file}x", *store)):
        ran = cpms(*words, "--lang", language)
        assert ran.code in (0, 1, 2)
        assert not re.search("[\x1b\x07\u202e]", ran.out + ran.err), words[0]
        assert "]0;t[31m69.csv" in ran.out + ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="no file is called so there")
def test_json_on_the_screen_steers_nothing_and_says_the_same(
    cpms: Cpms, base: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """Also C1's own escape, which terminals of UTF-8 obey, and a mark that turns the direction."""
    file = write_drawn(tmp_path / "\x9b31m\u202e69.csv", base, [{"household_no": "1", "sex": "?"}])
    ran = cpms("validate", file, "--format", "json")
    assert not re.search("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]", ran.out)
    assert "\\u009b31m\\u202e69.csv" in ran.out
    assert "\x9b31m\u202e69.csv" in json.dumps(ran.json, ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("History", "History 2"),
        ("W1\x1b[31m\n", "W1  31m"),
        ("'Moo 3' and the houses beyond t'he", "Moo 3' and the houses beyond t"),
    ],
    ids=["kept by Excel", "control characters", "an apostrophe where the name is cut"],
)
def test_a_sheet_is_called_what_excel_accepts(name: str, accepted: str) -> None:
    assert sheet_name(name) == accepted
