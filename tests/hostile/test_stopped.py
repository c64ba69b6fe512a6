"""Ctrl-C and its kin: one line says what became of the store, exit 130, nothing half-made; and what a kill leaves."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from cpms_cli import check_store, history
from cpms_cli.store.content import dump
from tests.conftest import ROOT, ROUNDS, THOROUGH, Cpms, Draw

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the POSIX way")
# A shell may have told its children to ignore Ctrl-C; and a signal before the first line of Python is nobody's.
START = (
    "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); sys.argv[0] = 'cpms';"
    " from cpms_cli.interrupts import listen_while_loading; listen_while_loading(); print('ready', flush=True);"
    " runpy.run_module('cpms_cli', run_name='__main__')"
)
MOMENTS = 30 if THOROUGH else 2


def _started(*words: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", START, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CPMS_LANG": "en"},
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def before(first_round_store: Path) -> Path:
    return first_round_store


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_a_stopped_merge_says_what_became_of_the_store(
    small_store: Path, small_rounds: list[Path], tmp_path: Path, number: signal.Signals
) -> None:
    moments = random.Random(int(number))
    whole = tmp_path / "whole.duckdb"
    shutil.copy(small_store, whole)
    process = _started("merge", small_rounds[1], "--store", whole)
    begun = time.monotonic()
    process.communicate()
    length = time.monotonic() - begun
    for turn in range(MOMENTS):
        folder = tmp_path / str(turn)
        folder.mkdir()
        store = folder / "s.duckdb"
        shutil.copy(small_store, store)
        process = _started("merge", small_rounds[1], "--store", store)
        time.sleep(moments.random() * length)
        process.send_signal(number)
        _, messages = process.communicate(timeout=300)
        names = {path.name for path in folder.iterdir()}
        batches = len(history(store)["batches"])
        assert "Traceback" not in messages
        assert check_store(store)["violations"].sum() == 0
        if process.returncode == 130:
            assert messages.count("\n") == 1
            assert ("No data in a store were changed" in messages) == (batches == 1)
            assert ("had been stored already: s.duckdb" in messages) == (batches == 2)
        else:
            # It was done, and all was said, before the signal came: Python may still end by it.
            assert (process.returncode in (1, -number), batches) == (True, 2)
        assert names == {"s.duckdb"} | ({"s-set-aside-2.xlsx"} if batches == 2 else set()), messages


DROPPED = """
import signal, time
from cpms_cli import interrupts

class Dropped:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
interrupts.listen()
try:
    Dropped()
    time.sleep(30)
    print("went on")
except interrupts.Interrupted:
    print("stopped")
