"""Every writer is alone: whoever said that it stored is in the store, whatever ran beside it (promise 25).

Each pair of writers, two and four at once, in processes of their own that are slowed down where a store is opened,
committed, put on the disk and moved. A few of them by default, all and often with CPMS_THOROUGH=1.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from cpms_cli import backup, check_store, history, merge
from cpms_cli.errors import StoreLocked, UnreadableFile
from cpms_cli.store.access import holding
from cpms_cli.store.access.connection import is_encrypted
from cpms_cli.store.access.holding import hold_store, is_held, lock_file
from tests.conftest import ROOT, THOROUGH, Cpms, Draw, write_drawn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
SEED = int(os.environ.get("CPMS_SEED", "25"))
KEY = "a key for all of them"
Run = Callable[..., list[dict[str, Any]]]


@dataclass(frozen=True)
class Ground:
    """A store with two batches, a backup of it after the first, and what the writers read."""

    folder: Path
    child: str


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Ground:
    folder = tmp_path_factory.mktemp("ground")
    for year in range(2024, 2030):
        rows = [{"round": year, "interview_date": f"{year}-03-01", "household_no": str(home)} for home in (1, 2)]
        write_drawn(folder / f"{year}.csv", base, rows)
    store = folder / "s.duckdb"
    merge([folder / "2024.csv"], store)
    backup(store, folder / "copy.duckdb")
    merge([folder / "2025.csv"], store)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Pair", "Decision", "Reason"])
    sheet.append(["of other rows", "same", ""])
    book.save(folder / "review.xlsx")
    with duckdb.connect(str(store), read_only=True) as connection:
        identifier = connection.execute("SELECT cpms_id FROM child_link ORDER BY ALL").fetchone()
    assert identifier
    (folder / "log.csv").write_text(
        f"cpms_id,response_date,response_kind\n{identifier[0]},2026-03-03,home_visit\n", "utf-8"
    )
    return Ground(folder, str(identifier[0]))


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CPMS_LANG": "en", "CPMS_KEY": KEY}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.writer_runner"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdin is not None and process.stdout is not None
    asked, answered = process.stdin, process.stdout

    def once(runs: list[list[str]], seed: int, delay: float = 0.15) -> list[dict[str, Any]]:
        asked.write(json.dumps({"runs": runs, "delay": delay, "seed": seed}) + "\n")
        asked.flush()
        return list(json.loads(answered.readline()))

    yield once
    asked.close()
    process.wait()


WRITERS: dict[str, str] = {
    "merge": "merge 2026.csv",
    "another merge": "merge 2027.csv",
    "undo": "undo 2",
    "compact": "store compact",
    "encrypt": "store encrypt",
    "restore": "store restore copy.duckdb",
    "review": "review apply review.xlsx",
    "import": "response import log.csv",
    "add": "response add {child} --kind home_visit --date 2569-03-09",
    "split": "child split {child} --round 2568 --reason seen",
    "score": "score",
}
LEAVES_NO_NAME = {"compact", "encrypt", "backup"}


def _at_once(run: Run, ground: Ground, folder: Path, names: list[str], seed: int) -> None:
    """Run these writers on a copy of the store, and hold what they said against what is there."""
    shutil.copytree(ground.folder, folder)
    store = folder / "s.duckdb"
    lines = [WRITERS[name].format(child=ground.child).split() for name in names]
    lines = [[str(folder / word) if (folder / word).exists() else word for word in line] for line in lines]
    ends = run([[f"w{number}", *line, "--store", str(store)] for number, line in enumerate(lines)], seed)
    round_of_writers = f"{names} seed {seed}: {ends}"
    assert check_store(store)["violations"].sum() == 0, round_of_writers
    # A store that a backup took the place of is kept, with all that was stored in it until then.
    stores = [store, *folder.glob("s-before-restore-*.duckdb")]
    writers = set[str]()
    for path in stores:
        tables = history(path)
        writers |= {*tables["batches"]["merged_by"], *tables["runs"]["scored_by"], *tables["events"]["who"]}
    for number, (name, end) in enumerate(zip(names, ends, strict=True)):
        assert end["code"] in (0, 1, 2), round_of_writers
        stored = end["code"] in (0, 1) and "left no trace" not in end["err"] and "not recorded" not in end["err"]
        if stored and name not in LEAVES_NO_NAME:
            assert f"w{number}" in writers or ("undo" in names and name != "undo"), round_of_writers
        if stored and name == "encrypt":
            assert any(is_encrypted(path) for path in stores), round_of_writers
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == [], round_of_writers


PAIRS = list(itertools.combinations_with_replacement(WRITERS, 2))
CHOSEN = (
    PAIRS
    if THOROUGH
    else [
        ("merge", "compact"),
        ("merge", "encrypt"),
        ("merge", "restore"),
        *random.Random(SEED).sample(PAIRS, 1),
    ]
)


@pytest.mark.parametrize("pair", CHOSEN, ids=" and ".join)
def test_two_writers_at_once(
    run: Run, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pair: tuple[str, str]
) -> None:
    monkeypatch.setenv("CPMS_KEY", KEY)
    for turn in range(5 if THOROUGH else 1):
        _at_once(run, ground, tmp_path / str(turn), list(pair), SEED + turn)


@pytest.mark.parametrize("seed", range(60 if THOROUGH else 1))
def test_four_writers_at_once(
    run: Run, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("CPMS_KEY", KEY)
    _at_once(run, ground, tmp_path / "four", random.Random(seed).choices(list(WRITERS), k=4), seed)


@pytest.mark.parametrize("seed", range(40 if THOROUGH else 1))
def test_first_merges_at_once(
    run: Run, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """By a link and by its own name too: none removes what another made. One of the files cannot be merged."""
    monkeypatch.setenv("CPMS_KEY", KEY)
    store, link = tmp_path / "new.duckdb", tmp_path / "link.duckdb"
    link.symlink_to(store)
    files = [ground.folder / f"{year}.csv" for year in (2024, 2025, 2026)]
    bad = tmp_path / "bad.csv"
    bad.write_text("no header of the survey\n", "utf-8")
    ends = run(
        [
            ["w", "merge", str(file), "--store", str(store if number % 2 else link)]
            for number, file in enumerate([*files, bad])
        ],
        seed,
    )
    stored = [file.name for file, end in zip(files, ends, strict=False) if end["code"] == 0]
    assert stored, ends
    assert ends[-1]["code"] == 2
    assert sorted(history(store)["batches"]["file"]) == stored, ends
    assert check_store(store)["violations"].sum() == 0


def test_who_holds_the_store_is_said(
    cpms: Cpms, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "WAIT", 0.2)
    store = tmp_path / "s.duckdb"
    shutil.copy(ground.folder / "s.duckdb", store)
    code = (
        f"import time; from pathlib import Path; from cpms_cli.store.access.holding import hold_store\n"
        f"with hold_store(Path({str(store)!r})): print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    before = store.read_bytes()
    try:
        for words in (["undo", "2"], ["store", "compact"], ["merge", ground.folder / "2026.csv"]):
            ran = cpms(*words, "--store", store)
            assert ran.code == 2
            assert "another program is using the store" in ran.err
            assert f"PID {other.pid}, " in ran.err
        assert cpms("children", "--store", store).code == 0, "who only reads need not wait"
        assert cpms("store", "check", "--store", store).code == 0
        assert is_held(store)
    finally:
        other.kill()
        other.wait()
    # What a killed process leaves is no lock.
    assert lock_file(store).exists()
    assert not is_held(store)
    assert store.read_bytes() == before
    assert cpms("undo", 2, "--store", store).code == 0
    assert not lock_file(store).exists()


def test_threads_of_one_process_wait_for_each_other(tmp_path: Path) -> None:
    store, entered = tmp_path / "s.duckdb", threading.Event()
    leave = threading.Event()

    def hold() -> None:
        with hold_store(store), hold_store(store):
            entered.set()
            leave.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    assert entered.wait(10)
    with pytest.raises(StoreLocked), hold_store(store, wait=0.1):
        pass
    leave.set()
    other.join()
    with hold_store(store, wait=0):
        assert lock_file(store).exists()
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_the_store_open_stops_a_copy_from_taking_its_place(
    cpms: Cpms, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "WAIT", 0.2)
    monkeypatch.setenv("CPMS_KEY", KEY)
    store = tmp_path / "s.duckdb"
    shutil.copy(ground.folder / "s.duckdb", store)
    code = (
        f"import duckdb, time; c = duckdb.connect({str(store)!r}, read_only=True)\n"
        "print('open', flush=True); time.sleep(60)"
    )
    reader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None and reader.stdout.readline() == "open\n"
    before = store.read_bytes()
    try:
        for words in (["encrypt"], ["compact"], ["restore", ground.folder / "copy.duckdb"]):
            ran = cpms("store", *words, "--store", store)
            assert (ran.code, f"PID {reader.pid}" in ran.err) == (2, True), ran.err
    finally:
        reader.kill()
        reader.wait()
    assert store.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["s.duckdb"]


def test_no_copy_goes_over_its_source(cpms: Cpms, draw: Draw, ground: Ground, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    shutil.copy(ground.folder / "s.duckdb", store)
    (tmp_path / "link.duckdb").symlink_to(store)
    before = store.read_bytes()
    for words in (["backup", store], ["backup", tmp_path / "link.duckdb"], ["restore", tmp_path / "link.duckdb"]):
        assert cpms("store", *words, "--store", store).code == 2
    assert cpms("merge", draw({}), "--store", tmp_path).code == 2, "a folder"
    assert store.read_bytes() == before


def test_nothing_is_read_from_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        backup(tmp_path / "mistyped.duckdb", tmp_path / "b.duckdb")
    assert list(tmp_path.iterdir()) == []
