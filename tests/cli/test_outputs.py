"""The gate before every output: nothing a person may have filled in is written over, and no store, input or log."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from cpms_cli.cli.commands import app
from cpms_cli.cli.guard import commands_below, guarded, outputs_of
from cpms_cli.writing.outputs import FILLED_IN
from tests.conftest import Cpms, Draw
from tests.hostile.test_names_stay_inside import EXEMPT, OPTIONS, RUNS

COMMANDS = {path.removeprefix("cpms "): command for path, command in commands_below(guarded(app))}
FILE_FIRST = ("export records", "export figures", "review export")
TO_FILL_IN = ("response due", "visits", "map", "template", "plan community", "plan province")
# Commands that need no store, make one, or name one that is still to come.
NO_STORE = {"merge", "samples", "doctor", "bundle-key", "codebook", "explain", "init", "report leaflet", "schema check"}


def _lines() -> list[tuple[str, list[str], str]]:
    """Each command with its words and the name of the file it writes."""
    options = []
    for name, lines in RUNS.items():
        for line in lines:
            words = shlex.split(line.lstrip("!").format(child="x", parted="y", other="z"))
            marks = [number for number, word in enumerate(words) if word in ("-o", "--annotate", "--fix")]
            place = 0 if name in FILE_FIRST else marks[-1] + 1 if marks else None
            if place is not None and name != "samples":
                options.append((name, words, words[place]))
    return options


LINES = _lines()
EDITED = [line for line in LINES if Path(line[2]).suffix in FILLED_IN or line[0] in TO_FILL_IN]


def test_every_command_that_writes_a_file_has_the_option() -> None:
    writing = {name for name, command in COMMANDS.items() if outputs_of(f"cpms {name}", command)[0]}
    assert writing == {name for name, words, _ in LINES if "--overwrite" in OPTIONS[name]}
    assert len(writing) > 25


@pytest.mark.parametrize(("name", "words", "file"), EDITED, ids=[f"{name} {file}" for name, _, file in EDITED])
def test_a_file_that_may_be_filled_in_is_not_written_over(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: list[str], file: str
) -> None:
    """Before anything is read: there is neither a store nor a survey here."""
    monkeypatch.chdir(tmp_path)
    existing = tmp_path / file
    existing.write_bytes(b"filled in")
    ran = cpms(*name.split(), *words, *(["--identified"] if "--identified" in OPTIONS[name] else []))
    assert ran.code == 2
    assert f"{file}: there is a file of this name" in ran.err
    assert existing.read_bytes() == b"filled in"


def test_with_the_option_it_is_written_over(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    for words in (["history"], ["response", "due", "--all"], ["codebook"]):
        file = tmp_path / f"{words[0]}.xlsx"
        file.write_bytes(b"filled in")
        more = [] if words == ["codebook"] else ["--store", sample_store]
        assert cpms(*words, "-o", file, "--overwrite", *more).code == 0
        assert file.read_bytes().startswith(b"PK")


@pytest.mark.parametrize("name", [name for name in RUNS if name not in NO_STORE | set(EXEMPT)])
def test_a_mistyped_store_is_not_made(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw: Draw, name: str
) -> None:
    if "--store" not in OPTIONS[name]:
        return
    monkeypatch.chdir(tmp_path)
    draw({}, name="faulty.csv")
    for file in ("bad_log.csv", "review.xlsx"):
        (tmp_path / file).write_text("x", "utf-8")
    before = {path.name for path in tmp_path.iterdir()}
    words = shlex.split(RUNS[name][0].lstrip("!").format(child="x", parted="y", other="z"))
    if name in ("template", "review export"):
        words.append("--identified")
    words = [word for word in words if word not in ("--store", "s.duckdb")]
    ran = cpms(*name.split(), *words, "--store", "mistyped.duckdb")
    assert ran.code == 2
    assert {path.name for path in tmp_path.iterdir()} == before, ran.err


def _by_symlink(store: Path, name: str) -> str:
    (store.parent / name).symlink_to(store)
    return name


def _by_hard_link(store: Path, name: str) -> str:
    (store.parent / name).hardlink_to(store)
    return name


def _from_a_folder_below(store: Path, name: str) -> str:
    (store.parent / "below").mkdir()
    (store.parent / name).symlink_to(store.name)
    return f"below/../{name}"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
@pytest.mark.parametrize("way", [_by_symlink, _by_hard_link, _from_a_folder_below])
@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["children", "-o"], "l.xlsx"),
        (["export", "records"], "l.csv"),
        (["report", "community", "850105", "-o"], "l.html"),
        (["plan", "province", "85", "-o"], "l.docx"),
        (["bundle", "85", "--round", "2569", "-o"], "l.age"),
        (["review", "export", "--identified"], "l.xlsx"),
        (["history", "-o"], "l.parquet"),
    ],
)
def test_no_output_is_the_store_by_any_path(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], name: str, way: object
) -> None:
    monkeypatch.chdir(tmp_path)
    store = tmp_path / "s.duckdb"
    store.write_bytes(b"what the store holds")
    path = way(store, name)  # type: ignore[operator]
    ran = cpms(*words, path, "--store", store, "--overwrite")
    assert ran.code == 2
    assert "this is a store" in ran.err
    assert store.read_bytes() == b"what the store holds"


def test_nor_another_store_or_a_log(cpms: Cpms, tmp_path: Path, sample_store: Path) -> None:
    other = tmp_path / "backup.age"
    other.write_bytes(sample_store.read_bytes()[:20_000])
    log = tmp_path / "other.duckdb.wal"
    log.write_bytes(b"what is committed")
    for path in (other, log):
        before = path.read_bytes()
        assert cpms("bundle", "85", "--round", "2569", "-o", path, "--store", sample_store).code == 2
        assert path.read_bytes() == before


def test_nor_what_was_read(cpms: Cpms, draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    survey, map_ = draw({}, name="survey.csv"), tmp_path / "map.csv"
    map_.write_text("header,field\n", "utf-8")
    (tmp_path / "schemas").mkdir()
    before = survey.read_bytes()
    for words in (
        ["validate", survey, "-o", "SURVEY.csv" if (tmp_path / "SURVEY.csv").exists() else "./survey.csv"],
        ["validate", survey, "--map", map_, "-o", map_],
        ["map", survey, "-o", survey],
        ["score", "--schemas", "schemas", "-o", "schemas/risk.json"],
        ["validate", survey, "-o", "new.xlsx", "--annotate", "new.xlsx"],
    ):
        ran = cpms(*words, "--overwrite")
        assert (ran.code, "never written over" in ran.err) == (2, True), words
    assert survey.read_bytes() == before
    assert not (tmp_path / "new.xlsx").exists()


def test_nor_rows_that_were_set_aside(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    assert cpms("merge", draw({"sex": "x"}), "--store", store, "--quarantine", tmp_path / "mine.xlsx").code == 1
    before = (tmp_path / "mine.xlsx").read_bytes()
    ran = cpms("children", "-o", tmp_path / "mine.xlsx", "--store", store, "--overwrite")
    assert ran.code == 2
    assert "rows that a merge set aside" in ran.err
    assert (tmp_path / "mine.xlsx").read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="a file has the rights of its folder there")
def test_what_is_written_is_for_its_owner_alone(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = tmp_path / "s.duckdb"
        cpms("merge", draw({"sex": "x"}, {}), "--store", store)
        cpms("store", "backup", tmp_path / "copy.duckdb", "--store", store)
        cpms("children", "--identified", "-o", tmp_path / "children.csv", "--store", store)
        assert os.umask(0) == 0, "the process's own mask is as it was"
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir() if path.name != "survey.csv"}
    assert modes == dict.fromkeys(["s.duckdb", "s-set-aside-1.xlsx", "copy.duckdb", "children.csv"], 0)