"""


def test_a_signal_that_comes_where_nothing_can_be_raised_ends_the_work_all_the_same() -> None:
    words = [sys.executable, "-c", DROPPED]
    ran = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert (ran.stdout, ran.stderr) == ("stopped\n", "")


def test_a_stopped_first_merge_leaves_nothing(tmp_path: Path) -> None:
    process = _started("merge", ROUNDS[0], "--store", tmp_path / "s.duckdb")
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=300)
    assert process.returncode == 130
    assert messages == "cpms: Stopped. No data in a store were changed.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_signal_while_parts_are_loaded_is_answered_when_they_are(tmp_path: Path) -> None:
    """A module cut off while it is imported cannot be imported again, and the last sentence may need it."""
    for moment in range(2, 20, 1 if THOROUGH else 5):
        process = _started("merge", ROUNDS[0], "--store", tmp_path / "s.duckdb")
        time.sleep(moment / 40)
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=300)
        assert (process.returncode, messages) == (130, "cpms: Stopped. No data in a store were changed.\n")
        assert list(tmp_path.iterdir()) == []


def test_it_is_said_in_thai_and_as_a_document(tmp_path: Path) -> None:
    process = _started("merge", ROUNDS[0], "--store", tmp_path / "s.duckdb", "--lang", "th", "--format", "json")
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, messages = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "หยุดแล้ว" in messages
    assert '"exit_code": 130' in out


def test_what_a_killed_copy_left_is_named_and_removed(cpms: Cpms, before: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    shutil.copy(before, store)
    head = store.read_bytes()[:50_000]
    left = [".s.duckdb.part", ".s.duckdb.part.wal", ".copy.duckdb.part", ".cpms-abcdefgh.xlsx"]
    for name in left:
        (tmp_path / name).write_bytes(head)
    (tmp_path / ".other.part").write_bytes(b"a browser's")
    ran = cpms("store", "check", "--store", store)
    assert ran.code == 0
    assert f"cut short: {', '.join(sorted(left))}" in ran.out
    assert "cpms store compact" in ran.out
    assert cpms("store", "check", "--store", store, "--format", "json").json["leftovers"] == sorted(left)
    content = dump(store)
    assert cpms("store", "compact", "--store", store).code == 0
    assert dump(store) == content
    assert {path.name for path in tmp_path.iterdir()} == {"s.duckdb", ".other.part"}
    assert "cut short" not in cpms("store", "check", "--store", store).out


def test_a_copy_under_way_is_no_leftover(cpms: Cpms, before: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    shutil.copy(before, store)
    (tmp_path / ".copy.duckdb.part").write_bytes(store.read_bytes()[:50_000])
    code = (
        "import sys, time; from pathlib import Path; from cpms_cli.store.access.holding import hold_store\n"
        "with hold_store(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "copy.duckdb")]
    other = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        assert "cut short" not in cpms("store", "check", "--store", store).out
        assert cpms("store", "compact", "--store", store).code == 0
        assert (tmp_path / ".copy.duckdb.part").exists()
    finally:
        other.kill()
        other.wait()


def _header_only(store: Path) -> None:
    duckdb.connect(str(store)).close()


def _cut_header(store: Path) -> None:
    duckdb.connect(str(store)).close()
    store.write_bytes(store.read_bytes()[:4096])


@pytest.mark.parametrize("make", [Path.touch, _header_only, _cut_header])
def test_a_store_killed_at_its_birth_is_empty(cpms: Cpms, draw: Draw, tmp_path: Path, make: object) -> None:
    store = tmp_path / "s.duckdb"
    make(store)  # type: ignore[operator]
    for words in (["children"], ["store", "check"], ["undo", "1"], ["store", "compact"]):
        ran = cpms(*words, "--store", store)
        assert (ran.code, "broken off, and nothing is in it yet" in ran.err) == (2, True), ran.err
    assert cpms("merge", draw({}), "--store", store).code == 0
    assert cpms("store", "check", "--store", store).code == 0


def test_a_store_whose_first_merge_is_in_its_log_alone_opens(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Killed after its first commit: the engine does not replay a log in which views are made, if it opens it first."""
    store = tmp_path / "s.duckdb"
    code = (
        "import os, sys; import cpms_cli.store.access.connection as c; c.write_log_in = lambda *a: os._exit(9)\n"
        "from cpms_cli import merge; merge([sys.argv[1]], sys.argv[2])"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(draw({})), str(store)], cwd=ROOT, check=False)
    assert ended.returncode == 9
    assert (tmp_path / "s.duckdb.wal").stat().st_size > 0
    ran = cpms("store", "check", "--store", store)
    assert ran.code == 0
    assert "s.duckdb.wal belongs to the store" in ran.out
    assert len(history(store)["batches"]) == 1
    assert cpms("undo", 1, "--store", store).code == 0
    assert not (tmp_path / "s.duckdb.wal").exists()


def test_another_database_is_no_store_though_it_is_small(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "accounts.duckdb"
    with duckdb.connect(str(store)) as connection:
        connection.execute("CREATE VIEW accounts AS SELECT 1")
    before = store.read_bytes()
    assert "not a cpms store" in cpms("merge", draw({}), "--store", store).err
    assert store.read_bytes() == before


def test_a_log_without_its_store_is_never_thrown_away(cpms: Cpms, draw: Draw, before: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    log = tmp_path / "s.duckdb.wal"
    log.write_bytes(b"what was committed last")
    for words in (["merge", draw({})], ["store", "restore", before]):
        ran = cpms(*words, "--store", store)
        assert (ran.code, "without its store" in ran.err) == (2, True), ran.err
    assert log.read_bytes() == b"what was committed last"
    assert not store.exists()
